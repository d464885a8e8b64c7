"""Brings about what a test says happens to a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from metamodel.definitions import Object
from metamodel.fields.field import Field
from rule_engine.rules import checked
from rule_engine.rules.checked import BLANK
from rule_engine.types import Kind
from trellis.automation.calling import callable_rules
from trellis.automation.compiling.reads import Reads
from trellis.automation.compiling.rules import find_callable
from trellis.automation.hooks import Event, SaveContext
from trellis.automation.inbound import listeners_to, receive_event
from trellis.automation.set_off import Cause, SettingOff
from trellis.automation.timing.calendars import calendars_of
from trellis.automation.timing.dates import dues_of
from trellis.automation.timing.schedule import next_after
from trellis.errors import InvalidRequest
from trellis.rule_tests.looking import Affected, look_at
from trellis.rule_tests.made_up import as_offered, default_of, value_for
from trellis.rule_tests.outside import content_of
from trellis.rule_tests.passing import Passing
from trellis.rule_tests.staging import Staging
from trellis.security.access import AdministratorAccess
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel

LONGEST = timedelta(days=36_600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What brings things about: saves, the clock, and what calls rules."""

    staging: Staging
    passing: Passing
    setting_off: SettingOff


async def bring_about(
    means: Means, object_name: str, values: Mapping[str, Any], trigger: checked.Trigger
) -> tuple[str, Event]:
    """The id of the record that it happened to, and how it was saved last. But for `created`, the record was there before, written
    while no rule ran. Raises what a save raises."""
    staging = means.staging
    match trigger:
        case checked.Created() | checked.Saved():
            return await staging.create(object_name, values), "created"
        case checked.Updated():
            return await _update(staging, object_name, values), "updated"
        case checked.FieldChanges():
            return await _change(staging, object_name, values, trigger), "updated"
        case checked.Deleted():
            record_id = await staging.create_silently(object_name, values)
            await staging.with_rules.delete(staging.stage.actor, object_name, [record_id])
            return record_id, "deleted"
        case checked.Restored():
            record_id = await staging.create_silently(object_name, values)
            await staging.delete_silently(object_name, record_id)
            await staging.with_rules.restore(staging.stage.actor, object_name, [record_id])
            return record_id, "restored"
        case checked.Every() | checked.Cron() | checked.Relative() | checked.Anniversary():
            return await _come_round(means, object_name, values, trigger), "updated"
        case checked.Called():
            return await _call(means, object_name, values), "updated"
        case checked.Inbound():
            return await _send(means, object_name, values, trigger.event), "updated"


async def _come_round(means: Means, object_name: str, values: Mapping[str, Any], trigger: checked.TimeTrigger) -> str:
    """Lets time pass until the trigger is due for the record."""
    staging = means.staging
    record_id = await staging.create_silently(object_name, values)
    calendars = calendars_of(await staging.stage.tenant.compiled())
    if isinstance(trigger, checked.Every | checked.Cron):
        due_at = next_after(trigger, staging.now, calendars.zone(trigger.calendar))
    else:
        value = values.get(trigger.field)
        if value is None:
            raise InvalidRequest(f"The record has no {trigger.field} to go by.", hint="Give it one.")
        dues = dues_of(trigger, value, calendars, staging.now, staging.now + LONGEST)
        due_at = dues[0] if dues else None
    if due_at is None:
        raise InvalidRequest("That time does not come any more.")
    if isinstance(trigger, checked.Every | checked.Cron):
        await _ask_schedules(means, Affected(object=object_name, id=record_id, event="updated"))
    # What else would come round until the day before is left out, but for once.
    staging.now = max(staging.now, due_at - timedelta(days=1))
    await means.passing.come_to(due_at)
    return record_id


