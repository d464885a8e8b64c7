"""Timers that are due are fired, each exactly once, in the transaction that ends them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.factory import administrator, make_tenant
from trellis.automation.hooks import SaveContext
from trellis.automation.retry import MAX_ATTEMPTS
from trellis.automation.timing.firing import Firing
from trellis.automation.timing.handler import DueTimer, Fired
from trellis.automation.timing.timers import Timer, cancel_timers, write_timers
from trellis.ids import new_id
from trellis.storage.database import Transaction
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Recorder:
    """Writes a counter for each timer in the firing transaction. `broken`: the keys that fail."""

    broken: set[str] = field(default_factory=set)
    batches: list[list[str]] = field(default_factory=list)
    actors: list[str] = field(default_factory=list)

    async def fire(self, context: SaveContext, timers: Sequence[DueTimer]) -> Fired:
        self.batches.append([timer.key for timer in timers])
        self.actors.append(context.actor.user_id)
        if self.broken & {timer.key for timer in timers}:
            raise ValueError("cannot")
        counter = context.compiled.prepared(("test", "count"), lambda: _count(context.compiled))
        await context.transaction.execute_many(counter, [{"name": f"fired {timer.key}"} for timer in timers])
        return Fired(count=len(timers))


def _count(compiled: CompiledModel) -> Any:
    from sqlalchemy.dialects import postgresql, sqlite

    from trellis.storage.platform_tables import platform_tables

    table = platform_tables(compiled.schema).counter
    insert = postgresql.insert if compiled.dialect == "postgresql" else sqlite.insert
    statement = insert(table).values(name=sa.bindparam("name"), value=1)
    again = statement.on_conflict_do_update(index_elements=["name"], set_={"value": table.c.value + 1})
    return prepare(again, compiled.dialect)


@dataclass(slots=True)
class Bench:
    tenant: Tenant
    recorder: Recorder
    now: datetime = NOW

    def firing(self) -> Firing:
        return Firing(handlers={"note": self.recorder}, clock=lambda: self.now, spread=lambda: 1.0)

    async def write(self, *timers: Timer) -> None:
        await self._do(lambda context: write_timers(context, timers))

    async def cancel(self, *keys: str) -> None:
        await self._do(lambda context: cancel_timers(context, keys))

    async def _do(self, work: Any) -> None:
        actor = await administrator(self.tenant)

        async def run(transaction: Transaction, compiled: CompiledModel) -> None:
            await work(SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=self.now))

        await self.tenant.write(run)

    async def fired(self) -> dict[str, int]:
        counter = self.tenant.tables.counter
        rows = await self._rows(sa.select(counter.c.name, counter.c.value).order_by(counter.c.name))
        return {name.removeprefix("fired "): value for name, value in rows if name.startswith("fired ")}

    async def left(self) -> list[tuple[Any, ...]]:
        timer = self.tenant.tables.timer
        return await self._rows(
            sa.select(timer.c.key, timer.c.status, timer.c.attempts, timer.c.last_error).order_by(timer.c.key)
        )

    async def _rows(self, statement: sa.Select[Any]) -> list[tuple[Any, ...]]:
        prepared = prepare(statement, self.tenant.database.dialect)
        return [tuple(row) for row in await self.tenant.database.read(lambda transaction: transaction.fetch(prepared))]


def note(key: str, due_at: datetime = NOW, rule: str | None = None, actor_id: str | None = None) -> Timer:
    return Timer(key=key, kind="note", due_at=due_at, payload={"said": key}, rule=rule, actor_id=actor_id)


async def bench(database_url: str) -> Bench:
    return Bench(await make_tenant(database_url), Recorder())


def run(work: Any) -> None:
    asyncio.run(work)


def test_timers_fire_when_they_are_due_and_not_before(database_url: str) -> None:
    async def work() -> None:
        desk = await bench(database_url)
        firing = desk.firing()
        await firing.run(desk.tenant)
        assert not await firing.has_work(desk.tenant)
        await desk.write(note("b", NOW + SECOND), note("c", NOW + 2 * SECOND), note("a", NOW + SECOND))
        assert not await firing.has_work(desk.tenant)
        desk.now += SECOND
        assert await firing.has_work(desk.tenant)
        assert await firing.run(desk.tenant) == 2
        assert await desk.fired() == {"a": 1, "b": 1}
        desk.now += SECOND
        assert await firing.run(desk.tenant) == 1
        assert not await firing.has_work(desk.tenant)
        assert await desk.left() == []

    run(work())


def test_a_timer_that_is_written_again_gets_the_new_time_and_one_that_is_cancelled_is_gone(database_url: str) -> None:
    async def work() -> None:
        desk = await bench(database_url)
        await desk.write(note("a"), note("b"), note("c"))
        await desk.write(note("a", NOW + SECOND))
        await desk.cancel("b", "never there")
        assert await desk.firing().run(desk.tenant) == 1
        assert await desk.fired() == {"c": 1}
        assert [row[0] for row in await desk.left()] == ["a"]

    run(work())


def test_timers_of_one_rule_and_one_person_fire_together(database_url: str) -> None:
    async def work() -> None:
        desk = await bench(database_url)
        admin = (await administrator(desk.tenant)).user_id
        await desk.write(
            *(note(f"x{number}", rule="X") for number in range(3)),
            *(note(f"y{number}", NOW - SECOND, rule="Y", actor_id=admin) for number in range(2)),
            note("x3", rule="X", actor_id=admin),
        )
        await desk.firing().run(desk.tenant)
        assert sorted(desk.recorder.batches) == [["x0", "x1", "x2"], ["x3"], ["y0", "y1"]]
        assert set(desk.recorder.actors) == {admin}

    run(work())


def test_several_workers_fire_each_timer_once(database_url: str) -> None:
    async def work() -> None:
        desk = await bench(database_url)
        await desk.write(*(note(f"n{number:03}", rule=f"R{number % 7}") for number in range(200)))
        counts = await asyncio.gather(*(desk.firing().run(desk.tenant) for _ in range(4)))
        assert sum(counts) == 200
        assert set((await desk.fired()).values()) == {1}
        assert len(await desk.fired()) == 200

    run(work())


def test_one_that_fails_keeps_no_other_and_is_tried_until_it_is_given_up(database_url: str) -> None:
    async def work() -> None:
        desk = await bench(database_url)
        desk.recorder.broken = {"n5"}
        await desk.write(*(replace(note(f"n{number}"), record_id=new_id()) for number in range(9)))
        firing = desk.firing()
        assert await firing.run(desk.tenant) == 8
        assert await desk.fired() == {f"n{number}": 1 for number in range(9) if number != 5}
        assert await desk.left() == [("n5", "waiting", 1, "ValueError: cannot")]
        assert not await firing.has_work(desk.tenant)
        for _ in range(MAX_ATTEMPTS):
            desk.now += timedelta(hours=1)
            await firing.run(desk.tenant)
        assert await desk.left() == [("n5", "dead", MAX_ATTEMPTS, "ValueError: cannot")]

    run(work())


def test_what_nothing_fires_says_so(database_url: str) -> None:
    async def work() -> None:
        desk = await bench(database_url)
        await desk.write(Timer(key="k", kind="strange", due_at=NOW, record_id=new_id()))
        assert await desk.firing().run(desk.tenant) == 0
        assert await desk.left() == [("k", "waiting", 1, "nothing fires 'strange'")]

    run(work())


@pytest.mark.parametrize("count", [10, 500])
def test_how_many_are_due_does_not_change_how_many_statements_it_takes(database_url: str, count: int) -> None:
    async def work() -> None:
        desk = await bench(database_url)
        await desk.write(*(note(f"n{number}") for number in range(count)))
        await desk.firing().run(desk.tenant)
        assert len(desk.recorder.batches) == 1

    run(work())
