"""Nobody gets to more than they have by way of somebody who has it: a user, a permission set, a client, a provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.trellis.api.sites import Site, open_site
from trellis.security.credentials import create_api_key
from trellis.security.invitations import find_invited

FILES = {
    "permissions/desk.yaml": "label: Help desk\nsystem: [manage_users]\n",
    "permissions/giver.yaml": "label: Giver\nsystem: [manage_access]\n",
    "permissions/deputy.yaml": "label: Deputy\nsystem: [administer, manage_users, manage_access]\n",
    "permissions/maker.yaml": "label: Maker\nsystem: [customize]\n",
    "permissions/plain.yaml": "label: Plain\nsystem: []\n",
    "permission_groups.yaml": "makers: {label: Makers, sets: [plain, maker]}\n",
    "roles.yaml": "lead: {label: Lead}\n",
}
CLIENT = {"name": "Nightly", "kind": "service", "scopes": ["records:read"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Ids and tokens by user name; everybody has the permission set of their name, `admin` all rights, `worker` none."""

    site: Site
    ids: dict[str, str]
    tokens: dict[str, str]

    def ask(self, user: str, method: str, path: str, body: Any = None) -> Any:
        options = {} if body is None else {"json": body}
        return self.site.request(method, path.format(**self.ids), token=self.tokens[user], **options)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def people(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(url, tmp_path_factory.mktemp("standing"), FILES) as site:
        made = {name: site.user(name) for name in ("desk", "giver", "deputy", "maker", "worker")}
        for name in ("desk", "giver", "deputy", "maker"):
            answer = site.request("PUT", f"/api/v1/permission_sets/{name}/members", json=[{"user": name}])
            assert answer.status_code == 200, answer.text
        yield People(
            site=site,
            ids={"admin": site.admin.id} | {name: user.id for name, (user, _) in made.items()},
            tokens={"admin": site.token} | {name: token for name, (_, token) in made.items()},
        )


WAYS_IN = (
    ("PATCH", "/api/v1/users/{%s}", {"email": "mine@example.com"}),
    ("POST", "/api/v1/users/{%s}/invitation", None),
    ("DELETE", "/api/v1/users/{%s}/second-factor", None),
    ("DELETE", "/api/v1/users/{%s}/lock", None),
    ("DELETE", "/api/v1/users/{%s}/sessions", None),
    ("DELETE", "/api/v1/users/{%s}/passkeys/01890000-0000-7000-8000-000000000000", None),
    ("DELETE", "/api/v1/users/{%s}/api-keys/01890000-0000-7000-8000-000000000000", None),
)


@pytest.mark.parametrize(
    ("user", "other"),
    [("desk", "admin"), ("desk", "maker"), ("desk", "deputy"), ("deputy", "admin"), ("deputy", "maker")],
)
def test_the_way_in_of_who_may_do_more_is_out_of_reach(people: People, user: str, other: str) -> None:
    for method, path, body in WAYS_IN:
        answer = people.ask(user, method, path % other, body)
        assert answer.status_code == 403, (method, path, answer.text)


@pytest.mark.parametrize(
    ("user", "other"), [("desk", "worker"), ("desk", "desk"), ("deputy", "desk"), ("admin", "maker")]
)
def test_that_of_others_is_looked_after(people: People, user: str, other: str) -> None:
    for method, path, _ in WAYS_IN[1:4]:
        assert people.ask(user, method, path % other).status_code in (201, 204), (method, path)
    assert people.ask(user, "PATCH", f"/api/v1/users/{{{other}}}", {"name": f"{other} by {user}"}).status_code == 200


def test_a_key_for_a_directory_opens_no_way_in_to_more(people: People) -> None:
    site = people.site
    work = create_api_key(site.tenant, site.admin.id, "directory", now=datetime.now(UTC), scopes=frozenset({"scim"}))
    people.tokens["directory"] = site.run(work).token
    for other, status in (("admin", 403), ("maker", 403), ("worker", 201)):
        assert people.ask("directory", "POST", f"/api/v1/users/{{{other}}}/invitation").status_code == status, other


@pytest.mark.parametrize("user", ["desk", "deputy"])
def test_only_administrators_make_administrators(people: People, user: str) -> None:
    new = {"username": "boss", "email": "boss@example.com", "name": "Boss", "is_admin": True}
    assert people.ask(user, "POST", "/api/v1/users", new).status_code == 403
    assert people.ask(user, "PATCH", f"/api/v1/users/{{{user}}}", {"is_admin": True}).status_code == 403


def test_nobody_is_called_by_the_address_of_another(people: People) -> None:
    """Else either comes in where the other was meant, or neither does."""
    new = {"username": "admin@example.com", "email": "odd@example.com", "name": "Odd"}
    assert people.ask("desk", "POST", "/api/v1/users", new).json()["errors"][0]["field"] == "username"
    made = people.ask("desk", "POST", "/api/v1/users", {**new, "username": "odd@elsewhere.example"}).json()["id"]
    for user, address in (("worker", "odd@elsewhere.example"), ("worker", "admin@example.com")):
        answer = people.ask("desk", "PATCH", f"/api/v1/users/{{{user}}}", {"email": address})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "email"), answer.text
    assert people.ask("desk", "PATCH", f"/api/v1/users/{made}", {"email": "odd@elsewhere.example"}).status_code == 200


