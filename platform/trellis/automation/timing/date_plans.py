"""Timers of records for rules with date triggers, for a day ahead: those that a look at the table finds, and those of what is saved.

Whoever changes a record writes its timers anew; whoever does not ask automation (an import of samples) is found at the next look. When a
timer fires, the record's value decides whether it still stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from rule_engine.rules.checked import Anniversary
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.timing.calendars import calendars_of
from trellis.automation.timing.dates import dues_of, month_days, span_of
from trellis.automation.timing.handler import DueTimer, Fired
from trellis.automation.timing.kinds import DATE, record_key
from trellis.automation.timing.planning import dates_timer
from trellis.automation.timing.time_rules import DateRule, date_rules, time_rules
from trellis.automation.timing.timers import Timer, cancel_timers_of, write_timers, write_timers_in
from trellis.query.source import Source
from trellis.storage.codecs import decoder, encoder, list_encoder
from trellis.storage.database import Statement
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

AHEAD = timedelta(hours=24)
EVERY = timedelta(hours=6)
PAGE = 10_000
_BEFORE_ALL = "00000000-0000-0000-0000-000000000000"


async def note_dates(context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
    """After a save: new timers for records whose dates changed, or that are new here. Two statements, or none."""
    rules = date_rules(context.compiled, object_name)
    if not rules or not changes or changes[0].event == "deleted":
        return
    fields = {rule.trigger.field for rule in rules}
    moved = [change for change in changes if _has_moved(change, fields)]
    known = [change.id for change in moved if change.event == "updated"]
    await cancel_timers_of(context, DATE, known)
    timers = [
        timer
        for change in moved
        for rule in rules
        for timer in _timers(context.compiled, rule, change.id, change.values.get(rule.trigger.field), context.now)
    ]
    await write_timers(context, timers)


def _has_moved(change: Change, fields: set[str]) -> bool:
    if change.event != "updated" or change.old is None:
        return True
    return any(change.values.get(name) != change.old.get(name) for name in fields)


def _timers(compiled: CompiledModel, rule: DateRule, record_id: str, value: Any, now: datetime) -> Iterator[Timer]:
    """Of one record, for as long as no look at the table will surely come."""
    if value is not None:
        for due_at in dues_of(rule.trigger, value, calendars_of(compiled), now, now + AHEAD + EVERY):
            yield _timer(rule, record_id, due_at)


def _timer(rule: DateRule, record_id: str, due_at: datetime) -> Timer:
    return Timer(
        key=record_key(rule.key, record_id, due_at),
        kind=DATE,
        due_at=due_at,
        payload={"trigger": rule.key},
        object=rule.object,
        record_id=record_id,
        rule=rule.rule,
    )


class DatePlans:
    """Looks for the records that will be due within a day. What a standstill made late is due at once."""

    async def fire(self, context: SaveContext, timers: Sequence[DueTimer]) -> Fired:
        for timer in timers:
            rule = next((one for one in date_rules(context.compiled, timer.object or "") if one.key == timer.key), None)
            if rule is not None:
                await self._look(context, rule, timer)
        return Fired(count=0)

    async def _look(self, context: SaveContext, rule: DateRule, timer: DueTimer) -> None:
        compiled, now = context.compiled, context.now
        after: datetime = timer.payload["after"]
        until: datetime = timer.payload["until"] or now + AHEAD
        calendars = calendars_of(compiled)
        found = await _page(context, rule, after, until, timer.payload["seen"] or _BEFORE_ALL)
        timers = [
            _timer(rule, record_id, due_at)
            for record_id, value in found
            for due_at in dues_of(rule.trigger, value, calendars, after, until)
        ]
        await write_timers_in(context.transaction, compiled, timers, now, are_new=True)
        whole = time_rules(compiled)[rule.key]
        if len(found) == PAGE:
            again = dates_timer(whole, after, due_at=timer.due_at, until=until, seen=found[-1][0])
        else:
            again = dates_timer(whole, until, due_at=now + EVERY)
        await write_timers(context, [again])


async def _page(
    context: SaveContext, rule: DateRule, after: datetime, until: datetime, seen: str
) -> list[tuple[str, date | datetime]]:
    """The next live records behind `seen` that may be due between those moments, with their values. One query."""
    compiled = context.compiled
    field = compiled.model.field(rule.object, rule.trigger.field)
    kind = field.columns[0].kind
    statement = compiled.prepared(("timing", "dates", rule.key), lambda: _statement(compiled, rule, kind))
    values: dict[str, Any] = {"seen": encoder(ColumnKind.UUID, compiled.dialect)(seen)}
    calendars = calendars_of(compiled)
    if isinstance(rule.trigger, Anniversary):
        days = month_days(after, until, calendars.zone(rule.trigger.calendar))
        values["days"] = list_encoder(ColumnKind.TEXT, compiled.dialect)(days)
    else:
        span = span_of(rule.trigger, calendars, after, until)
        encode = encoder(kind, compiled.dialect)
        values["first"] = encode(_bound(span.first or date.min, kind))
        values["last"] = encode(_bound(span.last or date.max, kind))
    decode = decoder(kind, compiled.dialect)
    return [(row[0], decode(row[1])) for row in await context.transaction.fetch(statement, values)]


def _bound(day: date, kind: ColumnKind) -> date | datetime:
    return day if kind is ColumnKind.DATE else datetime.combine(day, time(), UTC)


def _statement(compiled: CompiledModel, rule: DateRule, kind: ColumnKind) -> Statement:
    """Rows of (id, value)."""
    source = Source(compiled.model, compiled.dialect, compiled.schema, rule.object)
    field = compiled.model.field(rule.object, rule.trigger.field)
    column = source.columns((field.name,), field)[0]
    if isinstance(rule.trigger, Anniversary):
        may_be_due = any_of(_month_and_day(column, kind, compiled), "days", compiled.dialect)
    else:
        first, last = (sa.bindparam(name, type_=column.type) for name in ("first", "last"))
        may_be_due = column.between(first, last)
    root = source.root
    chosen = sa.select(root.c.id, column).select_from(source.from_clause).where(*source.visible(), may_be_due)
    chosen = chosen.where(root.c.id > sa.bindparam("seen", type_=root.c.id.type))
    return prepare(chosen.order_by(root.c.id).limit(sa.literal_column(str(PAGE), sa.Integer())), compiled.dialect)


def _month_and_day(column: Any, kind: ColumnKind, compiled: CompiledModel) -> sa.ColumnElement[str]:
    """MM-DD, of moments in UTC; None for none."""
    if compiled.dialect == "sqlite":
        return sa.type_coerce(sa.func.substr(column, 6, 5), sa.Text())
    shown = column if kind is ColumnKind.DATE else sa.func.timezone("UTC", column)
    return sa.type_coerce(sa.func.to_char(shown, "MM-DD"), sa.Text())
