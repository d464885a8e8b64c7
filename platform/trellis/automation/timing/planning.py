"""The timers that a model asks for whatever its records are: one for each schedule, and one that looks for each date trigger's records."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from rule_engine.rules.checked import Cron, Every
from trellis.automation.timing.calendars import calendars_of
from trellis.automation.timing.kinds import PLAN_DATES, PLAN_SCHEDULE
from trellis.automation.timing.schedule import next_after
from trellis.automation.timing.time_rules import TimeRule, time_rules
from trellis.automation.timing.timers import Timer, cancel_timers_in, write_timers_in
from trellis.storage.codecs import decoder
from trellis.storage.database import Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

_KINDS = (PLAN_DATES, PLAN_SCHEDULE)


async def plan_timers(transaction: Transaction, compiled: CompiledModel, now: datetime) -> None:
    """Those that are missing begin with the revision in force; those that no rule asks for any more go. Two statements, four when
    anything is to be done."""
    wanted = time_rules(compiled)
    statements = compiled.prepared(("timing", "plan"), lambda: _statements(compiled))
    there = {row[0] for row in await transaction.fetch(statements[0])}
    await cancel_timers_in(transaction, compiled, there - wanted.keys())
    missing = [rule for key, rule in wanted.items() if key not in there]
    if not missing:
        return
    row = await transaction.fetch_one(statements[1], {"number": compiled.revision})
    began_at = decoder(ColumnKind.DATETIME, compiled.dialect)(row[0]) if row else now
    timers = [timer for rule in missing if (timer := first_timer(compiled, rule, min(began_at, now)))]
    # Two processes may plan at once: what the other one wrote, and has fired since, stays.
    await write_timers_in(transaction, compiled, timers, now, are_new=True)


def first_timer(compiled: CompiledModel, rule: TimeRule, after: datetime) -> Timer | None:
    """None for a schedule that never comes round."""
    if isinstance(rule.trigger, Every | Cron):
        return schedule_timer(compiled, rule, after)
    return dates_timer(rule, after, due_at=after)


def schedule_timer(compiled: CompiledModel, rule: TimeRule, after: datetime) -> Timer | None:
    """When the schedule comes round next."""
    assert isinstance(rule.trigger, Every | Cron)
    due_at = next_after(rule.trigger, after, calendars_of(compiled).zone(rule.trigger.calendar))
    if due_at is None:
        return None
    return Timer(key=rule.key, kind=PLAN_SCHEDULE, due_at=due_at, object=rule.object, rule=rule.rule)


def dates_timer(
    rule: TimeRule, after: datetime, *, due_at: datetime, until: datetime | None = None, seen: str | None = None
) -> Timer:
    """Looks for the records that are due later than `after`. In the midst of many, `until` some moment and behind the record `seen`."""
    payload = {"after": after, "until": until, "seen": seen}
    return Timer(key=rule.key, kind=PLAN_DATES, due_at=due_at, payload=payload, object=rule.object, rule=rule.rule)


def _statements(compiled: CompiledModel) -> tuple[Statement, Statement]:
    tables = platform_tables(compiled.schema)
    there = sa.select(tables.timer.c.key).where(tables.timer.c.kind.in_(_KINDS))
    number = sa.bindparam("number", type_=tables.revision.c.number.type)
    began = sa.select(tables.revision.c.created_at).where(tables.revision.c.number == number)
    return prepare(there, compiled.dialect), prepare(began, compiled.dialect)
