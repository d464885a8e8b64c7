"""The delivery loop: what is done, tried again, given up; leases and their end. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.trellis.automation.outboxes import Outbox, notice, with_outbox
from trellis.automation.channels.channel import Batch, Message
from trellis.automation.channels.letter import Letter
from trellis.automation.claims import LEASE_S, Claims, Outcome
from trellis.automation.delivery import Tally
from trellis.automation.errors import DeliveryFailed
from trellis.automation.retry import MAX_ATTEMPTS


@dataclass(slots=True)
class FailingMailer:
    """Fails for addresses that contain `fails`."""

    fails: str
    is_permanent: bool = False
    repeats_safely: bool = False
    sent: list[str] = field(default_factory=list)

    async def send(self, letter: Letter) -> None:
        if self.fails in letter.to_address:
            raise DeliveryFailed("451 try later", is_permanent=self.is_permanent)
        self.sent.append(letter.to_address)


def test_rows_become_notifications_and_letters_once(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        anna = outbox.users["anna"]
        rows = [notice(kind, anna, number) for number in range(60) for kind in ("in_app", "email")]
        await outbox.post(*rows)
        await outbox.post(*rows[:10])  # The same effects again: they are there already.
        delivery = outbox.delivery()
        assert await delivery.has_work(outbox.tenant)
        assert await delivery.run(outbox.tenant) == Tally(done=120)
        assert not await delivery.has_work(outbox.tenant)
        assert await delivery.run(outbox.tenant) == Tally()
        assert await outbox.statuses() == {"done": 120}
        assert {row[1:] for row in await outbox.notifications()} == {
            (f"Message {number}", "Its body") for number in range(60)
        }
        assert len(await outbox.notifications()) == 60
        assert outbox.letters() == sorted(row.key for row in rows if row.kind == "email")

    with_outbox(database_url, tmp_path, work)


def test_several_workers_share_the_rows(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(*(notice("in_app", outbox.users["anna"], number) for number in range(300)))
        tallies = await asyncio.gather(*(outbox.delivery().run(outbox.tenant) for _ in range(4)))
        assert sum(tally.done for tally in tallies) == 300
        assert len(await outbox.notifications()) == 300

    with_outbox(database_url, tmp_path, work)


def test_a_failure_is_tried_again_later_and_at_last_given_up(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        mailer = FailingMailer(fails="anna")
        await outbox.post(*(notice("email", outbox.users[name]) for name in ("anna", "bo")))
        delivery = outbox.delivery(mailer)
        assert await delivery.run(outbox.tenant) == Tally(done=1, failed=1)
        assert await delivery.run(outbox.tenant) == Tally(), "it waits for its time"
        waits_s = []
        for _ in range(MAX_ATTEMPTS - 1):
            waits_s.append(0.0)
            while not await delivery.has_work(outbox.tenant):
                outbox.clock.pass_(seconds=1)
                waits_s[-1] += 1
            tally = await delivery.run(outbox.tenant)
        assert tally == Tally(dead=1)
        assert waits_s == [1, 4, 16, 64, 256, 1024, 1800]
        dead = await outbox.rows("status", "attempts", "last_error")
        assert sorted(dead) == [("dead", MAX_ATTEMPTS, "451 try later"), ("done", 0, None)]
        assert mailer.sent == ["bo@example.org"]

    with_outbox(database_url, tmp_path, work)


def test_what_trying_again_cannot_mend_is_given_up_at_once(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(notice("email", outbox.users["anna"]))
        delivery = outbox.delivery(FailingMailer(fails="anna", is_permanent=True))
        assert await delivery.run(outbox.tenant) == Tally(dead=1)

    with_outbox(database_url, tmp_path, work)


def test_a_row_at_fault_fails_alone(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        anna = outbox.users["anna"]
        gone, retired = await outbox.add_user("gone"), await outbox.add_user("retired", is_active=False)
        outbox_table, user_table = outbox.tenant.tables.outbox, outbox.tenant.tables.user
        await outbox.execute(sa.delete(user_table).where(user_table.c.id == gone))
        broken, template = notice("in_app", anna, 1), notice("in_app", anna, 2, template="nowhere")
        await outbox.post(
            *(broken, template, notice("in_app", gone), notice("email", retired), notice("in_app", anna, 3)),
            *(notice("email", None, address="not an address"), notice("email", None, address="x@example.org")),
        )
        await outbox.execute(
            sa.update(outbox_table)
            .where(outbox_table.c.idempotency_key == broken.key)
            .values(payload='{"values": {"$": "no"}}')
        )
        assert await outbox.delivery().run(outbox.tenant) == Tally(done=4, dead=3)
        errors = {
            key: (status, error) for key, status, error in await outbox.rows("idempotency_key", "status", "last_error")
        }
        assert errors[broken.key][0] == "dead"
        assert "payload cannot be read" in errors[broken.key][1]
        assert "no template 'nowhere'" in errors[template.key][1]
        assert sum(error == "not delivered: the recipient is not an active user" for _, error in errors.values()) == 2
        assert [title for _, title, _ in await outbox.notifications()] == ["Message 3"]
        assert len(outbox.letters()) == 1

    with_outbox(database_url, tmp_path, work)


class CrashingMailer:
    """What no channel foresees: a fault of our own for one address."""

    repeats_safely = True

    async def send(self, letter: Letter) -> None:
        if "anna" in letter.to_address:
            raise ZeroDivisionError("a fault")


def test_an_unforeseen_error_hits_only_its_row(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(
            *(notice("email", outbox.users[name], number) for number in range(3) for name in ("anna", "bo"))
        )
        tally = await outbox.delivery(CrashingMailer()).run(outbox.tenant)
        assert tally == Tally(done=3, failed=3)
        assert {error for _, error in await outbox.rows("id", "last_error")} == {None, "ZeroDivisionError: a fault"}

    with_outbox(database_url, tmp_path, work)


def test_an_ended_lease_is_taken_over_row_by_row(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(*(notice("in_app", outbox.users["anna"], number) for number in range(3)))
        claims = Claims(outbox.tenant.database)
        assert len(await claims.claim("a worker that dies", outbox.clock(), 50)) == 3
        delivery = outbox.delivery()
        assert await delivery.run(outbox.tenant) == Tally(), "the lease still holds"
        outbox.clock.pass_(seconds=LEASE_S - 1)
        assert not await delivery.has_work(outbox.tenant)
        outbox.clock.pass_(seconds=1)
        assert await delivery.has_work(outbox.tenant)
        assert len(await claims.claim("another", outbox.clock(), 50)) == 1, "one at a time"
        outbox.clock.pass_(seconds=LEASE_S)
        assert await delivery.run(outbox.tenant) == Tally(done=3)
        assert len(await outbox.notifications()) == 3

    with_outbox(database_url, tmp_path, work)


def test_a_row_that_keeps_killing_its_worker_is_given_up(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(notice("in_app", outbox.users["anna"]))
        claims = Claims(outbox.tenant.database)
        for attempt in range(MAX_ATTEMPTS + 1):
            assert len(await claims.claim(f"victim {attempt}", outbox.clock(), 50)) == 1
            outbox.clock.pass_(seconds=LEASE_S)
        assert await claims.claim("survivor", outbox.clock(), 50) == ()
        [(status, error)] = await outbox.rows("status", "last_error")
        assert status == "dead"
        assert "8 times" in error

    with_outbox(database_url, tmp_path, work)


def test_a_worker_that_lost_its_lease_settles_nothing(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(notice("email", outbox.users["anna"]))
        stalled = outbox.delivery(StallingMailer(outbox))
        await stalled.run(outbox.tenant)
        assert await outbox.statuses() == {"done": 1}
        assert await outbox.rows("attempts", "last_error") == [(1, None)], "the second worker's word stands"

    with_outbox(database_url, tmp_path, work)


@dataclass(slots=True)
class StallingMailer:
    """While it "sends", its lease ends and another worker delivers the same letter."""

    outbox: Outbox
    repeats_safely: bool = False

    async def send(self, letter: Letter) -> None:
        self.outbox.clock.pass_(seconds=LEASE_S)
        assert await self.outbox.delivery(FailingMailer(fails="nobody")).run(self.outbox.tenant) == Tally(done=1)
        raise DeliveryFailed("too late")


@pytest.mark.parametrize("payload", [{"user": None, "address": "someone@example.org"}])
def test_a_stranger_gets_no_link(database_url: str, tmp_path: Path, payload: dict[str, str]) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(notice("email", None, 1, address=payload["address"]))
        await outbox.delivery().run(outbox.tenant)
        [name] = outbox.letters()
        assert "http://t/app" not in (tmp_path / "maildir" / "new" / name).read_text()

    with_outbox(database_url, tmp_path, work)


def test_what_was_done_long_ago_is_forgotten_and_what_is_dead_is_not(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        anna = outbox.users["anna"]
        await outbox.post(notice("in_app", anna, 1), notice("in_app", anna, 2, template="nowhere"))
        delivery = outbox.delivery()
        await delivery.run(outbox.tenant)
        outbox.clock.pass_(days=31)
        await outbox.post(notice("in_app", anna, 3))
        await delivery.run(outbox.tenant)
        assert await outbox.statuses() == {"done": 1, "dead": 1}
        assert len(await outbox.notifications()) == 2

    with_outbox(database_url, tmp_path, work)


@dataclass
class TimedChannel:
    """Takes `seconds` for a batch, by the tests' clock; notes how many messages each had."""

    outbox: Outbox
    seconds: float = 0.0
    sizes: list[int] = field(default_factory=list)

    async def deliver(self, batch: Batch, messages: Sequence[Message]) -> Sequence[Outcome]:
        self.sizes.append(len(messages))
        self.outbox.clock.pass_(seconds=self.seconds)
        outcomes = [Outcome(row=message.row) for message in messages]
        await batch.settle(outcomes)
        return outcomes


@pytest.mark.parametrize(("seconds", "sizes"), [(0.0, [50, 200, 500, 50]), (2.0, [50] * 16)])
def test_batches_grow_while_they_go_quickly(
    database_url: str, tmp_path: Path, seconds: float, sizes: list[int]
) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(*(notice("in_app", outbox.users["anna"], number) for number in range(800)))
        delivery, channel = outbox.delivery(), TimedChannel(outbox, seconds)
        delivery.channels = {"in_app": channel}
        assert await delivery.run(outbox.tenant) == Tally(done=800)
        assert channel.sizes == sizes

    with_outbox(database_url, tmp_path, work)
