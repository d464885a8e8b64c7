"""Messages that were given up, tried again once their cause is mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trellis.automation.outboxes import Outbox, notice, with_outbox
from tests.trellis.automation.test_delivery import FailingMailer
from trellis.automation.dead_rows import list_dead, replay_all, replay_one
from trellis.automation.delivery import Tally
from trellis.errors import AccessDenied, NotFound
from trellis.ids import new_id
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor

ACCESS = AdministratorAccess()


def _actor(outbox: Outbox, *, is_admin: bool = True) -> Actor:
    return Actor(user_id=outbox.users["anna"], name="Anna", email="anna@example.org", is_admin=is_admin, channel="cli")


def test_a_message_given_up_is_delivered_after_its_cause_is_mended(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(notice("email", outbox.users["anna"]))
        actor, broken = _actor(outbox), outbox.delivery(FailingMailer(fails="anna", is_permanent=True))
        assert await broken.run(outbox.tenant) == Tally(dead=1)
        dead = await list_dead(outbox.tenant, ACCESS, actor, limit=10)
        [row] = dead.rows
        assert (dead.total, row.kind, row.object, row.rule) == (1, "email", "lead", "Test")
        assert (row.created_at, row.given_up_at) == (outbox.clock.now, outbox.clock.now)
        assert (row.attempts, row.error) == (1, "451 try later")
        mended = outbox.delivery()
        assert await mended.run(outbox.tenant) == Tally()
        await replay_one(outbox.tenant, ACCESS, actor, row.id, now=outbox.clock.now)
        assert await mended.run(outbox.tenant) == Tally(done=1)
        assert len(outbox.letters()) == 1
        assert (await list_dead(outbox.tenant, ACCESS, actor, limit=10)).total == 0
        assert await replay_all(outbox.tenant, ACCESS, actor, now=outbox.clock.now) == 0
        with pytest.raises(NotFound):
            await replay_one(outbox.tenant, ACCESS, actor, row.id, now=outbox.clock.now)

    with_outbox(database_url, tmp_path, work)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_who_is_no_administrator_may_neither_look_nor_replay(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        actor, now = _actor(outbox, is_admin=False), outbox.clock.now
        for attempt in (
            list_dead(outbox.tenant, ACCESS, actor, limit=1),
            replay_all(outbox.tenant, ACCESS, actor, now=now),
            replay_one(outbox.tenant, ACCESS, actor, new_id(), now=now),
        ):
            with pytest.raises(AccessDenied):
                await attempt

    with_outbox(database_url, tmp_path, work)
