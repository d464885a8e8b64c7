"""Queues over HTTP: which there are, who sits at them, and seating others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.api.sites import Site, open_site
from tests.trellis.api.sources import FILES
from trellis.storage.prepare import prepare

QUEUES = {
    **FILES,
    "queues.yaml": "triage: {label: Triage, objects: [lead]}\nenergy: {label: Energy desk, objects: [lead]}\n",
    "translations/zh-Hans.yaml": "queues:\n  triage: {label: 分诊}\n",
}
MEMBERS = "/api/v1/queues/triage/members"
NOBODY = "01890000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With the users mei, bo, and gone, who is not active any more."""
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site"), QUEUES) as opened:
        for username in ("mei", "bo", "gone"):
            opened.user(username)
        _deactivate(opened, "gone")
        yield opened


@pytest.fixture(autouse=True)
def _nobody_sits(site: Site) -> None:
    assert _seat(site, []).status_code == 200


def _seat(site: Site, members: Any, **options: Any) -> Any:
    return site.request("PUT", MEMBERS, json=members, **options)


def _deactivate(site: Site, username: str) -> None:
    user = site.tenant.tables.user
    is_active: Any = False if site.tenant.database.dialect == "postgresql" else 0
    change = sa.update(user).where(user.c.username == username).values(is_active=is_active)
    statement = prepare(change, site.tenant.database.dialect)
    site.run(site.tenant.database.write(lambda transaction: transaction.execute(statement)))


def test_members_come_back_in_their_order_with_names(site: Site) -> None:
    seated = _seat(site, [{"user": "mei", "weight": 3}, {"user": "BO", "capacity": 20, "is_absent": True}])
    assert seated.status_code == 200, seated.text
    found = site.get(MEMBERS)
    assert found.json() == seated.json()
    assert [{**one, "user": ""} for one in found.json()] == [
        {
            "user": "",
            "username": "mei",
            "name": "Mei",
            "is_active": True,
            "weight": 3,
            "capacity": None,
            "is_absent": False,
        },
        {
            "user": "",
            "username": "bo",
            "name": "Bo",
            "is_active": True,
            "weight": 1,
            "capacity": 20,
            "is_absent": True,
        },
    ]


def test_the_list_is_replaced_and_may_be_sent_back_as_it_came(site: Site) -> None:
    first = _seat(site, [{"user": "mei"}, {"user": "bo", "weight": 2}]).json()
    turned = _seat(site, list(reversed(first)))
    assert turned.json() == list(reversed(first))
    assert [one["username"] for one in _seat(site, [{"user": first[0]["user"]}]).json()] == ["mei"]
    assert _seat(site, []).json() == []


def test_all_queues_are_listed_with_labels_and_members(site: Site) -> None:
    _seat(site, [{"user": "bo"}])
    triage, energy = site.get("/api/v1/queues").json()["queues"]
    assert (triage["name"], triage["label"], triage["objects"]) == ("triage", "Triage", ["lead"])
    assert [one["username"] for one in triage["members"]] == ["bo"]
    assert (energy["name"], energy["members"]) == ("energy", [])


