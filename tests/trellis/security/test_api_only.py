"""Who works by API only: no way of signing in lets them in, their sessions end, their keys go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.trellis.security.tenants import with_tenant
from trellis.automation.group_members import replace_group_members
from trellis.errors import NotAuthenticated
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.access import GrantedAccess
from trellis.security.actor import Actor
from trellis.security.audit import Who
from trellis.security.credentials import Begun, create_api_key
from trellis.security.identity import Identities, SignInFailed
from trellis.security.passwords import Passwords
from trellis.security.second_factor.pending import PendingSignIn
from trellis.security.second_factor.service import begin_enrolment, confirm_enrolment
from trellis.security.second_factor.totp import STEP_S, code_at
from trellis.security.session_times import SessionTimes
from trellis.security.sign_in.api_only import ApiOnly
from trellis.security.sign_in.history import Method, list_sign_ins
from trellis.security.users import NewUser, User, create_user
from trellis.tenancy.directory import Directory
from trellis.tenancy.tenant import Tenant

PASSWORD = "correct horse battery"
HERE = Begun(address="10.0.0.1")
ROBOT = "label: Robot\napi_only: true\n"
FILES = {"permissions/robot.yaml": ROBOT, "permissions/plain.yaml": "label: Plain\n"}


@dataclass(frozen=True)
class Home:
    tenant: Tenant
    identities: Identities
    admin: Actor
    mei: User

    async def give(self, *names: str) -> None:
        await self._members("robot", names)

    async def _members(self, name: str, usernames: tuple[str, ...]) -> None:
        await replace_group_members(self.tenant, GrantedAccess(), self.admin, "permission_set", name, list(usernames))

    async def give_plain_set(self) -> None:
        await self._members("plain", ("mei",))

    async def make_plain_set_api_only(self) -> None:
        files = {**FILES, "permissions/plain.yaml": "label: Plain\napi_only: true\n"}
        await deploy(self.tenant, self.admin, SourceChange(files=files))


def at_home(database_url: str, folder: Path, work: Callable[[Home], Awaitable[None]]) -> None:
    async def run(directory: Directory, tenant: Tenant) -> None:
        now = datetime.now(UTC)
        chief = await create_user(
            tenant, NewUser(username="admin", email="admin@example.com", name="Admin", is_admin=True), now=now
        )
        admin = Actor(user_id=chief.id, name="Admin", email=chief.email, is_admin=True, channel="cli")
        await deploy(tenant, admin, SourceChange(files=FILES))
        password_hash = await Passwords().hash(PASSWORD)
        new = NewUser(username="mei", email="mei@example.com", name="Mei", password_hash=password_hash)
        mei = await create_user(tenant, new, now=now)
        identities = Identities(directory.find, times=SessionTimes(lifetime=timedelta(hours=1)))
        await work(Home(tenant, identities, admin, mei))

    with_tenant(database_url, folder, run)


def test_nothing_lets_them_in_and_only_the_right_password_is_told_why(database_url: str, tmp_path: Path) -> None:
    async def work(home: Home) -> None:
        await home.give("mei")
        sign_in = home.identities.sign_in
        said = []
        for login in ("mei", "nobody"):
            with pytest.raises(SignInFailed) as refused:
                await sign_in(home.tenant.name, login, "a wrong password", begun=HERE)
            said.append((refused.value.code, refused.value.message, refused.value.hint))
        assert said[0] == said[1]
        with pytest.raises(ApiOnly, match="works by API only"):
            await sign_in(home.tenant.name, "mei", PASSWORD, begun=HERE)
        methods: tuple[Method, ...] = ("passkey", "oidc")
        for method in methods:
            with pytest.raises(ApiOnly):
                await home.identities.admit(home.tenant, home.mei.id, method=method, begun=HERE)
        told = [(one.method, one.outcome) for one in await list_sign_ins(home.tenant, home.mei.id)]
        assert sorted(told) == [
            ("oidc", "api_only"),
            ("passkey", "api_only"),
            ("password", "api_only"),
            ("password", "wrong_password"),
        ]
        await home.give()
        assert await sign_in(home.tenant.name, "mei", PASSWORD, begun=HERE)

    at_home(database_url, tmp_path, work)


def test_a_second_step_that_was_begun_before_ends_there(database_url: str, tmp_path: Path) -> None:
    async def work(home: Home) -> None:
        now = datetime.now(UTC)
        enrolment = await begin_enrolment(home.tenant, home.mei.id, account="mei@example.com", now=now)
        who = Who(channel="web", user_id=home.mei.id, name="Mei")
        await confirm_enrolment(home.tenant, who, code_at(enrolment.secret, now), now=now)
        pending = await home.identities.sign_in(home.tenant.name, "mei", PASSWORD, begun=HERE)
        assert isinstance(pending, PendingSignIn)
        await home.give("mei")
        code = code_at(enrolment.secret, now + timedelta(seconds=STEP_S))
        with pytest.raises(ApiOnly):
            await home.identities.finish_sign_in(pending.token, code, begun=HERE)
        with pytest.raises(ApiOnly):
            await home.identities.sign_in(home.tenant.name, "mei", PASSWORD, begun=HERE)

    at_home(database_url, tmp_path, work)


@pytest.mark.parametrize("way", ["the set is given", "a set that they have changes"])
def test_sessions_end_and_keys_go_on(database_url: str, tmp_path: Path, way: str) -> None:
    async def work(home: Home) -> None:
        await home.give_plain_set()
        entered = await home.identities.sign_in(home.tenant.name, "mei", PASSWORD, begun=HERE)
        assert not isinstance(entered, PendingSignIn)
        token = entered[0].token
        key = await create_api_key(home.tenant, home.mei.id, "robot", now=datetime.now(UTC))
        assert (await home.identities.identify(token, fresh=False)).kind == "session"
        if way == "the set is given":
            await home.give("mei")
        else:
            await home.make_plain_set_api_only()
            with pytest.raises(NotAuthenticated):
                await home.identities.identify(token, fresh=False)
        with pytest.raises(NotAuthenticated):
            await home.identities.identify(token)
        assert (await home.identities.identify(key.token)).kind == "api_key"

    at_home(database_url, tmp_path, work)
