"""Approvals over HTTP: submitting a record, finding what waits, deciding."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.trellis.api.sites import Site, open_site
from tests.trellis.factory import add_user
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor
from trellis.security.credentials import create_api_key

RULES = """
approval big "Big leads" on lead
if amount > 100
step first "First" by user "mei"
    delegation allowed
step second "Second" if amount > 1000 by user "bo"
on approve then
    set status = "Working"
end
"""
REQUESTS = "/api/v1/approvals"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site")) as opened:
        opened.run(_deploy(opened))
        yield opened


async def _deploy(site: Site) -> None:
    actor = Actor(user_id=site.admin.id, name="a", email="a@b.c", is_admin=True, channel="cli")
    await deploy(site.tenant, actor, SourceChange(files={"rules/big.rule": RULES}), summary="Approvals")


@pytest.fixture(scope="module")
def tokens(site: Site) -> dict[str, str]:
    """API keys of mei and bo, who are administrators, too."""
    return {name: site.run(_key(site, name)) for name in ("mei", "bo")}


async def _key(site: Site, name: str) -> str:
    user_id = await add_user(site.tenant, name, is_admin=True)
    key = await create_api_key(site.tenant, user_id, "test", now=datetime.now(UTC))
    return key.token


def lead(site: Site, **values: Any) -> str:
    return site.create("lead", last_name="Huber", **values)


def submit(site: Site, record: str, **body: Any) -> Any:
    return site.post(f"/api/v1/records/lead/{record}/approvals", body)


def test_a_record_goes_through_its_steps(site: Site, tokens: dict[str, str]) -> None:
    record = lead(site, amount=5000)
    offered = site.get(f"/api/v1/records/lead/{record}/approvals").json()
    assert offered == {"requests": [], "submittable": [{"name": "big", "label": "Big leads"}]}
    answer = submit(site, record, comment="They are in a hurry.")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["status"], made["step_label"], made["title"]) == ("pending", "First", "Huber")
    assert [one["username"] for one in made["waiting_for"]] == ["mei"]
    assert made["may"] == ["delegate", "recall"]
    assert [(one["step"], one["passed_over"], [who["username"] for who in one["people"]]) for one in made["ahead"]] == [
        ("second", None, ["bo"])
    ]
    box = site.get(REQUESTS, token=tokens["mei"]).json()["requests"]
    assert [(one["id"], one["label"]) for one in box] == [(made["id"], "Big leads")]
    address = f"{REQUESTS}/{made['id']}"
    assert site.get(address, token=tokens["mei"]).json()["may"] == ["approve", "reject", "delegate", "recall"]
    on = site.post(f"{address}/approve", {"comment": "Fine."}, token=tokens["mei"])
    assert [one["username"] for one in on.json()["waiting_for"]] == ["bo"]
    end = site.request("POST", f"{address}/approve", token=tokens["bo"])
    assert (end.status_code, end.json()["status"], end.json()["may"]) == (200, "approved", [])
    assert [one["kind"] for one in end.json()["history"]] == [
        *("submitted", "entered", "approved", "entered", "approved", "ended")
    ]
    assert site.get(f"/api/v1/records/lead/{record}?fields=status").json()["status"] == "Working"
    assert site.get(f"/api/v1/records/lead/{record}/approvals").json()["requests"][0]["status"] == "approved"
    assert [one["id"] for one in site.get(f"{REQUESTS}?box=done", token=tokens["bo"]).json()["requests"]] == [
        made["id"]
    ]
    assert site.get(f"{REQUESTS}?box=waiting", token=tokens["bo"]).json()["requests"] == []


def test_handed_over_rejected_and_recalled(site: Site, tokens: dict[str, str]) -> None:
    record = lead(site, amount=200)
    address = f"{REQUESTS}/{submit(site, record).json()['id']}"
    handed = site.post(f"{address}/delegate", {"to": "bo", "comment": "You know them."}, token=tokens["mei"])
    assert [one["username"] for one in handed.json()["waiting_for"]] == ["bo"]
    silent = site.post(f"{address}/reject", {}, token=tokens["bo"])
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (422, "comment")
    rejected = site.post(f"{address}/reject", {"comment": "Too dear."}, token=tokens["bo"]).json()
    assert (rejected["status"], rejected["history"][-2]["comment"]) == ("rejected", "Too dear.")
    again = f"{REQUESTS}/{submit(site, record).json()['id']}"
    assert site.post(f"{again}/recall", {"comment": None}).json()["status"] == "recalled"


def test_a_locked_record_says_what_locks_it(site: Site, tokens: dict[str, str]) -> None:
    record = lead(site, amount=300)
    submit(site, record)
    refused = site.request("PATCH", f"/api/v1/records/lead/{record}", json={"amount": 301})
    assert refused.status_code == 422
    assert [(one["field"], one["code"]) for one in refused.json()["errors"]] == [("amount", "locked")]


def test_the_document_offers_the_approvals_that_there_are(site: Site) -> None:
    paths = site.get("/api/v1/openapi.json").json()["paths"]
    body = paths["/api/v1/records/lead/{id}/approvals"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["approval"]["enum"] == ["big", None]
    assert "/api/v1/records/account/{id}/approvals" not in paths


def test_refusals_have_their_codes(site: Site, tokens: dict[str, str]) -> None:
    small, big = lead(site, amount=1), lead(site, amount=400)
    address = f"{REQUESTS}/{submit(site, big).json()['id']}"
    cases = [
        (submit(site, small), 422, "not_submittable"),
        (submit(site, big), 422, "not_submittable"),
        (submit(site, big, approval="bigg"), 404, "not_found"),
        (submit(site, big, approvl="big"), 400, "invalid_request"),
        (site.post(f"{address}/approve", {"comment": 1}), 400, "invalid_request"),
        (site.post(f"{address}/approve", {"comment": "x" * 4001}, token=tokens["mei"]), 422, "invalid_record"),
        (site.post(f"{address}/approve", {}), 409, "not_waiting"),
        (site.post(f"{address}/delegate", {}), 400, "invalid_request"),
        (site.post(f"{address}/delegate", {"to": "nobody"}, token=tokens["mei"]), 422, "invalid_record"),
        (site.get(f"{REQUESTS}/nothing"), 404, "not_found"),
        (site.get(f"{REQUESTS}?box=open"), 400, "invalid_parameter"),
        (site.get(REQUESTS, token=None), 401, "not_authenticated"),
        (site.post("/api/v1/records/account/nothing/approvals", {}), 404, "not_found"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer, *_ in cases] == [
        (status, code) for _, status, code in cases
    ]
