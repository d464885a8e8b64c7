"""Users over HTTP: creating, changing, freezing and inviting them. On both databases."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.trellis.api.sites import PASSWORD, Site, open_site
from trellis.errors import InvalidRecord, NotFound
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.security.invitations import accept_invitation, find_invited, invite
from trellis.security.passwords import Passwords
from trellis.security.user_changes import UserChange, change_user
from trellis.security.users import NewUser, create_user

USERS = "/api/v1/users"
_NUMBERS = itertools.count()
NEW = {"username": "mei", "email": "mei@example.com", "name": "Mei Chen", "language": "zh-Hans"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site")) as opened:
        yield opened


def _created(site: Site) -> tuple[str, str]:
    """The id and the user name of somebody new."""
    name = f"mei{next(_NUMBERS)}"
    answer = site.post(USERS, {**NEW, "username": name, "email": f"{name}@Example.com"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"]), name


def _sign_in(site: Site, username: str, password: str) -> int:
    body = {"username": username, "password": password, "tenant": site.tenant.name}
    return site.post("/api/v1/session", body, token=None).status_code


def test_a_user_is_created_read_and_listed(site: Site) -> None:
    user_id, name = _created(site)
    expected = {
        "id": user_id,
        "username": name,
        "name": "Mei Chen",
        "email": f"{name}@example.com",
        "language": "zh-Hans",
        "time_zone": "UTC",
        "is_admin": False,
        "is_active": True,
    }
    assert site.get(f"{USERS}/{user_id}").json() == expected
    assert expected in site.get(USERS).json()["users"]


def test_changes_keep_what_they_do_not_name(site: Site) -> None:
    user_id, _ = _created(site)
    changed = site.request(
        "PATCH", f"{USERS}/{user_id}", json={"time_zone": "Asia/Shanghai", "name": " Mei Lin "}
    ).json()
    assert (changed["time_zone"], changed["name"], changed["language"]) == ("Asia/Shanghai", "Mei Lin", "zh-Hans")


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"email": "nobody"}, 422, "email"),
        ({"email": "admin@example.com"}, 422, "email"),
        ({"name": ""}, 422, "name"),
        ({"name": "x" * 201}, 422, "name"),
        ({"language": "de"}, 422, "language"),
        ({"time_zone": "Mars/Olympus"}, 422, "time_zone"),
        ({"username": "other"}, 400, None),
        ({"is_admin": "yes"}, 400, None),
        ({"name": 7}, 400, None),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    site: Site, change: dict[str, object], status: int, field: str | None
) -> None:
    user_id, _ = _created(site)
    before = site.get(f"{USERS}/{user_id}").json()
    answer = site.request("PATCH", f"{USERS}/{user_id}", json=change)
    assert answer.status_code == status, answer.text
    assert field is None or field in [one["field"] for one in answer.json()["errors"]]
    assert site.get(f"{USERS}/{user_id}").json() == before


def test_freezing_ends_sessions_and_keys_at_once(site: Site) -> None:
    user, token = site.user("clerk1")
    assert site.get("/api/v1/api-keys", token=token).status_code == 200
    assert site.request("PATCH", f"{USERS}/{user.id}", json={"is_active": False}).json()["is_active"] is False
    assert site.get("/api/v1/api-keys", token=token).status_code == 401
    assert _sign_in(site, "clerk1", PASSWORD) == 401
    site.request("PATCH", f"{USERS}/{user.id}", json={"is_active": True})
    assert site.get("/api/v1/api-keys", token=token).status_code == 200


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_admin": False}])
def test_nobody_shuts_themselves_out(site: Site, change: dict[str, bool]) -> None:
    answer = site.request("PATCH", f"{USERS}/{site.admin.id}", json=change)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "against_oneself")


def test_users_are_for_administrators(site: Site) -> None:
    user, token = site.user("clerk")
    asked = [
        ("GET", USERS, None),
        ("POST", USERS, NEW),
        ("GET", f"{USERS}/{user.id}", None),
        ("PATCH", f"{USERS}/{user.id}", {"is_admin": True}),
        ("POST", f"{USERS}/{user.id}/invitation", None),
    ]
    for method, path, body in asked:
        options = {} if body is None else {"json": body}
        assert site.request(method, path, token=token, **options).status_code == 403


@pytest.mark.parametrize("user_id", ["x", "01890000-0000-7000-8000-000000000000", "%00"])
def test_a_user_that_there_is_not(site: Site, user_id: str) -> None:
    assert site.get(f"{USERS}/{user_id}").status_code == 404
    assert site.request("PATCH", f"{USERS}/{user_id}", json={"name": "N"}).status_code == 404


def test_an_invitation_sets_the_password_once(site: Site) -> None:
    user_id, name = _created(site)
    link = site.post(f"{USERS}/{user_id}/invitation").json()["link"]
    token = link.rpartition("/")[2]
    assert "/welcome/" in link
    now = datetime.now(UTC)

    async def accept() -> str:
        password_hash = await Passwords().hash("a sentence is better")
        return (await accept_invitation(site.tenant, token, password_hash, now=now)).username

    assert site.run(accept()) == name
    assert _sign_in(site, name, "a sentence is better") == 201
    with pytest.raises(NotFound):
        site.run(accept())


def test_a_link_holds_for_a_week_and_the_next_one_replaces_it(site: Site) -> None:
    user_id, _ = _created(site)
    actor = Actor(user_id=site.admin.id, name="Admin", email="", is_admin=True, channel="cli")
    now = datetime(2026, 1, 2, tzinfo=UTC)

    async def work() -> list[bool]:
        first = await invite(site.tenant, AdministratorAccess(), actor, user_id, now=now)
        second = await invite(site.tenant, AdministratorAccess(), actor, user_id, now=now)
        asked = [
            (first.token, now),
            (second.token, now),
            (second.token, now + timedelta(days=7, seconds=-1)),
            (second.token, now + timedelta(days=7)),
            (f"{site.tenant.name}.guess", now),
        ]
        return [await find_invited(site.tenant, token, now=moment) is not None for token, moment in asked]

    assert site.run(work()) == [False, True, True, False, False]


def test_who_is_frozen_gets_no_link(site: Site) -> None:
    user_id, _ = _created(site)
    link = site.post(f"{USERS}/{user_id}/invitation").json()["link"]
    site.request("PATCH", f"{USERS}/{user_id}", json={"is_active": False})
    assert site.post(f"{USERS}/{user_id}/invitation").status_code == 422
    token = link.rpartition("/")[2]
    assert site.run(find_invited(site.tenant, token, now=datetime.now(UTC))) is None


def test_two_administrators_who_freeze_each_other_leave_one(site: Site) -> None:
    async def work() -> list[str]:
        deputy, _ = await _administrator(site)
        pairs = [(site.admin.id, deputy), (deputy, site.admin.id)]
        done = await asyncio.gather(*(_freeze(site, *pair) for pair in pairs), return_exceptions=True)
        now = datetime.now(UTC)
        left = next(who for (who, _), one in zip(pairs, done, strict=True) if not isinstance(one, Exception))
        for whom in (deputy, site.admin.id):
            back = UserChange(is_active=True)
            await change_user(site.tenant, AdministratorAccess(), _actor(left), whom, back, now=now)
        return [one.code for one in done if isinstance(one, InvalidRecord)]

    assert site.run(work()) == ["invalid_record"]


async def _administrator(site: Site) -> tuple[str, str]:
    name = f"deputy{next(_NUMBERS)}"
    new = NewUser(username=name, email=f"{name}@example.com", name="Deputy", is_admin=True)
    return (await create_user(site.tenant, new, now=datetime.now(UTC))).id, name


async def _freeze(site: Site, who: str, whom: str) -> None:
    change = UserChange(is_active=False)
    await change_user(site.tenant, AdministratorAccess(), _actor(who), whom, change, now=datetime.now(UTC))


def _actor(user_id: str) -> Actor:
    return Actor(user_id=user_id, name="Somebody", email="", is_admin=True, channel="cli")
