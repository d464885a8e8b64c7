"""Users: created, found, refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.trellis.security.tenants import with_tenant
from trellis.errors import InvalidRecord, NotFound
from trellis.security.users import NewUser, create_user, find_login, get_user, list_users, set_language, set_password
from trellis.tenancy.directory import Directory
from trellis.tenancy.tenant import Tenant

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MEI = NewUser(
    username="Mei", email="Mei.Lin@Example.com", name="Mei Lin", is_admin=True, language="zh-Hans", password_hash="x"
)


def test_a_user_is_found_by_name_or_address_in_any_case(database_url: str, tmp_path: Path) -> None:
    async def work(_: Directory, tenant: Tenant) -> None:
        created = await create_user(tenant, MEI, now=NOW)
        for login in ("mei", "MEI", "mei.lin@example.com", "Mei.Lin@EXAMPLE.com"):
            found = await find_login(tenant, login)
            assert found is not None
            assert found.id == created.id
            assert (await get_user(tenant, login)).name == "Mei Lin"
        assert await find_login(tenant, "me") is None
        assert [user.username for user in await list_users(tenant)] == ["mei"]
        with pytest.raises(NotFound):
            await get_user(tenant, "nobody")

    with_tenant(database_url, tmp_path, work)


@pytest.mark.parametrize(
    ("second", "field"),
    [
        (NewUser(username="MEI", email="other@example.com", name="Other"), "username"),
        (NewUser(username="other", email="mei.LIN@example.com", name="Other"), "email"),
    ],
)
def test_a_user_name_or_address_is_taken_once(second: NewUser, field: str, database_url: str, tmp_path: Path) -> None:
    async def work(_: Directory, tenant: Tenant) -> None:
        await create_user(tenant, MEI, now=NOW)
        with pytest.raises(InvalidRecord) as refused:
            await create_user(tenant, second, now=NOW)
        assert [(error.field, error.code) for error in refused.value.fields] == [(field, "not_unique")]
        assert len(await list_users(tenant)) == 1

    with_tenant(database_url, tmp_path, work)


def test_a_user_is_given_another_language(database_url: str, tmp_path: Path) -> None:
    async def work(_: Directory, tenant: Tenant) -> None:
        mei = await create_user(tenant, MEI, now=NOW)
        await set_language(tenant, mei.id, "en", now=NOW)
        assert (await get_user(tenant, "mei")).language == "en"
        with pytest.raises(InvalidRecord) as refused:
            await set_language(tenant, mei.id, "tlh", now=NOW)
        assert [(error.field, error.code) for error in refused.value.fields] == [("language", "invalid_language")]
        with pytest.raises(NotFound):
            await set_language(tenant, "01890000-0000-7000-8000-000000000000", "en", now=NOW)

    with_tenant(database_url, tmp_path, work)


def test_everything_wrong_with_a_user_is_told_at_once(tmp_path: Path) -> None:
    wrong = NewUser(username="a b", email="nobody", name=" ", language="tlh", time_zone="Mars/Olympus")

    async def work(_: Directory, tenant: Tenant) -> None:
        with pytest.raises(InvalidRecord) as refused:
            await create_user(tenant, wrong, now=NOW)
        assert {error.field for error in refused.value.fields} == {"username", "email", "name", "language", "time_zone"}

    with_tenant("", tmp_path, work)


def test_setting_a_password_of_nobody_is_refused(database_url: str, tmp_path: Path) -> None:
    async def work(_: Directory, tenant: Tenant) -> None:
        with pytest.raises(NotFound):
            await set_password(tenant, "01890000-0000-7000-8000-000000000000", "x", now=NOW)

    with_tenant(database_url, tmp_path, work)
