"""Whoever lets others wait is reminded, by a clock that the test sets."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.trellis.automation.approvals.desk import Deciding, with_approvals

RULES = """
approval ask "Ask" on deal
step one "One" by queue board quorum all
    remind after 1 business day
    delegation allowed
step two "Two" by user "dora"
    remind after 2 hours
step three "Three" by user "eve"
end
"""


async def reminded(desk: Deciding) -> list[str | None]:
    return [user for user, what, channel in await desk.told() if (what, channel) == ("approval:reminder", "in_app")]


async def count_timers(desk: Deciding) -> int:
    [(count,)] = await desk.fetch(sa.select(sa.func.count()).select_from(desk.tenant.tables.timer))
    return int(count)


def test_who_has_not_decided_is_reminded_until_the_step_is_decided(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        await desk.seat("board", "bo", "chen")
        request = await desk.submit(await desk.deal())  # On a Friday at noon.
        assert await desk.wait(hours=71) == 0
        assert await desk.wait(hours=1) == 1
        assert await reminded(desk) == ["bo", "chen"]
        await desk.approvals.approve(desk.person("bo"), request.id)
        await desk.approvals.delegate(desk.person("chen"), request.id, "anna")
        assert await desk.wait(days=1) == 1
        assert await reminded(desk) == ["bo", "chen", "anna"]
        await desk.approvals.approve(desk.person("anna"), request.id)
        assert await desk.wait(hours=2) == 1
        assert (await reminded(desk))[3:] == ["dora"]
        await desk.approvals.approve(desk.person("dora"), request.id)
        assert await count_timers(desk) == 0
        assert [kind for kind, _ in await desk.events()].count("reminded") == 3

    with_approvals(database_url, RULES, work)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_recall_ends_the_reminders_and_so_do_ten_of_them(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        await desk.seat("board", "bo")
        deal = await desk.deal()
        request = await desk.submit(deal)
        await desk.approvals.recall(desk.person("anna"), request.id)
        assert await count_timers(desk) == 0
        await desk.submit(deal)
        fired = [await desk.wait(days=4) for _ in range(12)]
        assert fired == [1] * 10 + [0] * 2
        assert len(await reminded(desk)) == 10

    with_approvals(database_url, RULES, work)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_timer_of_a_step_that_is_over_reminds_nobody(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        await desk.seat("board", "bo")
        request = await desk.submit(await desk.deal())
        table = desk.tenant.tables.timer
        [(payload,)] = await desk.fetch(sa.select(table.c.payload))
        await desk.approvals.approve(desk.person("bo"), request.id)
        await desk.execute(sa.update(table).values(payload=payload))
        assert await desk.wait(days=1) == 0
        assert await reminded(desk) == []

    with_approvals(database_url, RULES, work)
