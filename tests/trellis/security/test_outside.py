"""What a provider outside says: its tokens checked to the letter, and the users and groups that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from metamodel import build_model, read_source
from tests.trellis.security.tenants import with_tenant
from trellis.errors import InvalidRecord
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.security.joining import fetch_memberships
from trellis.security.outside.errors import OutsideSignInFailed, UnknownStranger
from trellis.security.outside.id_tokens import read_id_token
from trellis.security.outside.model import GroupMapping, Provider, Stranger
from trellis.security.outside.people import settle
from trellis.security.outside.provider_checks import check_provider
from trellis.security.outside.providers import put_provider
from trellis.security.outside.strength import is_second_factor_shown
from trellis.security.users import NewUser, create_user, get_user
from trellis.tenancy.directory import Directory
from trellis.tenancy.tenant import Tenant

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PROVIDER = Provider(name="hq", label="HQ", issuer="https://hq.example", client_id="us", creates_users=True)
FILES = {"roles.yaml": "rep: {label: Rep}\nboss: {label: Boss}\n", "teams.yaml": "east: {label: East}\n"}
KEY = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"})
KEYS = {"keys": [KEY.as_dict(private=False), {"kty": "RSA", "use": "enc", "n": "x"}, {"kty": "odd"}]}


def _token(claims: Mapping[str, Any], key: Any = KEY, algorithm: str = "ES256") -> str:
    now_s = int(NOW.timestamp())
    whole = {"iss": PROVIDER.issuer, "aud": "us", "sub": "p-1", "nonce": "n", "iat": now_s, "exp": now_s + 60, **claims}
    left = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": "k1"}, left, key, algorithms=[algorithm])


def _read(token: object) -> Mapping[str, Any]:
    return read_id_token(token, KEYS, PROVIDER, nonce="n", access_token="a", now=NOW)


def test_a_token_for_us_from_the_provider_holds() -> None:
    assert _read(_token({"email": "p@x.example"}))["email"] == "p@x.example"
    assert _read(_token({"aud": ["us", "them"], "azp": "us"}))["sub"] == "p-1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"aud": "them"},
        {"aud": ["us", "them"]},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"exp": int(NOW.timestamp()) - 300},
        {"exp": None},
        {"iat": int(NOW.timestamp()) + 3600},
        {"at_hash": "wrong"},
    ],
)
def test_a_token_that_does_not_hold(wrong: dict[str, Any]) -> None:
    with pytest.raises(OutsideSignInFailed):
        _read(_token(wrong))


def test_nobody_signs_for_the_provider() -> None:
    other = ECKey.generate_key("P-256", {"kid": "k1"})
    shared = OctKey.import_key("s" * 40)
    unsigned = _token({}).rpartition(".")[0] + "."
    for token in (_token({}, other), _token({}, shared, "HS256"), unsigned, "", "a.b.c", None, 7):
        with pytest.raises(OutsideSignInFailed):
            _read(token)


@pytest.mark.parametrize(
    ("values", "claims", "is_shown"),
    [
        ((), {"amr": ["mfa"], "acr": "2"}, False),
        (("mfa",), {"amr": ["pwd", "mfa"]}, True),
        (("mfa",), {"amr": ["pwd"]}, False),
        (("mfa",), {"amr": "mfa"}, False),
        (("mfa",), {"acr": "mfa"}, True),
        (("2",), {"acr": 2, "amr": [2, None, ["2"]]}, False),
        (("mfa",), {}, False),
    ],
)
def test_a_second_factor_shown_there_is_believed_by_its_names_only(
    values: tuple[str, ...], claims: dict[str, Any], is_shown: bool
) -> None:
    assert is_second_factor_shown(replace(PROVIDER, second_factor_values=values), claims) is is_shown


def _stranger(provider: Provider = PROVIDER, subject: str = "p-1", **claims: Any) -> Stranger:
    said = {"email": "Pat@hq.example", "name": "Pat Lee", "preferred_username": "pat", **claims}
    return Stranger(provider=provider, subject=subject, claims=said)


async def _set_up(tenant: Tenant, provider: Provider) -> None:
    new = NewUser(username="root", email="root@x.example", name="Root", is_admin=True)
    root = await create_user(tenant, new, now=NOW)
    actor = Actor(user_id=root.id, name="Root", email=root.email, is_admin=True, channel="cli")
    await deploy(tenant, actor, SourceChange(files=FILES))
    access = AdministratorAccess()
    await put_provider(tenant, access, actor, provider, "s3cret", is_new=True, now=NOW)


def test_groups_follow_the_provider_and_others_are_left_alone(database_url: str, tmp_path: Path) -> None:
    mapped = replace(
        PROVIDER,
        groups_claim="groups",
        groups=(
            GroupMapping(value="sales", kind="role", name="rep"),
            GroupMapping(value="chiefs", kind="role", name="boss"),
            GroupMapping(value="sales", kind="team", name="east"),
        ),
    )

    async def work(_: Directory, tenant: Tenant) -> None:
        await _set_up(tenant, mapped)

        async def groups_after(groups: object) -> set[tuple[str, str]]:
            user_id = await settle(tenant, _stranger(mapped, groups=groups), now=NOW)
            schema = tenant.database.schema
            found = await tenant.database.read(lambda one: fetch_memberships(one, schema, user_id))
            assert (await get_user(tenant, "pat")).grants.roles == {name for kind, name in found if kind == "role"}
            return set(found)

        assert await groups_after(["sales", "nobody knows"]) == {("role", "rep"), ("team", "east")}
        assert await groups_after(["chiefs"]) == {("role", "boss")}
        assert await groups_after("sales") == {("role", "rep"), ("team", "east")}
        assert await groups_after(None) == set()

    with_tenant(database_url, tmp_path, work)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_who_is_taken_for_whom(database_url: str, tmp_path: Path) -> None:
    linking = replace(PROVIDER, links_by_email=True)

    async def work(_: Directory, tenant: Tenant) -> None:
        await _set_up(tenant, linking)
        unproved = _stranger(linking, email="root@x.example", preferred_username="r")
        with pytest.raises(UnknownStranger):
            await settle(tenant, unproved, now=NOW)
        proved = _stranger(linking, email="ROOT@x.example", email_verified=True)
        root = await get_user(tenant, "root")
        assert await settle(tenant, proved, now=NOW) == root.id
        # Known from now on, whatever the address says.
        assert await settle(tenant, _stranger(linking, email="other@x.example"), now=NOW) == root.id
        second = await settle(tenant, _stranger(linking, "p-2", preferred_username="root"), now=NOW)
        assert (await get_user(tenant, "pat@hq.example")).id == second
        with pytest.raises(UnknownStranger):
            await settle(tenant, _stranger(replace(linking, creates_users=False), "p-3"), now=NOW)
        with pytest.raises(InvalidRecord):
            await settle(tenant, _stranger(linking, "p-4", email=None, preferred_username="x y"), now=NOW)

    with_tenant(database_url, tmp_path, work)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Head Quarters"},
        {"label": ""},
        {"issuer": "http://hq.example"},
        {"issuer": "https://hq.example/?x=1"},
        {"client_id": ""},
        {"scopes": ("profile",)},
        {"groups": (GroupMapping(value="x", kind="role", name="rep"),)},
        {"groups_claim": "g", "groups": (GroupMapping(value="x", kind="role", name="nobody"),)},
        {"groups_claim": "g", "groups": (GroupMapping(value="x", kind="permission_set", name="administrator"),)},
        {"groups_claim": "g", "groups": (GroupMapping(value="x", kind="queue", name="q"),)},  # type: ignore[arg-type]
    ],
)
def test_a_provider_that_is_not_set_up(wrong: dict[str, Any]) -> None:
    model = build_model(read_source(FILES))
    check_provider(PROVIDER, model)
    with pytest.raises(InvalidRecord):
        check_provider(replace(PROVIDER, **wrong), model)
