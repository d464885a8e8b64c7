"""The product as its operator runs it: `trellis serve` and `trellis worker` as processes, on a tenant with the sales package."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.servers import free_port
from tests.trellis.factory import unique_name
from trellis.packaging.bundled import bundled_folder
from trellis.packaging.content import content_of
from trellis.packaging.folder import load_folder
from trellis.packaging.install import install
from trellis.runtime import open_runtime
from trellis.security.actor import Actor
from trellis.security.credentials import create_api_key
from trellis.security.users import NewUser, create_user
from trellis.settings import Settings

COMMAND = str(Path(sys.executable).with_name("trellis"))
DESKS = {"dach_enterprise": ("anna",), "energy": ("bo",), "triage": ("anna", "bo", "chen")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A tenant with sales, people at its desks, and an API key of an administrator."""

    settings: Settings
    tenant: str
    token: str

    @property
    def environment(self) -> Mapping[str, str]:
        names = ("data_dir", "database_url", "redis_url")
        return {**os.environ, **{f"TRELLIS_{name.upper()}": str(getattr(self.settings, name)) for name in names}}


async def build_site(settings: Settings) -> Site:
    now = datetime.now(UTC)
    async with open_runtime(settings) as runtime:
        tenant = await runtime.directory.create(unique_name(), "Site")
        ids = {}
        for name in ("anna", "bo", "chen"):
            new = NewUser(username=name, email=f"{name}@example.com", name=name.title(), is_admin=True)
            ids[name] = (await create_user(tenant, new, now=now)).id
        actor = Actor(user_id=ids["anna"], name="Anna", email="anna@example.com", is_admin=True, channel="cli")
        await install(tenant, actor, content_of(load_folder(bundled_folder("sales"))))
        rows = [
            {"queue": queue, "user_id": ids[name], "position": place, "weight": 1, "capacity": None, "is_absent": False}
            for queue, names in DESKS.items()
            for place, name in enumerate(names, 1)
        ]
        members = sa.insert(tenant.tables.queue_member)
        await tenant.database.run(lambda connection: connection.execute(members, rows))
        key = await create_api_key(tenant, ids["anna"], "test", now=now, expires_at=None)
        return Site(settings=settings, tenant=tenant.name, token=key.token)


class Process:
    """One process of the product."""

    def __init__(self, site: Site, arguments: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            [COMMAND, *arguments], env=site.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)


class Server(Process):
    """`trellis serve` on a port of its own, ready to answer."""

    def __init__(self, site: Site, port: int | None = None) -> None:
        self.port = port or free_port()
        self.token = site.token
        super().__init__(site, ["serve", "--port", str(self.port), "--log-level", "error"])
        self._wait()

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status and decoded body. Raises OSError or http.client.HTTPException when the server is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})}
            connection.request(method, path, json.dumps(body) if body is not None else None, sent)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def _wait(self, timeout_s: float = 60.0) -> None:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the server ended"
            try:
                if self.call("GET", "/health")[0] == 200:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
        raise AssertionError("the server did not start")


@contextmanager
def running(*processes: Process) -> Iterator[None]:
    """Ends them all, however the block ends."""
    try:
        yield
    finally:
        for process in processes:
            process.end()
