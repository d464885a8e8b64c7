"""Rules that somebody calls: a button, the API or the command line starts them for records that are there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from metamodel.fields.field import Locale
from metamodel.model import Model
from metamodel.names import did_you_mean
from rule_engine.rules.checked import Called, Rule
from rule_engine.types import Kind
from trellis.automation.compiling.rules import find_callable
from trellis.automation.execute import Execution
from trellis.automation.hooks import Automation, SaveContext
from trellis.automation.parameters import Parameters, parse_parameters
from trellis.automation.set_off import Cause, SettingOff
from trellis.errors import AccessDenied, FieldError, InvalidRecord, NotFound
from trellis.ids import new_id
from trellis.query.context import time_zone
from trellis.query.fetch import fetch_row
from trellis.query.service import utc_now
from trellis.query.suggestions import Suggestions
from trellis.records.checks import check_credential
from trellis.records.load import load_records, without_repeats
from trellis.records.parse import Source, check_batch_size
from trellis.records.refusals import Refusals
from trellis.records.shape import shape_of
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class CallableRule:
    """An active rule with a trigger `called`."""

    name: str
    object: str
    description: str | None
    parameters: Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledRecord:
    """`version`: after the call; `is_done`: whether the rule's condition held, so that it did something."""

    id: str
    version: int
    is_done: bool


def callable_rules(model: Model, object_name: str) -> tuple[CallableRule, ...]:
    """Those of an object, by name."""
    found = (_callable(rule) for rule in model.rules_for(object_name).rules if rule.is_active)
    return tuple(sorted((rule for rule in found if rule is not None), key=lambda rule: rule.name))


def find_callable_rule(model: Model, name: str, objects: Collection[str]) -> CallableRule:
    """A rule of one of `objects`. Raises NotFound with the nearest name."""
    every = [rule for each in objects if each in model.objects for rule in callable_rules(model, each)]
    found = [rule for rule in every if rule.name == name]
    if len(found) > 1:
        on = ", ".join(sorted(rule.object for rule in found))
        raise NotFound(f"There are several rules {name[:100]!r} that can be called.", hint=f"Name the object: {on}.")
    if not found:
        where = f" on {next(iter(objects))[:60]}" if len(objects) == 1 else ""
        hint = did_you_mean(name[:100], {rule.name for rule in every})
        raise NotFound(f"There is no rule {name[:100]!r}{where} that can be called.", hint=hint)
    return found[0]


class Calls:
    """The callable rules of one tenant. `automation`: what saves the records that a rule changes."""

    def __init__(
        self, tenant: Tenant, automation: Automation, access: Access, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._tenant = tenant
        self._automation = automation
        self._access = access
        self._setting_off = SettingOff(automation, Execution(automation, access).steps)
        self._clock = clock

    async def call(
        self,
        actor: Actor,
        name: str,
        ids: Sequence[str],
        given: Mapping[str, Any],
        *,
        object_name: str | None = None,
        source: Source = "json",
    ) -> tuple[CalledRecord, ...]:
        """Runs the rule for the records, all or none, in one transaction; for each of `ids` what came of it, in order. Who calls must
        be allowed to update them, and to see the records that they give it; what the rule does has the rights that it says. Raises
        NotFound (the rule, a record), AccessDenied, InvalidRecord (`given`, or what saving refuses), RuleFailed."""
        check_batch_size(len(ids))
        now = self._clock()

        async def work(transaction: Transaction, compiled: CompiledModel) -> tuple[CalledRecord, ...]:
            access = self._access.of(compiled.model)
            if object_name in compiled.model.objects:
                require(access, actor, "update", object_name)
            known = Suggestions(compiled.model, access, actor).objects() if object_name is None else (object_name,)
            rule = find_callable_rule(compiled.model, name, known)
            require(access, actor, "update", rule.object)
            locale = Locale(language=actor.language, time_zone=time_zone(actor.time_zone))
            values = parse_parameters(rule.name, rule.parameters, given, source, locale)
            context = SaveContext(
                transaction=transaction,
                compiled=compiled,
                actor=actor,
                now=now.replace(microsecond=now.microsecond // 1000 * 1000),
            )
            await check_credential(context)
            await self._check_chosen(context, rule, values)
            return await self._run(context, rule, ids, values)

        called = await self._tenant.write(work)
        self._automation.committed(self._tenant.name)
        return called

    async def _check_chosen(self, context: SaveContext, rule: CallableRule, values: Mapping[str, Any]) -> None:
        """As where a look-up is written: what the caller may not see is not there. One query for each record that is given."""
        findings = []
        for name, type_ in rule.parameters:
            target, chosen = type_.target, values[name]
            if (
                type_.kind is Kind.ID
                and target
                and chosen is not None
                and not await self._sees(context, target, chosen)
            ):
                label = context.compiled.model.object(target).label.lower()
                findings.append(
                    FieldError(field=name, code="no_such_record", message=f"There is no such {label}: {chosen}.")
                )
        if findings:
            raise InvalidRecord(f"{findings[0].field}: {findings[0].message}", fields=tuple(findings))

    async def _sees(self, context: SaveContext, object_name: str, record_id: str) -> bool:
        asked = context.actor, object_name, record_id, ("id",), context.now
        try:
            return await fetch_row(context.transaction, context.compiled, self._access, *asked) is not None
        except AccessDenied:
            return False

    async def _run(
        self, context: SaveContext, rule: CallableRule, ids: Sequence[str], values: Mapping[str, Any]
    ) -> tuple[CalledRecord, ...]:
        compiled = find_callable(context.compiled, rule.object, rule.name)
        assert compiled is not None, "it is active and has the trigger"
        refusals = Refusals()
        sought = without_repeats(ids, refusals)
        await load_records(context, self._access, shape_of(context.compiled, rule.object), sought, "update", refusals)
        refusals.raise_any()
        call = f"call {new_id()}"
        cause = Cause(rule=compiled, parts=dict.fromkeys(sought.values(), call), parameters=values)
        result = await self._setting_off.set_off(context, rule.object, cause, partial=False)
        return tuple(
            CalledRecord(id=one, version=result.versions[one], is_done=one in result.fired) for one in sought.values()
        )


def _callable(rule: Rule) -> CallableRule | None:
    calls = [trigger for trigger in rule.triggers if isinstance(trigger, Called)]
    if not calls:
        return None
    parameters = tuple(pair for call in calls for pair in call.parameters)
    return CallableRule(name=rule.name, object=rule.object, description=rule.description, parameters=parameters)
