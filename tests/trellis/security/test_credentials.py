"""Sessions and API keys: valid until they expire, are revoked, or their user is no longer active."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from tests.trellis.security.tenants import with_tenant
from trellis.security.api_keys import list_keys
from trellis.security.credentials import authenticate, create_api_key, create_session, revoke
from trellis.security.users import NewUser, User, create_user, set_password
from trellis.storage.prepare import prepare
from trellis.tenancy.directory import Directory
from trellis.tenancy.tenant import Tenant

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def _mei(tenant: Tenant) -> User:
    return await create_user(tenant, NewUser(username="mei", email="mei@example.com", name="Mei"), now=NOW)


def test_a_session_says_who_it_is_until_it_expires(database_url: str, tmp_path: Path) -> None:
    async def work(_: Directory, tenant: Tenant) -> None:
        mei = await _mei(tenant)
        issued = await create_session(tenant, mei.id, now=NOW, lifetime=HOUR)
        assert issued.token.startswith(f"{tenant.name}.")
        found = await authenticate(tenant, issued.token, now=NOW + HOUR - timedelta(seconds=1))
        assert found is not None
        assert found.actor.user_id == mei.id
        assert found.actor.credential_id == issued.id
        assert found.actor.channel == "web"
        assert found.csrf_token == issued.csrf_token
        assert found.expires_at == NOW + HOUR
        assert await authenticate(tenant, issued.token, now=NOW + HOUR) is None
        assert await authenticate(tenant, issued.token + "x", now=NOW) is None

    with_tenant(database_url, tmp_path, work)


def test_a_revoked_key_is_nobody(database_url: str, tmp_path: Path) -> None:
    async def work(_: Directory, tenant: Tenant) -> None:
        mei = await _mei(tenant)
        issued = await create_api_key(tenant, mei.id, "import", now=NOW)
        assert await authenticate(tenant, issued.token, now=NOW + 10_000 * HOUR) is not None
        (listed,) = await list_keys(tenant, mei.id)
        assert (listed.id, listed.name, listed.last_used_at) == (issued.id, "import", NOW + 10_000 * HOUR)
        other = "01890000-0000-7000-8000-000000000000"
        assert not await revoke(tenant, other, issued.id, now=NOW)
        assert await revoke(tenant, mei.id, issued.id, now=NOW)
        assert not await revoke(tenant, mei.id, issued.id, now=NOW)
        assert await authenticate(tenant, issued.token, now=NOW) is None
        assert await list_keys(tenant, mei.id) == ()

    with_tenant(database_url, tmp_path, work)


def test_a_new_password_ends_sessions_and_leaves_keys(database_url: str, tmp_path: Path) -> None:
    async def work(_: Directory, tenant: Tenant) -> None:
        mei = await _mei(tenant)
        session = await create_session(tenant, mei.id, now=NOW, lifetime=HOUR)
        key = await create_api_key(tenant, mei.id, "import", now=NOW)
        await set_password(tenant, mei.id, "another hash", now=NOW)
        assert await authenticate(tenant, session.token, now=NOW) is None
        assert await authenticate(tenant, key.token, now=NOW) is not None

    with_tenant(database_url, tmp_path, work)


def test_a_user_who_is_not_active_has_no_valid_credential(database_url: str, tmp_path: Path) -> None:
    async def work(_: Directory, tenant: Tenant) -> None:
        mei = await _mei(tenant)
        key = await create_api_key(tenant, mei.id, "import", now=NOW)
        deactivate = prepare(sa.update(tenant.tables.user).values(is_active=sa.false()), tenant.database.dialect)
        await tenant.database.write(lambda transaction: transaction.execute(deactivate))
        assert await authenticate(tenant, key.token, now=NOW) is None

    with_tenant(database_url, tmp_path, work)


def test_the_database_never_sees_a_token(database_url: str, tmp_path: Path) -> None:
    async def work(_: Directory, tenant: Tenant) -> None:
        mei = await _mei(tenant)
        issued = await create_session(tenant, mei.id, now=NOW, lifetime=HOUR)
        everything = prepare(sa.select(tenant.tables.credential), tenant.database.dialect)
        rows = await tenant.database.read(lambda transaction: transaction.fetch(everything))
        assert rows
        assert issued.token.partition(".")[2] not in " ".join(str(value) for row in rows for value in row)

    with_tenant(database_url, tmp_path, work)
