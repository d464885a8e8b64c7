"""The product as its operator runs it: a tenant with the sales package, and `trellis serve` and `trellis worker` as processes on it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import mkstemp

import httpx
import sqlalchemy as sa

from tests.ports import free_port
from tests.programs import ENDS_WITHIN_S, TRELLIS, program_environment
from tests.trellis.factory import unique_name
from trellis.packaging.bundled import bundled_folder
from trellis.packaging.content import content_of
from trellis.packaging.folder import load_folder
from trellis.packaging.install import install
from trellis.runtime import open_runtime
from trellis.security.actor import Actor
from trellis.security.credentials import create_api_key
from trellis.security.passwords import Passwords
from trellis.security.users import NewUser, create_user
from trellis.settings import Settings
from trellis.tenancy.tenant import Tenant

PASSWORD = "correct horse battery"
PEOPLE = {"anna": "Anna Weber", "bo": "Bo Lin", "chen": "Chen Wei"}
# Nobody waits that long: they only end what hangs, on a machine however busy.
STARTS_WITHIN_S, ANSWERS_WITHIN_S = 180, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A tenant with the sales package and PEOPLE; `token` is an API key of the administrator anna, whose password is PASSWORD."""

    settings: Settings
    tenant: str
    token: str


def build_site(settings: Settings, desks: Mapping[str, Sequence[str]] | None = None) -> Site:
    """`desks`: the people at each queue, in their order."""
    # In a thread: the browser's event loop may be running in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _build(settings, desks or {})).result()


async def _build(settings: Settings, desks: Mapping[str, Sequence[str]]) -> Site:
    now = datetime.now(UTC)
    async with open_runtime(settings) as runtime:
        tenant = await runtime.directory.create(unique_name(), "Acme Instruments")
        password_hash = await Passwords().hash(PASSWORD)
        ids = {}
        for username, name in PEOPLE.items():
            new = NewUser(
                username=username,
                email=f"{username}@acme.example",
                name=name,
                is_admin=True,
                time_zone="Europe/Berlin",
                password_hash=password_hash,
            )
            ids[username] = (await create_user(tenant, new, now=now)).id
        actor = Actor(user_id=ids["anna"], name="Anna", email="anna@acme.example", is_admin=True, channel="cli")
        await install(tenant, actor, content_of(load_folder(bundled_folder("sales"))))
        await _seat(tenant, {desk: [ids[username] for username in people] for desk, people in desks.items()})
        key = await create_api_key(tenant, ids["anna"], "test", now=now, expires_at=None)
        return Site(settings=settings, tenant=tenant.name, token=key.token)


async def _seat(tenant: Tenant, desks: Mapping[str, Sequence[str]]) -> None:
    rows = [
        {"queue": desk, "user_id": user_id, "position": place, "weight": 1, "capacity": None, "is_absent": False}
        for desk, people in desks.items()
        for place, user_id in enumerate(people, 1)
    ]
    if rows:
        members = sa.insert(tenant.tables.queue_member)
        await tenant.database.run(lambda connection: connection.execute(members, rows))


class Process:
    """One process of the product; what it says goes into `log`."""

    def __init__(self, settings: Settings, arguments: Sequence[str]) -> None:
        names = ("data_dir", "database_url", "redis_url")
        environment = program_environment({name: getattr(settings, name) for name in names})
        log, path = mkstemp(prefix=f"{arguments[0]}-", suffix=".log", dir=settings.data_dir)
        self.log = Path(path)
        self.process = subprocess.Popen([*TRELLIS, *arguments], env=environment, stdout=log, stderr=log)
        os.close(log)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(timeout=ENDS_WITHIN_S)

    def end(self) -> None:
        """Asks it to end, and sees that it does."""
        self.process.terminate()
        try:
            self.process.wait(timeout=ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class ServerProcess(Process):
    """`trellis serve`, ready to answer at `address`."""

    def __init__(self, settings: Settings) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        super().__init__(settings, ("serve", "--port", str(port), "--log-level", "warning"))
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if httpx.get(f"{self.address}/health", timeout=ANSWERS_WITHIN_S).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        self.kill()
        raise AssertionError(f"the server did not start within {STARTS_WITHIN_S} s: {self.log.read_text()}")


@contextmanager
def running_server(settings: Settings) -> Iterator[ServerProcess]:
    process = ServerProcess(settings)
    try:
        yield process
    finally:
        process.end()


class Server:
    """A running server as the people of one of its sites know it. `api` sends requests as the administrator; `session` is what a
    browser of theirs has as its cookie."""

    def __init__(self, address: str, site: Site) -> None:
        self.address = address
        self.site = site
        headers = {"Authorization": f"Bearer {site.token}"}
        self.api = httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=ANSWERS_WITHIN_S)

    @cached_property
    def session(self) -> str:
        body = {"tenant": self.site.tenant, "username": "anna", "password": PASSWORD}
        answer = httpx.post(f"{self.address}/api/v1/session", json=body, timeout=ANSWERS_WITHIN_S)
        return answer.cookies["trellis_session"]

    def create(self, object_name: str, **values: object) -> str:
        answer = self.api.post(f"/records/{object_name}", json=values)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])
