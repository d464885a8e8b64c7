"""Over HTTP: taking records out of queues, who is away, roles and teams, rules that are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.trellis.api.sites import Site, open_site
from tests.trellis.api.sources import FILES

SOURCES = {
    **FILES,
    "queues.yaml": "triage: {label: Triage, objects: [lead]}\nenergy: {label: Energy desk, objects: [lead]}\n",
    "roles.yaml": "cfo: {label: CFO}\n",
    "teams.yaml": "north: {label: North}\n",
    "translations/zh-Hans.yaml": "roles:\n  cfo: {label: 财务总监}\n",
    "rules/routing.rule": """
rule "Wait" on lead when created then assign to queue triage end
rule "Rename it/now" on lead description "A new name." when called with (prefix text, times number) then
    set last_name = prefix & last_name & TEXT(times)
end
""",
}
CALL = "/api/v1/rules/Rename%20it%2Fnow/call"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site"), SOURCES) as opened:
        for username in ("mei", "bo"):
            opened.user(username)
        yield opened


def _post(site: Site, path: str, body: Any = None) -> Any:
    return site.request("POST", path, json=body) if body is not None else site.request("POST", path)


def _lead(site: Site, name: str) -> str:
    made = site.request("POST", "/api/v1/records/lead", json={"last_name": name})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_one_takes_the_next_record_and_gives_it_back_when_away(site: Site) -> None:
    me = site.admin.id
    first, second = _lead(site, "First"), _lead(site, "Second")
    refused = _post(site, "/api/v1/queues/triage/pull")
    assert (refused.status_code, refused.json()["code"]) == (403, "access_denied")
    seats = [{"user": me}, {"user": "mei"}]
    assert site.request("PUT", "/api/v1/queues/triage/members", json=seats).status_code == 200
    waiting = site.get("/api/v1/queues/waiting").json()["queues"]
    assert [(one["queue"], one["label"], one["object"], one["waiting"]) for one in waiting] == [
        ("triage", "Triage", "lead", 2)
    ]
    assert waiting[0]["since"].endswith("Z")
    taken = _post(site, "/api/v1/queues/triage/pull").json()["taken"]
    assert taken == {"object": "lead", "id": first, "version": 2}
    assert _post(site, "/api/v1/queues/triage/pull", {"object": "lead"}).json()["taken"]["id"] == second
    assert _post(site, "/api/v1/queues/triage/pull").json() == {"taken": None}

    away = site.request(
        "PATCH",
        f"/api/v1/queues/triage/members/{me}",
        json={"is_absent": True, "reassign": True, "where": 'last_name = "First"'},
    )
    assert away.status_code == 200, away.text
    assert away.json()["member"]["is_absent"] is True
    assert away.json()["reassigned"] == {"moved": 0, "waiting": 1, "refused": 0}
    back = site.request("PATCH", f"/api/v1/queues/triage/members/{me}", json={"is_absent": False}).json()
    assert (back["member"]["is_absent"], back["reassigned"]) == (False, None)
    given = _post(site, "/api/v1/queues/triage/reassign", {"user": me}).json()
    assert given == {"moved": 0, "waiting": 1, "refused": 0}


@pytest.mark.parametrize(("kind", "name"), [("role", "cfo"), ("team", "north")])
def test_members_of_roles_and_teams_are_read_and_replaced(site: Site, kind: str, name: str) -> None:
    path = f"/api/v1/{kind}s/{name}/members"
    assert site.get(path).json() == []
    tag = site.get(path).headers["etag"]
    chosen = site.request("PUT", path, json=[{"user": "MEI"}, {"user": "bo"}], headers={"If-Match": tag})
    assert [one["username"] for one in chosen.json()] == ["mei", "bo"]
    assert site.request("PUT", path, json=list(reversed(chosen.json()))).json() == list(reversed(chosen.json()))
    late = site.request("PUT", path, json=[], headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    [listed] = site.get(f"/api/v1/{kind}s").json()[f"{kind}s"]
    assert (listed["name"], len(listed["members"])) == (name, 2)
    assert site.request("PUT", path, json=[]).json() == []


def test_a_rule_is_called(site: Site) -> None:
    lead = _lead(site, "it")
    [rule] = site.get("/api/v1/objects/lead/rules").json()["rules"]
    assert rule == {
        "name": "Rename it/now",
        "object": "lead",
        "description": "A new name.",
        "parameters": [{"name": "prefix", "type": "text"}, {"name": "times", "type": "number"}],
    }
    called = _post(site, CALL, {"ids": [lead], "values": {"prefix": "Call ", "times": 2}})
    assert called.status_code == 200, called.text
    assert called.json() == {"rule": "Rename it/now", "records": [{"id": lead, "version": 2, "is_done": True}]}
    assert site.get(f"/api/v1/records/lead/{lead}").json()["last_name"] == "Call it2"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/api/v1/queues/tirage/pull", {}, 404, "not_found"),
        ("POST", "/api/v1/queues/triage/pull", {"objetc": "lead"}, 400, "invalid_request"),
        ("POST", "/api/v1/queues/triage/pull", [], 400, "invalid_request"),
        ("GET", "/api/v1/queues/triage/pull", None, 405, "method_not_allowed"),
        ("PATCH", "/api/v1/queues/triage/members/nobody", {"is_absent": True}, 404, "not_found"),
        ("PATCH", "/api/v1/queues/triage/members/mei", {}, 400, "invalid_request"),
        ("PATCH", "/api/v1/queues/triage/members/mei", {"is_absent": 1}, 400, "invalid_request"),
        ("POST", "/api/v1/queues/triage/reassign", {"user": "nobody"}, 422, "invalid_record"),
        ("POST", "/api/v1/queues/triage/reassign", {"user": "mei", "where": "nmae = 1"}, 400, "invalid_filter"),
        ("POST", "/api/v1/queues/triage/reassign", {"user": "mei", "object": "task"}, 400, "invalid_request"),
        ("GET", "/api/v1/roles/cof/members", None, 404, "not_found"),
        ("PUT", "/api/v1/roles/cfo/members", [{"user": "nobody"}], 422, "invalid_record"),
        ("PUT", "/api/v1/roles/cfo/members", [{"user": "mei", "weight": 2}], 400, "invalid_request"),
        ("PUT", "/api/v1/teams/north/members", {"user": "mei"}, 400, "invalid_request"),
        ("POST", "/api/v1/rules/Nothing/call", {"ids": []}, 404, "not_found"),
        ("POST", "/api/v1/rules/Wait/call", {"ids": []}, 404, "not_found"),
        ("POST", CALL, {"ids": "x"}, 400, "invalid_request"),
        ("POST", CALL, {"ids": ["x"]}, 404, "not_found"),
        ("POST", CALL, {"ids": [], "values": {"prefx": "x"}}, 422, "invalid_record"),
        ("POST", CALL, {"ids": [], "values": {"times": "x"}}, 422, "invalid_record"),
        ("GET", "/api/v1/objects/leda/rules", None, 404, "not_found"),
    ],
)  # fmt: skip
def test_a_bad_request_gets_its_status_and_code(
    site: Site, method: str, path: str, body: Any, status: int, code: str
) -> None:
    if "mei" in path:
        site.request("PUT", "/api/v1/queues/triage/members", json=[{"user": "mei"}])
    answer = site.request(method, path, json=body) if body is not None else site.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert "Traceback" not in answer.text


def test_who_is_no_administrator_changes_nothing(site: Site) -> None:
    _, token = site.user(f"guest{site.tenant.name[-4:]}")
    for method, path, body in (
        ("GET", "/api/v1/roles", None),
        ("PUT", "/api/v1/teams/north/members", []),
        ("PATCH", "/api/v1/queues/triage/members/mei", {"is_absent": True}),
        ("POST", "/api/v1/queues/triage/reassign", {"user": "mei"}),
        ("POST", "/api/v1/queues/triage/pull", {}),
    ):
        answer = site.request(method, path, token=token, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "access_denied"), path
    # Rules of an object that one may not read are not there.
    assert site.request("POST", CALL, token=token, json={"ids": []}).json()["code"] == "not_found"
    assert site.request("GET", "/api/v1/objects/lead/rules", token=token).json() == {"rules": []}
