"""API keys over HTTP: their terms, what they are confined to, and putting one in the place of another."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.api.sites import Site
from trellis.errors import Conflict, NotFound
from trellis.security.api_keys import KeyTerms, create_key, is_within, list_keys, parse_networks, revoke_key, rotate_key
from trellis.security.audit import Who
from trellis.security.credentials import authenticate
from trellis.storage.prepare import prepare

KEYS = "/api/v1/api-keys"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BY = Who(channel="cli", name="operator")
_NUMBERS = itertools.count()


def _make(site: Site, **terms: Any) -> dict[str, Any]:
    answer = site.post(KEYS, {"name": "import", **terms})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _listed(site: Site, key_id: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = site.get(KEYS).json()["api_keys"]
    return next(one for one in found if one["id"] == key_id)


def test_a_key_lives_for_ninety_days_and_is_told_by_how_it_begins(site: Site) -> None:
    made = _make(site)
    shown = _listed(site, made["id"])
    lifetime = datetime.fromisoformat(shown["expires_at"]) - datetime.fromisoformat(shown["created_at"])
    assert lifetime == timedelta(days=90)
    assert made["token"].startswith(shown["prefix"])
    assert len(shown["prefix"]) == len(site.tenant.name) + 7
    assert (shown["scopes"], shown["networks"], shown["replaced_at"]) == (None, [], None)


def test_a_key_has_the_scopes_and_networks_it_was_made_with(site: Site) -> None:
    made = _make(
        site, scopes=["objects.lead:write", "metadata"], networks=["10.1.9.9/16", "2001:db8::1"], expires_in_days=365
    )
    shown = _listed(site, made["id"])
    assert shown["scopes"] == ["metadata", "objects.lead:write"]
    assert shown["networks"] == ["10.1.0.0/16", "2001:db8::1/128"]
    found = site.run(authenticate(site.tenant, made["token"], now=datetime.now(UTC)))
    assert found is not None
    assert found.actor.scopes == {"metadata", "objects.lead:write"}


def test_everything_that_is_wrong_with_the_terms_is_told(site: Site) -> None:
    terms = {"name": " ", "scopes": ["everything", "objects.leed:read"], "expires_in_days": 366, "networks": ["home"]}
    answer = site.post(KEYS, terms)
    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [
        ("name", "invalid_name"),
        ("expires_in_days", "invalid_lifetime"),
        ("scopes", "invalid_scope"),
        ("scopes", "invalid_scope"),
        ("networks", "invalid_network"),
    ]
    assert "Did you mean lead?" in answer.text


@pytest.mark.parametrize(
    "terms",
    [{"scopes": "metadata"}, {"scopes": [1]}, {"networks": "10.1.2.3"}, {"expires_in_days": "9"}, {"scope": []}],
)
def test_terms_of_another_shape_cannot_be_understood(site: Site, terms: dict[str, Any]) -> None:
    assert site.post(KEYS, {"name": "import", **terms}).status_code == 400


def test_a_key_works_from_its_networks_only(site: Site) -> None:
    here, elsewhere = _make(site, networks=["10.1.0.0/16"]), _make(site, networks=["10.9.0.0/16", "2001:db8::/32"])
    assert site.get("/api/v1/objects", token=here["token"]).status_code == 200
    refused = site.get("/api/v1/objects", token=elsewhere["token"])
    assert (refused.status_code, refused.json()["code"]) == (403, "access_denied")
    assert "10.1.2.3" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("address", "is_inside"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("10.2.0.1", False),
        ("2001:db8::5", True),
        ("", False),
        ("localhost", False),
    ],
)
def test_networks_are_of_either_kind(address: str, is_inside: bool) -> None:
    assert is_within(address, parse_networks(["10.1.0.0/16", "2001:db8::/64"])) == is_inside


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", KEYS, None),
        ("POST", KEYS, {"name": "everything"}),
        ("DELETE", f"{KEYS}/x", None),
        ("POST", f"{KEYS}/x/rotate", {}),
        ("GET", "/api/v1/sessions", None),
        ("DELETE", "/api/v1/sessions", None),
        ("PUT", "/api/v1/password", {"current_password": "a", "new_password": "b"}),
    ],
)
def test_a_confined_key_has_no_say_over_its_users_account(site: Site, method: str, path: str, body: Any) -> None:
    confined = _make(site, scopes=["admin", "metadata", "records:write"])["token"]
    options = {} if body is None else {"json": body}
    refused = site.request(method, path, token=confined, **options)
    assert (refused.status_code, refused.json()["code"]) == (403, "access_denied"), refused.text


def test_a_key_is_no_session(site: Site) -> None:
    cookie = {"Cookie": f"trellis_session={site.token}"}
    assert site.get("/api/v1/objects", token=None, headers=cookie).status_code == 401


def test_a_key_is_replaced_while_the_old_one_goes_on_working(site: Site) -> None:
    old = _make(site, scopes=["records:read"], networks=["10.0.0.0/8"], expires_in_days=30)
    answer = site.post(f"{KEYS}/{old['id']}/rotate", {"grace_hours": 2})
    assert answer.status_code == 201, answer.text
    new = answer.json()
    shown = _listed(site, new["id"])
    assert (shown["name"], shown["scopes"], shown["networks"]) == ("import", ["records:read"], ["10.0.0.0/8"])
    for token in (old["token"], new["token"]):
        found = site.run(authenticate(site.tenant, token, now=datetime.now(UTC)))
        assert found is not None
    replaced = _listed(site, old["id"])
    ends, since = (datetime.fromisoformat(replaced[name]) for name in ("expires_at", "replaced_at"))
    assert ends - since == timedelta(hours=2)
    again = site.post(f"{KEYS}/{old['id']}/rotate")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_without_grace_the_old_key_ends_at_once(site: Site) -> None:
    old = _make(site)
    assert site.post(f"{KEYS}/{old['id']}/rotate", {"grace_hours": 0}).status_code == 201
    assert site.get("/api/v1/objects", token=old["token"]).status_code == 401


def test_grace_never_makes_a_key_live_longer(site: Site) -> None:
    user, _ = site.user(f"person{next(_NUMBERS)}")

    async def work() -> None:
        terms = KeyTerms(name="import", days=10)
        old = await create_key(site.tenant, user.id, terms, (), by=BY, now=NOW, longest_days=365)
        late = NOW + 10 * DAY - timedelta(hours=1)
        rotated = await rotate_key(site.tenant, user.id, old.id, by=BY, now=late, longest_days=5)
        assert rotated.old_expires_at == old.expires_at
        assert rotated.issued.expires_at == late + 5 * DAY
        with pytest.raises(Conflict):
            await rotate_key(site.tenant, user.id, rotated.issued.id, by=BY, now=late + 5 * DAY, longest_days=5)
        await revoke_key(site.tenant, user.id, old.id, by=BY, now=late)
        left = {key.id for key in await list_keys(site.tenant, user.id)}
        assert rotated.issued.id in left
        assert old.id not in left
        with pytest.raises(NotFound):
            await revoke_key(site.tenant, site.admin.id, rotated.issued.id, by=BY, now=late)

    site.run(work())


def test_an_administrator_sees_and_revokes_the_keys_of_others(site: Site) -> None:
    user, token = site.user(f"person{next(_NUMBERS)}")
    path = f"/api/v1/users/{user.id}/api-keys"
    [key] = site.get(path).json()["api_keys"]
    assert token.startswith(key["prefix"])
    assert site.get(path, token=token).status_code == 403
    assert site.request("DELETE", f"{path}/{key['id']}", token=token).status_code == 403
    assert site.request("DELETE", f"{path}/{key['id']}").status_code == 204
    assert site.get("/api/v1/objects", token=token).status_code == 401
    assert site.request("DELETE", f"{path}/{key['id']}").status_code == 404


def test_what_becomes_of_keys_is_audited(site: Site) -> None:
    made = _make(site, name="audited key", scopes=["records:read"])
    site.post(f"{KEYS}/{made['id']}/rotate")
    site.request("DELETE", f"{KEYS}/{made['id']}")
    table = site.tenant.tables.audit
    of_key = sa.select(table.c.event, table.c.details).where(table.c.subject_id == made["id"]).order_by(table.c.number)
    statement = prepare(of_key, site.tenant.database.dialect)
    rows = site.run(site.tenant.database.read(lambda transaction: transaction.fetch(statement)))
    assert [row[0] for row in rows] == ["api_key_created", "api_key_rotated", "api_key_revoked"]
    assert '"scopes":["records:read"]' in rows[0][1]
    assert made["token"].partition(".")[2] not in str(rows)
