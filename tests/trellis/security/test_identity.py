"""Signing in, remembering tokens, and slowing down those who guess."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.trellis.security.tenants import with_tenant
from trellis.errors import InvalidRecord, NotAuthenticated
from trellis.security.credentials import Begun
from trellis.security.identity import Identities, SignInFailed
from trellis.security.passwords import Passwords
from trellis.security.session_times import SessionTimes
from trellis.security.throttle import SignInThrottle, TooManyAttempts
from trellis.security.users import NewUser, User, create_user
from trellis.tenancy.directory import Directory
from trellis.tenancy.tenant import Tenant

PASSWORD = "correct horse battery"


async def _mei(tenant: Tenant) -> User:
    password_hash = await Passwords().hash(PASSWORD)
    new = NewUser(username="mei", email="mei@example.com", name="Mei", password_hash=password_hash)
    return await create_user(tenant, new, now=datetime.now(UTC))


def _identities(directory: Directory) -> Identities:
    return Identities(directory.find, times=SessionTimes(lifetime=timedelta(hours=1)))


def test_signing_in_and_out(database_url: str, tmp_path: Path) -> None:
    async def work(directory: Directory, tenant: Tenant) -> None:
        mei = await _mei(tenant)
        identities = _identities(directory)
        issued, identity = await identities.sign_in(
            tenant.name, "Mei@example.com", PASSWORD, begun=Begun(address="10.0.0.1")
        )
        assert identity.actor.user_id == mei.id
        assert identity.kind == "session"
        assert (await identities.identify(issued.token, fresh=False)).actor == identity.actor
        await identities.sign_out(issued.token, identity)
        for fresh in (True, False):
            with pytest.raises(NotAuthenticated):
                await identities.identify(issued.token, fresh=fresh)

    with_tenant(database_url, tmp_path, work)


@pytest.mark.parametrize(
    "token", ["", ".", "nobody.secret", "x" * 10_000, "tab\tle.x", "'; DROP TABLE trellis_user; --", "\ud800.x"]
)
def test_a_token_that_cannot_be_one_is_nobodys(token: str, tmp_path: Path) -> None:
    async def work(directory: Directory, tenant: Tenant) -> None:
        for guess in (token, f"{tenant.name}.{token}"):
            with pytest.raises(NotAuthenticated):
                await _identities(directory).identify(guess)

    with_tenant("", tmp_path, work)


def test_a_remembered_token_of_a_deleted_tenant_is_nobodys(database_url: str, tmp_path: Path) -> None:
    async def work(directory: Directory, tenant: Tenant) -> None:
        await _mei(tenant)
        identities = _identities(directory)
        issued, _ = await identities.sign_in(tenant.name, "mei", PASSWORD, begun=Begun(address=""))
        await directory.delete(tenant.name)
        with pytest.raises(NotAuthenticated):
            await identities.identify(issued.token, fresh=False)

    with_tenant(database_url, tmp_path, work)


def test_guesses_that_are_sent_all_at_once_are_counted(tmp_path: Path) -> None:
    async def work(directory: Directory, tenant: Tenant) -> None:
        identities = _identities(directory)
        guesses = [
            identities.sign_in(tenant.name, "mei", f"guess {number}", begun=Begun(address="10.0.0.1"))
            for number in range(12)
        ]
        refused = await asyncio.gather(*guesses, return_exceptions=True)
        assert sorted({type(error).__name__ for error in refused if error}) == ["SignInFailed", "TooManyAttempts"]
        assert sum(isinstance(error, SignInFailed) for error in refused) == 5

    with_tenant("", tmp_path, work)


def test_the_throttle_waits_longer_each_time_and_forgets_after_success() -> None:
    throttle = SignInThrottle(free_attempts=2, first_wait_s=2, longest_wait_s=10, size=3)
    key = ("t", "mei", "10.0.0.1")
    throttle.failed(key, 0)
    throttle.check(key, 0)
    waits = []
    now_s = 0.0
    for _ in range(5):
        throttle.failed(key, now_s)
        with pytest.raises(TooManyAttempts) as refused:
            throttle.check(key, now_s)
        waits.append(refused.value.retry_after_s)
        now_s += refused.value.retry_after_s
        throttle.check(key, now_s)
    assert waits == [2, 4, 8, 10, 10]
    throttle.succeeded(key)
    throttle.failed(key, now_s)
    throttle.check(key, now_s)


def test_the_throttle_remembers_a_bounded_number_of_keys() -> None:
    throttle = SignInThrottle(free_attempts=1, size=3)
    for name in "abcd":
        throttle.failed((name,), 0)
    throttle.check(("a",), 0)
    with pytest.raises(TooManyAttempts):
        throttle.check(("d",), 0)


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
def test_a_password_of_the_wrong_length_is_refused(password: str, tmp_path: Path) -> None:
    async def work(_: Directory, __: Tenant) -> None:
        with pytest.raises(InvalidRecord):
            await Passwords().hash(password)

    with_tenant("", tmp_path, work)
