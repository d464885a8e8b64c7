"""The live bell over HTTP: told at once how it stands, then whenever notices come or are read, until somebody leaves or must."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from tests.trellis.api.sites import Site, open_site
from tests.trellis.api.test_notifications import NOTICES, _notify
from trellis.api import notifications
from trellis.api.app import create_app
from trellis.api.call import Call
from trellis.api.event_stream import ALIVE
from trellis.automation.bells import MOST_WATCHES, Bells
from trellis.security.api_keys import list_keys
from trellis.security.credentials import revoke
from trellis.storage.errors import DatabaseUnavailable

# Nobody waits that long: it only ends what hangs, on a machine however busy.
PATIENCE_S = 60.0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Whose bells look a hundred times a second."""
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site")) as opened:
        opened.runtime = replace(opened.runtime, bells=Bells(poll_s=0.01))
        opened.app = create_app(opened.runtime, with_web=False)
        yield opened


@dataclass(slots=True)
class Listener:
    """A client that listens. `leave` closes its connection."""

    site: Site
    token: str
    cookie: str = ""
    status: int = 0
    _sent: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    _gone: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Listener:
        scope = {
            "type": "http",
            "method": "GET",
            "path": f"{NOTICES}/stream",
            "raw_path": b"",
            "query_string": b"",
            "headers": [(b"host", b"test"), self._credential()],
            "client": ("10.1.2.3", 4444),
        }
        self._task = asyncio.create_task(self.site.app(scope, self._receive, self._send))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    def _credential(self) -> tuple[bytes, bytes]:
        if self.cookie:
            return b"cookie", f"trellis_session={self.cookie}".encode()
        return b"authorization", f"Bearer {self.token}".encode()

    async def next(self) -> dict[str, Any]:
        """What the next event says."""
        while True:
            chunk = await asyncio.wait_for(self._sent.get(), PATIENCE_S)
            if chunk.startswith(b"event: notifications\ndata: "):
                told: dict[str, Any] = orjson.loads(chunk.partition(b"data: ")[2])
                return told

    async def until_it_ends(self) -> None:
        assert self._task is not None
        await asyncio.wait_for(self._task, PATIENCE_S)

    async def leave(self) -> None:
        self._gone.set()
        await self.until_it_ends()

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message.get("body"):
            self._sent.put_nowait(message["body"])


def _listening(site: Site, token: str, work: Callable[[Listener], Awaitable[None]]) -> None:
    async def run() -> None:
        async with Listener(site, token) as listener:
            await work(listener)

    site.run(run())


def test_it_is_told_what_comes_and_what_is_read(site: Site) -> None:
    token = _notify(site, "mei", "First")
    other = _notify(site, "bo", "Hers")
    mei = site.get(NOTICES, token=token).json()["notifications"][0]["id"]

    async def work(listener: Listener) -> None:
        told = await listener.next()
        assert (told["unread"], told["newest"]["title"], told["newest"]["id"]) == (1, "First", mei)
        assert (await site._send("POST", f"{NOTICES}/read", _bearer(other), {})).status_code == 200
        assert (await site._send("POST", f"{NOTICES}/read", _bearer(token), {})).json() == {"unread": 0}
        assert await listener.next() == {"unread": 0, "newest": None}

    _listening(site, token, work)


def _bearer(token: str) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", f"Bearer {token}".encode())]


def test_it_ends_when_the_credential_does(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "CONFIRMED_EVERY_S", 0.01)
    user, token = site.user("an")

    async def work(listener: Listener) -> None:
        assert (await listener.next())["unread"] == 0
        [key] = await list_keys(site.tenant, user.id)
        await revoke(site.tenant, user.id, key.id, now=key.created_at)
        await listener.until_it_ends()

    _listening(site, token, work)


def test_a_session_that_has_a_new_token_keeps_its_stream(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream was begun with the token before. It is not shown anew with every look, or the session would end as stolen."""
    monkeypatch.setattr(notifications, "CONFIRMED_EVERY_S", 0.01)
    old = site.sign_in().cookies["trellis_session"]
    identities = site.runtime.identities
    new = site.run(_renewed(site, old))

    async def work() -> None:
        async with Listener(site, "", old) as listener:
            await listener.next()
            await identities.identify(new)
            await _age(site)
            for _ in range(3):
                assert await asyncio.wait_for(listener._sent.get(), PATIENCE_S) == ALIVE
        await identities.identify(new)

    site.run(work())


async def _renewed(site: Site, token: str) -> str:
    await _age(site)
    new = await site.runtime.identities.renew_token(await site.runtime.identities.identify(token))
    assert new
    return new


async def _age(site: Site) -> None:
    """Every token is as if from last year."""
    credential = site.tenant.tables.credential
    is_sqlite = site.tenant.database.dialect == "sqlite"
    moment = "2025-01-01T00:00:00.000Z" if is_sqlite else datetime(2025, 1, 1, tzinfo=UTC)
    aged = credential.update().values(rotated_at=moment)
    await site.tenant.database.run(lambda connection: connection.execute(aged))


def test_it_ends_without_a_word_while_the_database_is_away(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "CONFIRMED_EVERY_S", 0.01)

    async def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailable("away")

    async def work(listener: Listener) -> None:
        await listener.next()
        monkeypatch.setattr(Call, "confirm", away)
        await listener.until_it_ends()

    _listening(site, site.token, work)


def test_nobody_is_looked_after_who_is_gone(site: Site) -> None:
    async def work(listener: Listener) -> None:
        await listener.next()
        assert site.runtime.bells._tasks
        await listener.leave()
        assert not site.runtime.bells._tasks

    _listening(site, site.token, work)


def test_who_watches_in_too_many_places_loses_the_oldest(site: Site) -> None:
    async def work(listener: Listener) -> None:
        await listener.next()
        bells = site.runtime.bells
        watches = [bells.watch(site.tenant, site.admin.id) for _ in range(MOST_WATCHES)]
        await listener.until_it_ends()
        assert not any(watch.is_over for watch in watches)
        for watch in watches:
            bells.leave(site.tenant, watch)

    _listening(site, site.token, work)


def test_all_end_when_the_process_is_about_to_stop(site: Site) -> None:
    stopping = Bells(poll_s=0.01)
    app, runtime = site.app, site.runtime
    site.app = create_app(replace(runtime, bells=stopping), with_web=False)

    async def work(listener: Listener) -> None:
        await listener.next()
        stopping.close()
        await listener.until_it_ends()
        async with Listener(site, site.token) as late:
            await late.until_it_ends()

    try:
        _listening(site, site.token, work)
    finally:
        site.app = app


def test_it_is_for_who_is_signed_in(site: Site) -> None:
    assert site.get(f"{NOTICES}/stream", token=None).status_code == 401
    assert site.get(f"{NOTICES}/stream?after=1").status_code == 400
