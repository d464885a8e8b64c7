"""Sessions end when nobody uses them, take new tokens, and end at once for who signs out or is frozen, in every process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.trellis.security.tenants import with_tenant
from trellis.errors import NotAuthenticated
from trellis.security.access import GrantedAccess
from trellis.security.actor import Actor
from trellis.security.credentials import Begun
from trellis.security.identity import Identities
from trellis.security.recent import mark_recent
from trellis.security.session_times import SessionTimes
from trellis.security.user_changes import UserChange, change_user
from trellis.security.users import NewUser, create_user
from trellis.tenancy.directory import Directory
from trellis.tenancy.tenant import Tenant

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TIMES = SessionTimes(lifetime=12 * HOUR, idle=2 * HOUR, rotation=HOUR)
BOSS = Actor(user_id="01890000-0000-7000-8000-000000000000", name="Boss", email="", is_admin=True, channel="cli")


class Life:
    """Somebody who is signed in, at an installation of two processes."""

    def __init__(self, directory: Directory, tenant: Tenant, user_id: str) -> None:
        self.tenant = tenant
        self.user_id = user_id
        self.now = NOW
        self.here, self.there = (Identities(directory.find, times=TIMES, clock=lambda: self.now) for _ in range(2))

    async def begin(self) -> str:
        issued, _ = await self.here.admit(self.tenant, self.user_id, method="password", begun=Begun())
        return issued.token

    async def holds(self, token: str, *, is_use: bool = True) -> bool:
        """Whether both processes let it in; when they differ, neither is right."""
        held = {await _holds(process, token, is_use=is_use) for process in (self.here, self.there)}
        assert len(held) == 1
        return held.pop()

    async def renew(self, token: str) -> str | None:
        return await self.here.renew_token(await self.here.identify(token))


async def _holds(identities: Identities, token: str, *, is_use: bool) -> bool:
    try:
        await identities.identify(token, is_use=is_use)
    except NotAuthenticated:
        return False
    return True


def _live(database_url: str, folder: Path, work: Callable[[Life], Awaitable[None]]) -> None:
    async def run(directory: Directory, tenant: Tenant) -> None:
        mei = await create_user(tenant, NewUser(username="mei", email="mei@example.com", name="Mei"), now=NOW)
        await work(Life(directory, tenant, mei.id))

    with_tenant(database_url, folder, run)


def test_a_session_lasts_while_it_is_used_and_no_longer_than_it_may(database_url: str, tmp_path: Path) -> None:
    async def work(life: Life) -> None:
        used, idle, watched = [await life.begin() for _ in range(3)]
        for _ in range(7):
            life.now += 100 * MINUTE
            assert await life.holds(used)
            await life.holds(watched, is_use=False)
        assert not await life.holds(idle)
        assert not await life.holds(watched, is_use=False)
        life.now = NOW + 12 * HOUR - MINUTE
        assert await life.holds(used)
        life.now = NOW + 12 * HOUR
        assert not await life.holds(used)

    _live(database_url, tmp_path, work)


def test_a_new_token_takes_the_place_of_the_old_one_when_it_is_shown(database_url: str, tmp_path: Path) -> None:
    async def work(life: Life) -> None:
        old = await life.begin()
        assert await life.renew(old) is None
        life.now += HOUR
        lost = await life.renew(old)
        assert lost is not None
        assert await life.renew(old) is None  # requests that were sent together
        life.now += 2 * MINUTE
        new = await life.renew(old)
        assert new not in (None, lost)
        assert await life.holds(new or "")
        life.now += timedelta(seconds=59)
        assert await life.holds(old)  # a request under way
        assert await life.renew(new or "") is None
        assert not await life.holds(lost)
        assert await life.holds(new or "")

    _live(database_url, tmp_path, work)


def test_an_old_token_that_is_shown_late_ends_the_session_for_all(database_url: str, tmp_path: Path) -> None:
    async def work(life: Life) -> None:
        stolen = await life.begin()
        life.now += HOUR
        new = await life.renew(stolen) or ""
        assert await life.holds(new)
        life.now += 2 * MINUTE
        assert not await life.holds(stolen)
        assert not await life.holds(new)

    _live(database_url, tmp_path, work)


def test_proving_again_who_one_is_takes_a_new_token(tmp_path: Path) -> None:
    async def work(life: Life) -> None:
        token = await life.begin()
        life.now += MINUTE
        assert await life.renew(token) is None
        await mark_recent(await life.here.identify(token), now=life.now)
        new = await life.renew(token)
        assert new
        assert await life.holds(new)
        life.now += 2 * MINUTE
        assert await life.renew(new) is None

    _live("", tmp_path, work)


def test_who_signs_out_or_is_frozen_is_out_everywhere_at_once(database_url: str, tmp_path: Path) -> None:
    async def work(life: Life) -> None:
        stolen, kept = await life.begin(), await life.begin()
        life.now += HOUR
        offered = await life.renew(stolen) or ""
        for process in (life.here, life.there):
            await process.identify(stolen, fresh=False)
        await life.here.sign_out(stolen, await life.here.identify(stolen))
        assert not await life.holds(stolen)
        assert not await life.holds(offered)
        assert await life.holds(kept)
        change = UserChange(is_active=False)
        await change_user(life.tenant, GrantedAccess(), BOSS, life.user_id, change, now=life.now)
        assert not await life.holds(kept)
        await change_user(life.tenant, GrantedAccess(), BOSS, life.user_id, UserChange(is_active=True), now=life.now)
        assert not await life.holds(kept)

    _live(database_url, tmp_path, work)