async def _ask_schedules(means: Means, affected: Affected) -> None:
    """The database finds the records that schedules are for; so that somebody who looks on sees conditions that do not hold, too, each
    is asked here."""
    staging = means.staging

    async def work(transaction: Transaction, compiled: CompiledModel) -> None:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=staging.stage.actor, now=staging.now)
        reads = Reads(compiled.model, affected.object)
        conditions = [
            reads.formula(rule.condition)
            for rule in compiled.model.rules_for(affected.object).rules
            if rule.condition is not None
            and any(isinstance(one, checked.Every | checked.Cron) for one in rule.triggers)
        ]
        run = await look_at(context, affected, reads, means.setting_off.watch)
        for condition in conditions:
            run.holds(condition, 0)

    await staging.stage.tenant.write(work)


async def _call(means: Means, object_name: str, values: Mapping[str, Any]) -> str:
    """Every rule of the object that can be called; parameters are blank."""
    staging = means.staging
    record_id = await staging.create_silently(object_name, values)

    async def work(transaction: Transaction, compiled: CompiledModel) -> None:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=staging.stage.actor, now=staging.now)
        for callable_rule in callable_rules(compiled.model, object_name):
            rule = find_callable(compiled, object_name, callable_rule.name)
            if rule is not None:
                parameters = {name: None for name, _ in callable_rule.parameters}
                cause = Cause(rule=rule, parts={record_id: f"call {callable_rule.name}"}, parameters=parameters)
                await means.setting_off.set_off(context, object_name, cause, partial=False)

    await staging.stage.tenant.write(work)
    return record_id


async def _update(staging: Staging, object_name: str, values: Mapping[str, Any]) -> str:
    """Changes a field that the test does not give."""
    model = (await staging.stage.tenant.compiled()).model
    owner = model.object(object_name)
    field = as_offered(owner, _untouched(owner, values), values)
    record_id = await staging.create_silently(object_name, values)
    await staging.update(
        object_name, record_id, {field.name: value_for(field, staging.now, other_than=default_of(field))}
    )
    return record_id


async def _change(staging: Staging, object_name: str, values: Mapping[str, Any], trigger: checked.FieldChanges) -> str:
    """From what the trigger says, else from what is given where that is not the value it changes to, else from another value."""
    name = trigger.field
    given = values.get(name)
    after = _value(trigger.after) if trigger.after is not None else given
    if trigger.before is not None:
        before = _value(trigger.before)
        if after == before:
            after = await staging.other_value(object_name, name, before, values)
    elif trigger.after is not None and name in values and given != after:
        before = given
    else:
        before = await staging.other_value(object_name, name, after, values)
    record_id = await staging.create_silently(object_name, {**values, name: before})
    await staging.update(object_name, record_id, {name: after})
    return record_id


async def _send(means: Means, object_name: str, values: Mapping[str, Any], event: str) -> str:
    """With members by which the rules find the record."""
    staging = means.staging
    record_id = await staging.create_silently(object_name, values)

    async def work(transaction: Transaction, compiled: CompiledModel) -> None:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=staging.stage.actor, now=staging.now)
        matching = [one.trigger.matching for one in listeners_to(compiled, event) if one.trigger.matching is not None]
        affected = Affected(object=object_name, id=record_id, event="updated")
        stored = (await look_at(context, affected, Reads(compiled.model, object_name))).changes[0].values
        content = content_of(matching, stored)
        await receive_event(context, means.setting_off, AdministratorAccess(), event, content)

    await staging.stage.tenant.write(work)
    return record_id


def _value(constant: checked.Value | None) -> Any:
    return None if constant is BLANK else constant


def _untouched(owner: Object, values: Mapping[str, Any]) -> Field:
    """Texts first: few rules look at them."""
    free = [
        field
        for field in owner.fields.values()
        if field.is_writable
        and not field.is_system
        and field.name not in values
        and not field.unique
        and field.default_formula is None
        and field.formula_type.kind is not Kind.ID
    ]
    if not free:
        raise InvalidRequest(
            f"Every field of {owner.name} is given, so none is left to update.",
            hint='Say which changes: "when status changes".',
        )
    free.sort(key=lambda field: (field.formula_type.kind is not Kind.TEXT, field.formula_type.kind is Kind.BOOLEAN))
    return free[0]