def test_a_link_made_for_somebody_before_lets_nobody_in_as_an_administrator(people: People) -> None:
    site = people.site
    people.ids["promoted"] = site.user("promoted")[0].id
    link = people.ask("desk", "POST", "/api/v1/users/{promoted}/invitation").json()["link"].rpartition("/")[2]
    assert site.run(find_invited(site.tenant, link, now=datetime.now(UTC))) is not None
    assert people.ask("admin", "PATCH", "/api/v1/users/{promoted}", {"is_admin": True}).status_code == 200
    assert site.run(find_invited(site.tenant, link, now=datetime.now(UTC))) is None


@pytest.mark.parametrize("user", ["giver", "deputy"])
@pytest.mark.parametrize("group", ["permission_sets/maker", "permission_groups/makers"])
def test_nobody_gives_what_they_may_not_do(people: People, user: str, group: str) -> None:
    answer = people.ask(user, "PUT", f"/api/v1/{group}/members", [{"user": user}])
    assert (answer.status_code, "customize" in answer.json()["detail"]) == (403, True)
    for name in ("permission_sets/plain", "roles/lead"):
        assert people.ask(user, "PUT", f"/api/v1/{name}/members", [{"user": user}]).status_code == 200


def test_services_act_as_nobody_who_may_do_more(people: People) -> None:
    for user in ("admin", "maker"):
        answer = people.ask("deputy", "POST", "/api/v1/oauth/clients", {**CLIENT, "service_user": user})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "service_user"), answer.text
    made = people.ask("admin", "POST", "/api/v1/oauth/clients", {**CLIENT, "service_user": "maker"}).json()["id"]
    assert people.ask("deputy", "POST", f"/api/v1/oauth/clients/{made}/secret").status_code == 403
    assert people.ask("admin", "POST", f"/api/v1/oauth/clients/{made}/secret").status_code == 200
    own = people.ask("deputy", "POST", "/api/v1/oauth/clients", {**CLIENT, "service_user": "worker"})
    assert own.status_code == 201, own.text


def test_only_administrators_let_others_say_who_people_are(people: People) -> None:
    new = {
        "name": "mine",
        "label": "Mine",
        "issuer": "https://id.example.com",
        "client_id": "x",
        "client_secret": "y",
        "links_by_email": True,
    }
    assert people.ask("deputy", "POST", "/api/v1/providers", new).status_code == 403
    assert people.ask("admin", "POST", "/api/v1/providers", new).status_code == 201


def test_a_key_for_some_networks_makes_none_for_others(people: People) -> None:
    keys = "/api/v1/api-keys"
    wide = people.ask("worker", "POST", keys, {"name": "wide"}).json()
    narrow = people.ask("worker", "POST", keys, {"name": "narrow", "networks": ["10.0.0.0/8"]}).json()
    people.tokens["narrow"] = narrow["token"]
    assert people.ask("narrow", "GET", keys).status_code == 200
    assert people.ask("narrow", "POST", keys, {"name": "mine"}).status_code == 403
    assert people.ask("narrow", "POST", f"{keys}/{wide['id']}/rotate").status_code == 403
    assert people.ask("narrow", "POST", f"{keys}/{narrow['id']}/rotate").status_code == 201
