"""Holds what a test expects against what its rules did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from rule_engine import CheckedFormula
from rule_engine.rules import checked
from rule_engine.runtime.values import shown_value
from rule_engine.types import Kind
from trellis.automation.actions.notify import plan_notices
from trellis.automation.compiling.reads import Reads
from trellis.automation.hooks import SaveContext
from trellis.automation.payload import load_payload
from trellis.automation.queues import fetch_members
from trellis.automation.steps import NotifyStep, WhereTarget
from trellis.automation.targets import find_targets
from trellis.rule_tests.looking import Affected, look_at
from trellis.rule_tests.workshop import Stage
from trellis.storage.database import Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

REACHES_ALL: tuple[checked.Channel, ...] = ("email",)
"""What tells who is meant: everybody has an address, and who has none has no other way either."""
Told = tuple[str, str]
"""The channel, and the user's id or the address."""


async def find_fault(stage: Stage, now: datetime, affected: Affected, expectation: checked.Expectation) -> str | None:
    """What is there instead of what is expected; None when it holds."""

    async def work(transaction: Transaction, compiled: CompiledModel) -> str | None:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=stage.actor, now=now)
        return await _Looking(context, stage, affected).find_fault(expectation)

    return await stage.tenant.write(work)


class _Looking:
    """At one record, as it is in the database by now."""

    def __init__(self, context: SaveContext, stage: Stage, affected: Affected) -> None:
        self._context = context
        self._stage = stage
        self._affected = affected
        self._reads = Reads(context.compiled.model, affected.object)
        self._names = {user_id: username for username, user_id in stage.users.items()}

    async def find_fault(self, expectation: checked.Expectation) -> str | None:
        match expectation:
            case checked.ExpectCondition(condition=condition):
                return await self._condition(condition)
            case checked.ExpectQueue(subject=subject, queue=queue):
                return await self._queue(subject, queue)
            case checked.ExpectNotified():
                return await self._notified(expectation)
            case checked.ExpectRefused():
                return "It was saved."
            case checked.ExpectRecord(object=object_name, condition=condition):
                return await self._record(object_name, condition)

    async def _condition(self, condition: CheckedFormula) -> str | None:
        formula = self._reads.formula(condition)
        run = await look_at(self._context, self._affected, self._reads)
        if run.holds(formula, 0):
            return None
        values = [
            f"{'.'.join(one.path)} is {self._shown(run.views.values(0)['.'.join(one.path)], one.type.kind)}"
            for one in condition.references
        ]
        return f"It is not so: {', '.join(values)}." if values else "It is not so."

    async def _queue(self, subject: CheckedFormula, queue: str) -> str | None:
        """The owner is in the queue when they sit at it, and so is a record that waits there."""
        owner = self._reads.formula(subject)
        waiting_at = None
        if len(subject.references) == 1 and subject.references[0].path[-1] == "owner":
            path = (*subject.references[0].path[:-1], "owner_queue")
            self._reads.note_path(path)
            waiting_at = ".".join(path)
        run = await look_at(self._context, self._affected, self._reads)
        waiting = None if waiting_at is None else run.views.values(0)[waiting_at]
        user = run.evaluate(owner, 0)
        members = await fetch_members(self._context.transaction, self._context.compiled, [queue])
        if waiting == queue or (user is not None and user in {member.user_id for member in members[queue]}):
            return None
        if waiting is not None:
            return f"It waits in the queue {waiting}."
        return f"{subject.source} is {self._shown(user, Kind.ID)}, who is not in that queue."

    async def _notified(self, expectation: checked.ExpectNotified) -> str | None:
        step = NotifyStep(
            number=0,
            line=expectation.line,
            recipients=(self._reads.recipient(expectation.recipient),),
            channels=expectation.channels or REACHES_ALL,
            template="",
            message=None,
            shown=(),
        )
        run = await look_at(self._context, self._affected, self._reads)
        wanted = {(entry.kind, _whom(entry.payload)) for entry in await plan_notices(run, step, [0])}
        told = await self._told()
        people = {whom for _, whom in wanted}
        if not people:
            return "There is nobody to tell."
        if wanted <= told if expectation.channels else people <= {whom for _, whom in told}:
            return None
        heard = sorted({f"{self._names.get(whom, whom)} via {channel}" for channel, whom in told})
        return f"Told were {', '.join(heard)}." if heard else "Nobody was told anything."

    async def _record(self, object_name: str, condition: CheckedFormula) -> str | None:
        self._reads.counting(condition)
        run = await look_at(self._context, self._affected, self._reads)
        target = WhereTarget(object=object_name, condition=condition, outer=(), given=())
        if await find_targets(run, target, [0]):
            return None
        return f"There is no such record of {object_name}."

    async def _told(self) -> set[Told]:
        """Of this record."""
        table = platform_tables(self._context.compiled.schema).outbox
        rows = await self._context.transaction.fetch(
            prepare(
                sa.select(table.c.kind, table.c.payload).where(table.c.record_id == sa.bindparam("record_id")),
                self._context.compiled.dialect,
            ),
            {"record_id": self._affected.id},
        )
        return {(kind, _whom(load_payload(payload))) for kind, payload in rows}

    def _shown(self, value: Any, kind: Kind) -> str:
        return self._names.get(value, shown_value(value)) if kind is Kind.ID else shown_value(value)


def _whom(payload: Mapping[str, Any]) -> str:
    return str(payload.get("user") or payload.get("address"))
