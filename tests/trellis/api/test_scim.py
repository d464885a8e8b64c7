"""SCIM 2.0 over HTTP: users and groups that a directory outside looks after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.trellis.api.sites import Site, open_site
from trellis.security.credentials import create_api_key
from trellis.security.users import get_user

FILES = {
    "roles.yaml": "rep: {label: Sales rep}\nboss: {label: Boss}\n",
    "teams.yaml": "east: {label: East}\n",
    "permissions/reader.yaml": "label: Reader\nobjects: {}\n",
}
USERS, GROUPS = "/scim/v2/Users", "/scim/v2/Groups"
LIN = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "Lin",
    "externalId": "00u1",
    "name": {"givenName": "Lin", "familyName": "Wu"},
    "emails": [{"value": "old@x.example"}, {"value": "lin@x.example", "primary": True}],
    "active": True,
    "locale": "zh-CN",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales"},
}


class Directory:
    """A program with a key for SCIM."""

    def __init__(self, site: Site) -> None:
        self._site = site
        now = datetime.now(UTC)
        work = create_api_key(site.tenant, site.admin.id, "directory", now=now, scopes=frozenset({"scim"}))
        self.token = site.run(work).token

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        options = {} if body is None else {"json": body}
        return self._site.request(method, path, token=self.token, headers=sent, **options)

    def get(self, path: str) -> Any:
        answered = self.ask("GET", path)
        assert answered.status_code == 200, answered.text
        assert answered.headers["content-type"] == "application/scim+json"
        return answered.json()

    def make(self, name: str, **other: Any) -> Any:
        answered = self.ask("POST", USERS, {"userName": name, "emails": [{"value": f"{name}@x.example"}], **other})
        assert answered.status_code == 201, answered.text
        return answered.json()

    def patch(self, path: str, *operations: dict[str, Any]) -> Any:
        schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
        answered = self.ask("PATCH", path, {"schemas": schemas, "Operations": list(operations)})
        assert answered.status_code == 200, answered.text
        return answered.json()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site"), FILES) as opened:
        yield opened


@pytest.fixture(scope="module")
def directory(site: Site) -> Directory:
    return Directory(site)


def _refused(answered: httpx.Response, status: int, kind: str = "") -> None:
    assert answered.status_code == status, answered.text
    body = answered.json()
    assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert (body["status"], body.get("scimType", "")) == (str(status), kind)
    assert body["detail"]


def test_a_user_is_made_found_and_read(directory: Directory, site: Site) -> None:
    answered = directory.ask("POST", USERS, LIN)
    assert answered.status_code == 201, answered.text
    made = answered.json()
    assert (made["userName"], made["displayName"], made["externalId"]) == ("lin", "Lin Wu", "00u1")
    assert (made["emails"][0]["value"], made["preferredLanguage"], made["active"]) == ("lin@x.example", "zh-Hans", True)
    assert answered.headers["location"] == made["meta"]["location"]
    for asked in ('userName eq "LIN"', 'externalId eq "00u1"', 'emails.value eq "Lin@x.example" and active eq true'):
        found = directory.get(f"{USERS}?filter={asked}")
        assert [one["id"] for one in found["Resources"]] == [made["id"]], asked
    nothing = directory.get(f'{USERS}?filter=userName eq "lin" and userName eq "bo"')
    assert (nothing["totalResults"], nothing["Resources"]) == (0, [])
    assert site.get(f"/api/v1/users/{made['id']}").json()["is_admin"] is False
    _refused(directory.ask("POST", USERS, LIN), 409, "uniqueness")


def test_pages(directory: Directory) -> None:
    for number in range(3):
        directory.make(f"page{number}")
    total = directory.get(f"{USERS}?count=0")["totalResults"]
    ids: list[str] = []
    for start in range(1, total + 1, 2):
        page = directory.get(f"{USERS}?startIndex={start}&count=2")
        assert (page["totalResults"], page["startIndex"]) == (total, start)
        ids += [one["id"] for one in page["Resources"]]
    assert len(set(ids)) == total
    assert directory.get(f"{USERS}?startIndex=-3&count=1")["startIndex"] == 1


def test_changes_as_directories_send_them(directory: Directory) -> None:
    path = f"{USERS}/{directory.make('ana')['id']}"
    assert directory.patch(path, {"op": "Replace", "path": "active", "value": "False"})["active"] is False
    assert directory.patch(path, {"op": "replace", "value": {"active": True}})["active"] is True
    named = directory.patch(
        path,
        {"op": "add", "path": "name.givenName", "value": "Ana"},
        {"op": "add", "path": "name.familyName", "value": "Li"},
    )
    assert named["displayName"] == "Ana Li"
    assert (
        directory.patch(path, {"op": "replace", "path": "displayName", "value": "A. Li"})["name"]["formatted"]
        == "A. Li"
    )
    mailed = directory.patch(
        path, {"op": "replace", "path": 'emails[type eq "work"].value', "value": "ana.li@x.example"}
    )
    assert mailed["emails"][0]["value"] == "ana.li@x.example"
    urn = "urn:ietf:params:scim:schemas:core:2.0:User:externalId"
    assert directory.patch(path, {"op": "add", "path": urn, "value": "e-7"})["externalId"] == "e-7"
    put = directory.ask("PUT", path, {"userName": "ana", "displayName": "Ana", "emails": [{"value": "ana@x.example"}]})
    assert (put.json()["displayName"], put.json().get("externalId")) == ("Ana", None)
    _refused(directory.ask("PUT", path, {"userName": "anna", "emails": []}), 400, "mutability")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"Operations": []}, "invalidSyntax"),
        ({"Operations": [{"op": "move", "path": "active"}]}, "invalidSyntax"),
        ({"Operations": [{"op": "remove"}]}, "noTarget"),
        ({"Operations": [{"op": "replace", "path": "a b", "value": 1}]}, "invalidPath"),
        ({"Operations": [{"op": "replace", "path": "emails.value", "value": 1}]}, "invalidPath"),
        ({"Operations": [{"op": "replace", "path": 'emails[type eq "\\q"].value', "value": "x"}]}, "invalidPath"),
        ({"Operations": [{"op": "replace", "path": "externalId", "value": "a\0b"}]}, "invalidValue"),
        ({"Operations": [{"op": "replace", "path": "active.x", "value": "b"}]}, "invalidPath"),
        ({"Operations": [{"op": "add", "path": 'userName[type eq "x"]', "value": "b"}]}, "invalidPath"),
        ({"Operations": [{"op": "replace", "path": "active", "value": "maybe"}]}, "invalidValue"),
        ({"Operations": [{"op": "replace", "path": "timezone", "value": "Mars/North"}]}, "invalidValue"),
        ({"Operations": [{"op": "replace", "path": "displayName", "value": 7}]}, "invalidValue"),
    ],
)
def test_changes_that_are_not_understood(body: dict[str, Any], kind: str, directory: Directory) -> None:
    [first] = directory.get(f'{USERS}?filter=userName eq "admin"')["Resources"]
    _refused(directory.ask("PATCH", f"{USERS}/{first['id']}", body), 400, kind)


@pytest.mark.parametrize(
    "text",
    [
        "userName",
        'userName sw "a"',
        'title eq "x"',
        'userName eq "a" or active eq true',
        "active eq 1",
        "userName pr",
        "(",
        'userName eq "\\q"',
        "active eq 1.2.3",
    ],
)
def test_filters_that_are_not_understood(text: str, directory: Directory) -> None:
    _refused(directory.ask("GET", f"{USERS}?filter={text}"), 400, "invalidFilter")


def test_who_saw_an_older_state_changes_nothing(directory: Directory) -> None:
    made = directory.make("etag")
    path = f"{USERS}/{made['id']}"
    tag = made["meta"]["version"]
    assert directory.ask("GET", path, If_None_Match=tag).status_code == 304
    body = {"userName": "etag", "displayName": "New"}
    changed = directory.ask("PUT", path, body, If_Match=tag)
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] != tag
    _refused(directory.ask("PUT", path, body, If_Match=tag), 412)
    _refused(directory.ask("DELETE", path, If_Match=tag), 412)


def test_who_is_taken_away_is_frozen_and_comes_back_as_the_same(directory: Directory, site: Site) -> None:
    made = directory.make("gone", externalId="g1")
    path = f"{USERS}/{made['id']}"
    assert directory.ask("DELETE", path).status_code == 204
    _refused(directory.ask("GET", path), 404)
    assert directory.get(f'{USERS}?filter=userName eq "gone"')["totalResults"] == 0
    assert site.get(f"/api/v1/users/{made['id']}").json()["is_active"] is False
    again = directory.make("gone", displayName="Back", externalId="g2")
    assert (again["id"], again["active"], again["displayName"], again["externalId"]) == (made["id"], True, "Back", "g2")


def test_groups_are_roles_teams_and_permission_sets(directory: Directory) -> None:
    found = directory.get(GROUPS)
    assert [one["id"] for one in found["Resources"]] == ["role.rep", "role.boss", "team.east", "permission_set.reader"]
    [one] = directory.get(f'{GROUPS}?filter=displayName eq "sales REP"&excludedAttributes=members')["Resources"]
    assert (one["id"], "members" in one) == ("role.rep", False)
    assert directory.get(f"{GROUPS}?startIndex=2&count=1")["Resources"][0]["id"] == "role.boss"
    _refused(directory.ask("POST", GROUPS, {"displayName": "New"}), 403, "mutability")
    _refused(directory.ask("DELETE", f"{GROUPS}/role.rep"), 403, "mutability")
    for group_id in ("role.nobody", "permission_set.administrator", "queue.x", "rep"):
        _refused(directory.ask("GET", f"{GROUPS}/{group_id}"), 404)


def test_members_come_and_go(directory: Directory, site: Site) -> None:
    one, two = (directory.make(f"member{number}") for number in (1, 2))
    path = f"{GROUPS}/role.rep"
    add = {"op": "Add", "path": "members", "value": [{"value": one["id"]}, {"value": two["id"]}]}
    assert len(directory.patch(path, add)["members"]) == 2
    assert directory.get(f"{USERS}/{one['id']}")["groups"][0]["value"] == "role.rep"
    left = directory.patch(path, {"op": "remove", "path": f'members[value eq "{one["id"]}"]'})
    assert [member["value"] for member in left["members"]] == [two["id"]]
    assert directory.patch(path, {"op": "remove", "path": "members", "value": [{"value": two["id"]}]})["members"] == []
    reader = f"{GROUPS}/permission_set.reader"
    put = directory.ask("PUT", reader, {"displayName": "Reader", "members": [{"value": one["id"]}]})
    assert [member["display"] for member in put.json()["members"]] == ["member1"]
    assert site.run(get_user(site.tenant, "member1")).grants.permission_sets == {"reader"}
    assert directory.patch(path, {"op": "remove", "path": "members"})["members"] == []
    _refused(directory.ask("PUT", path, {"members": [{"value": "nobody"}]}), 400, "invalidValue")
    _refused(directory.ask("PUT", path, {"displayName": "Other", "members": []}), 400, "mutability")
    _refused(directory.ask("PUT", path, {"members": []}, If_Match='W/"old"'), 412)


def test_whatever_a_directory_does_is_audited(directory: Directory, site: Site) -> None:
    def newest(count: int) -> list[tuple[str, str, dict[str, Any]]]:
        rows = site.get("/api/v1/audit").json()["rows"][:count]
        assert {one["actor_name"] for one in rows} == {"Admin"}
        assert all(one["credential_id"] for one in rows), "by the key"
        return [(one["event"], one["subject_id"], one["details"]) for one in reversed(rows)]

    made = directory.make("noted", externalId="n1")
    path, user_id = f"{USERS}/{made['id']}", made["id"]
    [(event, subject, _)] = newest(1)
    assert (event, subject) == ("user_created", user_id)
    directory.patch(path, {"op": "replace", "path": "displayName", "value": "N."})
    directory.patch(path, {"op": "replace", "path": "externalId", "value": "n2"})
    directory.patch(path, {"op": "replace", "path": "active", "value": False})
    assert newest(3) == [
        ("user_changed", user_id, {"name": ["noted", "N."]}),
        ("user_changed", user_id, {"external_id": ["n1", "n2"]}),
        ("user_frozen", user_id, {}),
    ]
    directory.patch(path, {"op": "replace", "path": "active", "value": True})
    for group, joined in (("role.boss", "members_changed"), ("permission_set.reader", "permissions_assigned")):
        directory.patch(f"{GROUPS}/{group}", {"op": "add", "path": "members", "value": [{"value": user_id}]})
        [(event, subject, details)] = newest(1)
        assert (event, subject) == (joined, group.partition(".")[2])
        assert details == {"added": ["noted"], "removed": []}
    assert directory.ask("DELETE", path).status_code == 204
    assert newest(2) == [("user_frozen", user_id, {}), ("user_changed", user_id, {"is_gone": [False, True]})]
    directory.make("noted", externalId="n2")
    assert newest(2) == [("user_changed", user_id, {"is_gone": [True, False]}), ("user_unfrozen", user_id, {})]


def test_what_the_server_can_do_is_told(directory: Directory) -> None:
    config = directory.get("/scim/v2/ServiceProviderConfig")
    assert (config["patch"]["supported"], config["bulk"]["supported"], config["etag"]["supported"]) == (
        True,
        False,
        True,
    )
    types = directory.get("/scim/v2/ResourceTypes")["Resources"]
    assert [one["endpoint"] for one in types] == ["/Users", "/Groups"]
    for one in directory.get("/scim/v2/Schemas")["Resources"]:
        assert directory.get(f"/scim/v2/Schemas/{one['id']}") == one
    _refused(directory.ask("GET", "/scim/v2/ResourceTypes/Robot"), 404)


def test_only_a_key_for_it_of_somebody_who_may_gets_in(directory: Directory, site: Site) -> None:
    _refused(site.get(USERS, token=None), 401)
    _refused(site.get(USERS), 403)  # A key without scopes is not one for this.
    clerk, _ = site.user("clerk")
    work = create_api_key(site.tenant, clerk.id, "x", now=datetime.now(UTC), scopes=frozenset({"scim"}))
    token = site.run(work).token
    _refused(site.get(USERS, token=token), 403)
    _refused(site.get(GROUPS, token=token), 403)
    # And one for it is good for nothing else.
    assert site.get("/api/v1/metadata/pull", token=directory.token).status_code == 403
    admin = {"is_admin": True}
    path = f"/api/v1/users/{clerk.id}"
    assert site.request("PATCH", path, json=admin, token=directory.token).status_code == 403


def test_bodies_that_are_not_understood(directory: Directory) -> None:
    _refused(directory.ask("POST", USERS, ["x"]), 400, "invalidSyntax")
    _refused(directory.ask("POST", USERS, {"emails": [{"value": "a@x.example"}]}), 400, "invalidValue")
    _refused(directory.ask("POST", USERS, {"userName": "nomail"}), 400, "invalidValue")
    _refused(
        directory.ask("POST", USERS, {"userName": "a b", "emails": [{"value": "ab@x.example"}]}), 400, "invalidValue"
    )
    _refused(directory.ask("GET", f"{USERS}?startIndex=x"), 400, "invalidValue")
