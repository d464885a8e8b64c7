"""Fires schedules: each time one comes round, a timer for every record of its object that meets the rule's condition."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from rule_engine import UnsupportedOnTarget
from trellis.automation.hooks import SaveContext
from trellis.automation.timing.handler import DueTimer, Fired
from trellis.automation.timing.kinds import PLAN_SCHEDULE, SCHEDULE, record_key
from trellis.automation.timing.planning import schedule_timer
from trellis.automation.timing.time_rules import TimeRule, time_rules
from trellis.automation.timing.timers import Timer, write_timers
from trellis.errors import InvalidRequest
from trellis.query.context import formula_parameters
from trellis.query.source import Source
from trellis.storage.codecs import encoder
from trellis.storage.database import Statement
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

PAGE = 10_000
_BEFORE_ALL = "00000000-0000-0000-0000-000000000000"


class Schedules:
    """After a standstill a schedule comes round once, however often it was missed. Records are found a page at a time, by the
    database where it can decide the condition; each is asked again when its own timer fires."""

    async def fire(self, context: SaveContext, timers: Sequence[DueTimer]) -> Fired:
        for timer in timers:
            rule = time_rules(context.compiled).get(timer.key)
            if rule is not None:
                await self._fire(context, timer, rule)
        return Fired(count=0)

    async def _fire(self, context: SaveContext, timer: DueTimer, rule: TimeRule) -> None:
        ids = await _page(context, rule, str(timer.payload.get("seen") or _BEFORE_ALL))
        records = [
            Timer(
                key=record_key(rule.key, one, timer.due_at),
                kind=SCHEDULE,
                due_at=timer.due_at,
                payload={"trigger": rule.key},
                object=rule.object,
                record_id=one,
                rule=rule.rule,
            )
            for one in ids
        ]
        again = schedule_timer(context.compiled, rule, max(context.now, timer.due_at))
        if len(ids) == PAGE:
            seen = {"seen": ids[-1]}
            again = Timer(
                key=rule.key,
                kind=PLAN_SCHEDULE,
                due_at=timer.due_at,
                payload=seen,
                object=rule.object,
                rule=rule.rule,
            )
        await write_timers(context, [*records, *([again] if again else [])])


async def _page(context: SaveContext, rule: TimeRule, seen: str) -> list[str]:
    """The next live records behind `seen`, in the order of their ids. One query."""
    compiled = context.compiled
    statement = compiled.prepared(("timing", "schedule", rule.key), lambda: _statement(compiled, rule))
    values = {"seen": encoder(ColumnKind.UUID, compiled.dialect)(seen)}
    values |= await formula_parameters(context.transaction, compiled, context.actor, context.now, statement)
    return [row[0] for row in await context.transaction.fetch(statement, values)]


def _statement(compiled: CompiledModel, rule: TimeRule) -> Statement:
    source = Source(compiled.model, compiled.dialect, compiled.schema, rule.object)
    conditions = []
    if rule.condition is not None:
        try:
            conditions.append(source.condition(rule.condition))
        except (UnsupportedOnTarget, InvalidRequest):
            # Nor can it be if it crosses too many lookups: every record is asked for itself then.
            source = Source(compiled.model, compiled.dialect, compiled.schema, rule.object)
    root = source.root
    chosen = sa.select(root.c.id).select_from(source.from_clause).where(*source.visible(), *conditions)
    chosen = chosen.where(root.c.id > sa.bindparam("seen", type_=root.c.id.type))
    return prepare(chosen.order_by(root.c.id).limit(sa.literal_column(str(PAGE), sa.Integer())), compiled.dialect)