def test_only_the_list_that_was_seen_is_changed_when_asked_so(site: Site) -> None:
    tag = site.get(MEMBERS).headers["etag"]
    changed = _seat(site, [{"user": "mei"}], headers={"If-Match": tag})
    assert changed.status_code == 200
    late = _seat(site, [{"user": "bo"}], headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert _seat(site, [{"user": "bo"}], headers={"If-Match": changed.headers["etag"]}).status_code == 200
    assert _seat(site, [], headers={"If-Match": "3"}).json()["code"] == "invalid_parameter"


def test_who_sits_there_may_stay_when_not_active_any_more_and_nobody_new(site: Site) -> None:
    refused = _seat(site, [{"user": "gone"}]).json()
    assert [(one["code"], one["field"], one["index"]) for one in refused["errors"]] == [("not_active", "user", 0)]
    leaver, _ = site.user(f"leaver{site.tenant.name[-4:]}")
    _seat(site, [{"user": leaver.id}, {"user": "mei"}])
    _deactivate(site, leaver.username)
    stayed = _seat(site, [{"user": "mei"}, {"user": leaver.username}])
    assert [one["is_active"] for one in stayed.json()] == [True, False]


def test_every_finding_is_told_with_its_place(site: Site) -> None:
    answer = _seat(
        site,
        [{"user": "mei", "weight": 0}, {"user": "nobody", "capacity": 100_001}, {"user": "MEI"}, {"user": NOBODY}],
    )
    assert answer.status_code == 422
    assert [(one["index"], one["field"], one["code"]) for one in answer.json()["errors"]] == [
        (0, "weight", "out_of_range"),
        (1, "capacity", "out_of_range"),
        (1, "user", "not_found"),
        (2, "user", "repeated"),
        (3, "user", "not_found"),
    ]
    assert answer.json()["detail"].startswith("Member 1: A weight is a whole number from 1 to 1,000.")
    assert site.get(MEMBERS).json() == []


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("GET", "/api/v1/queues/tirage/members", {}, 404, "not_found"),
        ("PUT", "/api/v1/queues/tirage/members", {"json": []}, 404, "not_found"),
        ("GET", "/api/v1/queues/triage%00/members", {}, 404, "not_found"),
        ("GET", "/api/v1/queues/triage", {}, 404, "not_found"),
        ("GET", "/api/v1/queues?limit=1", {}, 400, "unknown_parameter"),
        ("GET", f"{MEMBERS}?limit=1", {}, 400, "unknown_parameter"),
        ("POST", MEMBERS, {"json": []}, 405, "method_not_allowed"),
        ("PUT", MEMBERS, {"content": b"[]"}, 415, "unsupported_media_type"),
        ("PUT", MEMBERS, {"json": {"user": "mei"}}, 400, "invalid_request"),
        ("PUT", MEMBERS, {"json": ["mei"]}, 400, "invalid_request"),
        ("PUT", MEMBERS, {"json": [{}]}, 400, "invalid_request"),
        ("PUT", MEMBERS, {"json": [{"user": 7}]}, 400, "invalid_request"),
        ("PUT", MEMBERS, {"json": [{"user": "mei", "wieght": 2}]}, 400, "invalid_request"),
        ("PUT", MEMBERS, {"json": [{"user": "mei", "weight": 1.5}]}, 400, "invalid_request"),
        ("PUT", MEMBERS, {"json": [{"user": "mei", "weight": True}]}, 400, "invalid_request"),
        ("PUT", MEMBERS, {"json": [{"user": "mei", "is_absent": "no"}]}, 400, "invalid_request"),
        ("PUT", MEMBERS, {"json": [{"user": "mei", "weight": 1001}]}, 422, "invalid_record"),
        ("PUT", MEMBERS, {"json": [{"user": "mei", "capacity": 0}]}, 422, "invalid_record"),
        ("PUT", MEMBERS, {"json": [{"user": "me\0i"}]}, 422, "invalid_record"),
        ("PUT", MEMBERS, {"json": [{"user": "' OR 1=1"}]}, 422, "invalid_record"),
        ("PUT", MEMBERS, {"json": [{"user": "mei"}] * 401}, 422, "invalid_record"),
    ],
)
def test_a_bad_request_gets_its_status_and_code(
    site: Site, method: str, path: str, options: dict[str, Any], status: int, code: str
) -> None:
    answer = site.request(method, path, **options)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert "Traceback" not in answer.text
    assert site.get(MEMBERS).json() == []


def test_a_misspelt_queue_is_told_the_nearest_name(site: Site) -> None:
    assert "triage" in site.get("/api/v1/queues/tirage/members").json()["hint"]


def test_who_is_no_administrator_sees_and_changes_nothing(site: Site) -> None:
    _, token = site.user(f"guest{site.tenant.name[-4:]}")
    for method, path in (("GET", "/api/v1/queues"), ("GET", MEMBERS), ("PUT", MEMBERS)):
        answer = site.request(method, path, token=token, json=[] if method == "PUT" else None)
        assert (answer.status_code, answer.json()["code"]) == (403, "access_denied")
