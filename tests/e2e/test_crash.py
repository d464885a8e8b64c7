"""kill -9 of server and worker in the middle of 500 creates: every accepted create is there, every notice delivered exactly once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.e2e.installation import ANSWERS_WITHIN_S, Process, ServerProcess, Site, build_site
from tests.master_key import MASTER_KEY
from trellis.runtime import open_runtime
from trellis.settings import Settings

CREATES, CLIENTS, DEATHS = 500, 6, (120, 300)
DESKS = {"dach_enterprise": ("anna",), "energy": ("bo",), "triage": ("anna", "bo", "chen")}
# Nobody waits that long: it only ends what hangs, on a machine however busy.
PATIENCE_S = 300


class Installation:
    """Server, and worker when there is Redis; killed and started again as one."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.processes: list[Process] = []
        self.start()

    def start(self) -> None:
        self.server = ServerProcess(self.site.settings)
        self.processes = [self.server]
        if self.site.settings.redis_url:
            self.processes.append(Process(self.site.settings, ["worker"]))

    def kill(self) -> None:
        for process in self.processes:
            process.kill()

    def end(self) -> None:
        for process in self.processes:
            process.end()


@pytest.fixture(params=["sqlite, embedded worker", "postgresql, redis, worker"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    urls = {"database_url": "", "redis_url": ""}
    if "redis" in request.param:
        urls = {
            name: str(request.getfixturevalue(f"{name.removesuffix('_url').replace('database', 'postgresql')}_url"))
            for name in urls
        }
    settings = Settings(master_key=MASTER_KEY, data_dir=tmp_path, **urls)
    built = build_site(settings, DESKS)
    yield built
    asyncio.run(_erase(built))


async def _erase(site: Site) -> None:
    async with open_runtime(site.settings) as runtime:
        await runtime.directory.delete(site.tenant)


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_doubled(site: Site) -> None:
    installation = Installation(site)
    try:
        accepted = create_under_fire(installation)
        assert len(accepted) == CREATES
        leads, notices, tasks = asyncio.run(until_delivered(site))
    finally:
        installation.end()
    assert set(leads) == set(accepted.values())
    assert Counter(notices) == Counter(leads), "each lead's owner has one notice"
    assert Counter(tasks) == Counter(leads), "each lead has its one task"
    assert Counter(mailed(site.settings.maildir)) == Counter(f"Lead{number}" for number in range(CREATES))


def create_under_fire(installation: Installation) -> dict[int, str]:
    """number -> id of what the server said it created. Whoever gets no answer asks again with the same Idempotency-Key."""
    accepted: dict[int, str] = {}
    refused: list[str] = []
    waiting: Queue[int] = Queue()
    for number in range(CREATES):
        waiting.put(number)

    def client() -> None:
        while len(accepted) < CREATES and not refused:
            try:
                number = waiting.get(timeout=0.1)
            except Empty:
                continue
            try:
                accepted[number] = create(requests, installation.server.address, number)
            except (httpx.TransportError, StillBeingWorkedOn):
                waiting.put(number)
                time.sleep(0.02)
            except (AssertionError, LookupError, ValueError) as error:
                refused.append(repr(error))

    headers = {"Authorization": f"Bearer {installation.site.token}"}
    with httpx.Client(headers=headers, timeout=ANSWERS_WITHIN_S) as requests:
        threads = [threading.Thread(target=client, daemon=True) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for death in DEATHS:
            wait_for(lambda death=death: refused or len(accepted) >= death)  # type: ignore[misc]
            installation.kill()
            installation.start()
        for thread in threads:
            thread.join(timeout=PATIENCE_S)
    assert not refused
    return accepted


class StillBeingWorkedOn(Exception):
    """The first try with the same Idempotency-Key has not ended."""


def create(requests: httpx.Client, address: str, number: int) -> str:
    lead = {"last_name": f"Lead{number}", "company": "Acme", "country": "FR"}
    headers = {"Idempotency-Key": f"lead-{number}"}
    answer = requests.post(f"{address}/api/v1/records/lead", json=lead, headers=headers)
    if answer.status_code == 409:
        raise StillBeingWorkedOn
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "nothing moves"
        time.sleep(0.01)


async def until_delivered(site: Site) -> tuple[list[str], list[str], list[str]]:
    """The ids of leads, and the leads that notices and tasks are about, once the outbox is empty."""
    async with open_runtime(site.settings) as runtime:
        tenant = await runtime.tenant(site.tenant)
        outbox, notice = tenant.tables.outbox, tenant.tables.notification
        schema = f'"{tenant.database.schema}".' if tenant.database.schema else ""

        def unfinished(connection: sa.Connection) -> int:
            return int(
                connection.scalar(sa.select(sa.func.count()).where(outbox.c.status.in_(("pending", "leased")))) or 0
            )

        deadline = time.monotonic() + PATIENCE_S
        while await tenant.database.run(unfinished):
            assert time.monotonic() < deadline, "the outbox does not empty"
            await asyncio.sleep(0.2)

        def column(text: str) -> Any:
            return lambda connection: [str(value) for (value,) in connection.execute(sa.text(text))]

        dead = await tenant.database.run(
            lambda c: c.scalar(sa.select(sa.func.count()).where(outbox.c.status == "dead"))
        )
        assert dead == 0
        leads = await tenant.database.run(column(f"SELECT id FROM {schema}lead"))
        notices = await tenant.database.run(
            lambda c: [
                str(value) for (value,) in c.execute(sa.select(notice.c.record_id).where(notice.c.object == "lead"))
            ]
        )
        tasks = await tenant.database.run(column(f"SELECT lead FROM {schema}task"))
        return leads, notices, tasks


def mailed(maildir: Path) -> list[str]:
    """The last names in the subjects of all mail."""
    subjects = [
        str(message_from_bytes(path.read_bytes(), policy=policy.default)["subject"])
        for folder in ("new", "cur")
        for path in (maildir / folder).iterdir()
    ]
    return [subject.removeprefix("New lead: ").partition(",")[0] for subject in subjects]
