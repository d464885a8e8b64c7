"""An open runtime with one tenant and its API, in an event loop of its own: what the API's tests call."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar

import httpx

from tests.master_key import MASTER_KEY
from tests.trellis.api.sources import FILES
from trellis.api.app import create_app
from trellis.runtime import Runtime, open_runtime
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor
from trellis.security.credentials import create_api_key
from trellis.security.passwords import Passwords
from trellis.security.users import NewUser, User, create_user
from trellis.settings import Settings
from trellis.tenancy.tenant import Tenant

T = TypeVar("T")
PASSWORD = "correct horse battery"


class Site:
    """`get`, `post` and the rest send requests with the administrator's API key, unless `token` says otherwise (None: with nothing)."""

    def __init__(self, runner: asyncio.Runner, runtime: Runtime, tenant: Tenant, admin: User, token: str) -> None:
        self.runner = runner
        self.runtime = runtime
        self.tenant = tenant
        self.admin = admin
        self.token = token
        self.app = create_app(runtime, with_web=False)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = "",
        headers: Mapping[str, str | bytes] | None = None,
        **options: Any,
    ) -> httpx.Response:
        sent = {} if token is None else {"Authorization": f"Bearer {token or self.token}"}
        sent |= headers or {}
        raw = [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in sent.items()]
        return self.run(self._send(method, path, raw, options))

    async def _send(
        self, method: str, path: str, headers: list[tuple[bytes, bytes]], options: Mapping[str, Any]
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("10.1.2.3", 4444))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.request("POST", path, json=body, **options)

    def create(self, object_name: str, **values: Any) -> str:
        """The id of a new record."""
        answer = self.post(f"/api/v1/records/{object_name}", values)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def sign_in(self) -> httpx.Response:
        body = {"tenant": self.tenant.name, "username": self.admin.username, "password": PASSWORD}
        return self.post("/api/v1/session", body, token=None)

    def user(self, username: str, *, is_admin: bool = False) -> tuple[User, str]:
        """A new user and a token of theirs."""
        return self.run(_user(self.tenant, username, is_admin=is_admin))


@contextmanager
def open_site(database_url: str, folder: Path, files: Mapping[str, str] = FILES) -> Iterator[Site]:
    unlimited = {"rate_per_address": "", "rate_per_user": "", "rate_per_key": ""}
    settings = Settings(master_key=MASTER_KEY, database_url=database_url, data_dir=folder, pool_size=4, **unlimited)
    with asyncio.Runner() as runner:
        opening = open_runtime(settings)
        runtime = runner.run(opening.__aenter__())
        try:
            yield runner.run(furnish(runner, runtime, files))
        finally:
            runner.run(opening.__aexit__(None, None, None))


async def furnish(runner: asyncio.Runner, runtime: Runtime, files: Mapping[str, str]) -> Site:
    tenant = await runtime.directory.create(f"t{token_hex(6)}")
    admin, token = await _user(tenant, "admin", is_admin=True)
    actor = Actor(user_id=admin.id, name=admin.name, email=admin.email, is_admin=True, channel="cli")
    await deploy(tenant, actor, SourceChange(files=files))
    return Site(runner, runtime, tenant, admin, token)


async def _user(tenant: Tenant, username: str, *, is_admin: bool) -> tuple[User, str]:
    now = datetime.now(UTC)
    new = NewUser(
        username=username,
        email=f"{username}@example.com",
        name=username.title(),
        is_admin=is_admin,
        password_hash=await Passwords().hash(PASSWORD),
    )
    user = await create_user(tenant, new, now=now)
    return user, (await create_api_key(tenant, user.id, "test", now=now)).token
