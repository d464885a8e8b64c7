"""The driver inside the server process."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

from tests.trellis.automation.outboxes import Outbox, notice, with_outbox
from trellis.automation.channels.letter import Letter
from trellis.automation.delivery import Delivery
from trellis.jobs.embedded import EmbeddedDriver
from trellis.jobs.rounds import Rounds

# Nobody waits that long: it only ends what hangs, on a machine however busy.
PATIENCE_S = 120.0


def rounds(outbox: Outbox, delivery: Delivery | None = None) -> Rounds:
    async def list_names() -> list[str]:
        return [entry.name for entry in await outbox.directory.list()]

    return Rounds(delivery=delivery or outbox.delivery(), list_names=list_names, find_tenant=outbox.directory.find)


async def until_done(outbox: Outbox, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (await outbox.statuses()).get("done", 0) < count:
        assert time.monotonic() < deadline, await outbox.statuses()
        await asyncio.sleep(0.01)


def test_a_wake_up_delivers_at_once(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        driver = EmbeddedDriver(rounds(outbox), round_s=3_600)
        await driver.start()
        for number in range(3):
            await outbox.post(notice("in_app", outbox.users["anna"], number))
            driver.enqueue(outbox.tenant.name)
            await until_done(outbox, number + 1)
        await driver.stop()

    with_outbox(database_url, tmp_path, work)


def test_a_round_finds_what_no_wake_up_told_of(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(notice("in_app", outbox.users["anna"]))
        driver = EmbeddedDriver(rounds(outbox), round_s=0.05)
        await driver.start()
        await until_done(outbox, 1)
        await outbox.post(notice("in_app", outbox.users["anna"], 2))
        await until_done(outbox, 2)
        await driver.stop()

    with_outbox(database_url, tmp_path, work)


def test_wake_ups_come_from_any_thread_and_never_fail(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        driver = EmbeddedDriver(rounds(outbox), round_s=3_600)
        driver.enqueue("before it was started")
        await driver.start()
        await outbox.post(notice("in_app", outbox.users["anna"]))
        driver.enqueue("no_such_tenant")

        def wake_often() -> None:
            for _ in range(100):
                driver.enqueue(outbox.tenant.name)

        thread = threading.Thread(target=wake_often)
        thread.start()
        await asyncio.to_thread(thread.join)
        await until_done(outbox, 1)
        await driver.stop()
        driver.enqueue(outbox.tenant.name)

    with_outbox(database_url, tmp_path, work)


class WaitingMailer:
    """Sends nothing until it may."""

    repeats_safely = True

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.may_send = asyncio.Event()
        self.sent = 0

    async def send(self, letter: Letter) -> None:
        self.begun.set()
        await self.may_send.wait()
        self.sent += 1


def test_stopping_waits_for_the_batch_under_way(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(*(notice("email", outbox.users["anna"], number) for number in range(60)))
        mailer = WaitingMailer()
        driver = EmbeddedDriver(rounds(outbox, outbox.delivery(mailer)), round_s=3_600)
        await driver.start()
        await mailer.begun.wait()
        stopping = asyncio.create_task(driver.stop())
        await asyncio.sleep(0.05)
        assert not stopping.done()
        mailer.may_send.set()
        await stopping
        assert mailer.sent == 50, "one batch"
        assert await outbox.statuses() == {"done": 50, "pending": 10}

    with_outbox(database_url, tmp_path, work)


def test_a_tenant_in_trouble_does_not_keep_others_waiting(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        good = rounds(outbox)

        async def list_names() -> list[str]:
            return ["broken", *await good.list_names()]

        async def find_tenant(name: str) -> object:
            if name == "broken":
                raise RuntimeError("a fault of our own")
            return await good.find_tenant(name)

        await outbox.post(notice("in_app", outbox.users["anna"]))
        broken = Rounds(delivery=good.delivery, list_names=list_names, find_tenant=find_tenant)  # type: ignore[arg-type]  # it only raises
        driver = EmbeddedDriver(broken, round_s=0.05)
        await driver.start()
        driver.enqueue("broken")
        await until_done(outbox, 1)
        await driver.stop()

    with_outbox(database_url, tmp_path, work)
