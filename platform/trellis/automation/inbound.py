"""Events from outside: which rules wait for one, which records it is about, and setting those rules off for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from metamodel.names import did_you_mean
from rule_engine import UnsupportedOnTarget
from rule_engine.rules.checked import Inbound
from rule_engine.targets.sql.context import parameter_name
from trellis.automation.compiling.rules import ordered_rules
from trellis.automation.hooks import SaveContext
from trellis.automation.set_off import Cause, SettingOff
from trellis.automation.steps import CompiledRule
from trellis.errors import InvalidRequest, NotFound
from trellis.ids import is_id, new_id
from trellis.query.context import formula_parameters
from trellis.query.source import Source
from trellis.records.load import load_records
from trellis.records.parse import MAX_BATCH
from trellis.records.refusals import Refusals
from trellis.records.shape import shape_of
from trellis.security.access import Access, require
from trellis.security.row_filter import RowFilter
from trellis.storage.database import Statement
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

MAX_MEMBERS = 500
MAX_DEPTH = 6
_PREFIX = "event."


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """An active rule or assignment table that waits for an event."""

    object: str
    rule: CompiledRule
    trigger: Inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of an event by one rule. `matched`: the records that it was about; `fired`: those that met the rule's condition."""

    rule: str
    object: str
    matched: int
    fired: int


async def receive_event(
    context: SaveContext, setting_off: SettingOff, access: Access, event: str, content: Mapping[str, Any]
) -> tuple[Heard, ...]:
    """Sets off every rule that waits for the event, each for all of its records, in the caller's transaction: all or nothing. Who
    sends it must be allowed to update the objects concerned. Raises NotFound (no rule waits for it), AccessDenied, InvalidRequest, and
    what saving the records does."""
    listeners = listeners_to(context.compiled, event)
    for name in dict.fromkeys(listener.object for listener in listeners):
        require(access.of(context.compiled.model), context.actor, "update", name)
    given = dict(members_of(content))
    part = f"event {new_id()}"
    return tuple([await _hear(context, setting_off, access, one, content, given, part) for one in listeners])


def listeners_to(compiled: CompiledModel, event: str) -> tuple[Listener, ...]:
    """By object, in the order in which its rules run. Raises NotFound with the nearest name."""
    by_event = compiled.prepared(("automation", "listeners"), lambda: _listeners(compiled))
    found = by_event.get(event.casefold())
    if not found:
        hint = did_you_mean(event[:100], by_event) or "A rule waits for it: when event NAME."
        raise NotFound(f"No rule waits for the event {event[:100]!r}.", hint=hint)
    return found


def members_of(content: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """What formulas read as $Event: each member as text, those of objects within by their path. Raises InvalidRequest for too many."""
    waiting = [("event", content, 0)]
    count = 0
    while waiting:
        path, members, depth = waiting.pop()
        for name, value in members.items():
            count += 1
            if count > MAX_MEMBERS:
                raise InvalidRequest(f"An event has at most {MAX_MEMBERS} members.")
            if isinstance(value, dict) and depth < MAX_DEPTH:
                waiting.append((f"{path}.{name}", value, depth + 1))
            else:
                yield f"{path}.{name}", _as_text(value)


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    return orjson.dumps(value, default=str).decode() if isinstance(value, bool | list | dict) else str(value)


async def _hear(
    context: SaveContext,
    setting_off: SettingOff,
    access: Access,
    listener: Listener,
    content: Mapping[str, Any],
    given: Mapping[str, str | None],
    part: str,
) -> Heard:
    ids = await _find_records(context, access, listener, content, given)
    refusals = Refusals()
    shape = shape_of(context.compiled, listener.object)
    there = await load_records(context, access, shape, dict(enumerate(ids)), "update", refusals)
    if listener.trigger.matching is not None:
        refusals.raise_any()
    fired = 0
    if there:
        cause = Cause(rule=listener.rule, parts=dict.fromkeys(there, part), given=given)
        result = await setting_off.set_off(context, listener.object, cause, partial=False)
        fired = len(result.fired)
    return Heard(rule=listener.rule.name, object=listener.object, matched=len(there), fired=fired)


async def _find_records(
    context: SaveContext,
    access: Access,
    listener: Listener,
    content: Mapping[str, Any],
    given: Mapping[str, str | None],
) -> Sequence[str]:
    """Of those that the actor may see, or an answer would tell of the others. One query; none for an event that names its record."""
    if listener.trigger.matching is None:
        named = content.get("id")
        if not is_id(named):
            message = f'The rule "{listener.rule.name}" is about the record that the event names.'
            raise InvalidRequest(message, hint=f"Give its id: the member id, of a record of {listener.object}.")
        return [str(named)]
    compiled = context.compiled
    seen = access.of(compiled.model).row_filter(context.actor, "read", listener.object)
    key = ("automation", "matching", listener.object, listener.rule.name, id(listener.trigger), seen)
    try:
        # The memo keeps the trigger with its statement, so that no other gets its id meanwhile.
        statement, _ = compiled.prepared(key, lambda: (_matching(compiled, listener, seen), listener.trigger))
    except UnsupportedOnTarget as error:
        reason = f'The database cannot find the records that the rule "{listener.rule.name}" is about: {error}'
        raise InvalidRequest(reason, hint="Mend the formula behind matching.") from error
    values = dict(await formula_parameters(context.transaction, compiled, context.actor, context.now, statement))
    known = {parameter_name(name): value for name, value in given.items()}
    values |= {name: known.get(name) for name in statement.names if name.startswith(parameter_name(_PREFIX + "x")[:-1])}
    rows = await context.transaction.fetch(statement, values)
    if len(rows) > MAX_BATCH:
        message = f'The rule "{listener.rule.name}" would be set off for more than {MAX_BATCH:,} records at once.'
        raise InvalidRequest(message, hint="Give it a narrower condition behind matching.")
    return [row[0] for row in rows]


def _matching(compiled: CompiledModel, listener: Listener, seen: RowFilter | None) -> Statement:
    assert listener.trigger.matching is not None
    source = Source(compiled.model, compiled.dialect, compiled.schema, listener.object)
    condition = source.condition(listener.trigger.matching)
    chosen = (
        sa.select(source.root.c.id)
        .select_from(source.from_clause)
        .where(*source.visible(), condition, *source.meets(seen))
    )
    limit = sa.literal_column(str(MAX_BATCH + 1), sa.Integer())
    return prepare(chosen.order_by(source.root.c.id).limit(limit), compiled.dialect)


def _listeners(compiled: CompiledModel) -> Mapping[str, tuple[Listener, ...]]:
    found: dict[str, tuple[Listener, ...]] = {}
    for name in sorted(compiled.model.rules):
        for rule in ordered_rules(compiled, name):
            for trigger in rule.triggers:
                if isinstance(trigger, Inbound):
                    event = trigger.event.casefold()
                    found[event] = (*found.get(event, ()), Listener(object=name, rule=rule, trigger=trigger))
    return found
