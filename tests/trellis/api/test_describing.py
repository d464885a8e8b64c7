"""What the API says of objects, metadata and itself; and what every answer carries."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.trellis.api.sites import Site
from tests.trellis.api.sources import ACCOUNT, FILES, LEAD
from trellis.api.call import Request
from trellis.security.users import User


def test_an_object_is_described_as_this_user_sees_it(site: Site) -> None:
    listed = {one["name"]: one for one in site.get("/api/v1/objects").json()["objects"]}
    assert {"account", "lead", "user"} <= set(listed)
    assert listed["lead"]["can"] == {"create": True, "update": True, "delete": True}
    assert listed["user"]["can"] == {"create": False, "update": False, "delete": False}
    described = site.get("/api/v1/objects/lead").json()
    fields = {field["name"]: field for field in described["fields"]}
    assert fields["last_name"]["required"] is True
    assert fields["loud_name"]["writable"] is False
    assert fields["account"]["object"] == "account"
    assert [value["name"] for value in fields["status"]["values"]] == ["New", "Working", "Lost"]
    assert fields["owner"]["writable"] is True
    assert described["views"]


def test_labels_come_in_the_users_language(site: Site) -> None:
    assert site.get("/api/v1/objects/lead").json()["label"] == "Lead"
    user, token = site.user("mandarin", is_admin=True)
    _set(site, user, language="zh-Hans")
    described = site.get("/api/v1/objects/lead", token=token).json()
    assert described["label"] == "线索"
    assert next(field["label"] for field in described["fields"] if field["name"] == "last_name") == "姓"


def _set(site: Site, user: User, **values: Any) -> None:
    import sqlalchemy as sa

    from trellis.storage.prepare import prepare

    table = site.tenant.tables.user
    change = prepare(sa.update(table).where(table.c.id == user.id).values(**values), site.tenant.database.dialect)
    site.run(site.tenant.database.write(lambda transaction: transaction.execute(change)))


@pytest.mark.parametrize("path", ["/api/v1/objects", "/api/v1/objects/lead", "/api/v1/openapi.json"])
def test_a_description_has_a_tag_that_changes_with_the_metadata(path: str, site: Site) -> None:
    first = site.get(path)
    assert first.status_code == 200
    assert site.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    label = f"Account {path.count('/')}{len(path)}"
    deploy = {"files": {"objects/account.yaml": ACCOUNT.replace("label: Account", f"label: {label}", 1)}}
    assert site.post("/api/v1/metadata/deploy", deploy).status_code == 200
    again = site.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == (304 if path.endswith("lead") else 200)


def test_metadata_goes_in_and_comes_out_byte_for_byte(site: Site) -> None:
    source = LEAD.replace("label: Hot", "label: Hot 🔥")
    change = {"files": {"objects/lead.yaml": source, "objects/visit.yaml": _VISIT}}
    plan = site.post("/api/v1/metadata/plan", change)
    assert plan.status_code == 200
    assert any("visit" in str(step) for step in plan.json()["steps"])
    assert site.get("/api/v1/records/visit").status_code == 404
    deployed = site.post("/api/v1/metadata/deploy", {**change, "summary": "Visits"})
    assert deployed.status_code == 200
    assert site.get("/api/v1/records/visit").json() == {"records": [], "next_cursor": None}
    files = site.get("/api/v1/metadata/pull").json()["files"]
    assert (files["objects/lead.yaml"], files["objects/visit.yaml"]) == (source, _VISIT)
    again = site.post("/api/v1/metadata/deploy", change)
    assert again.json()["revision"] == deployed.json()["revision"]


def test_what_destroys_has_to_be_agreed_to(site: Site) -> None:
    site.post("/api/v1/metadata/deploy", {"files": {"objects/visit.yaml": _VISIT}})
    site.create("visit", subject="Hello")
    change = {"files": {"objects/visit.yaml": None}}
    refused = site.post("/api/v1/metadata/deploy", change)
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_refused")
    assert site.get("/api/v1/records/visit?count=true").json()["total"] == 1
    assert site.post("/api/v1/metadata/deploy", {**change, "accept_destruction": True}).status_code == 200
    assert site.get("/api/v1/records/visit").status_code == 404


def test_problems_in_metadata_name_file_and_line(site: Site) -> None:
    wrong = FILES["objects/lead.yaml"].replace("type: picklist", "type: piclist")
    refused = site.post("/api/v1/metadata/plan", {"files": {"objects/lead.yaml": wrong}})
    (error, *_) = refused.json()["errors"]
    assert error["file"] == "objects/lead.yaml"
    assert error["line"] == 7
    assert "picklist" in f"{error['message']} {error['hint']}"


def test_the_schema_of_each_kind_is_there(site: Site) -> None:
    assert site.get("/api/v1/metadata/schemas/object").json()["type"] == "object"


def test_notices_are_listed(site: Site) -> None:
    assert site.get("/api/v1/notifications").json() == {"notifications": [], "unread": 0}


def test_health_needs_nobody(site: Site) -> None:
    assert site.get("/health", token=None).json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("given", "is_kept"), [("abc-1.2_3", True), ("x" * 65, False), ("a b", False), ("", False), ("é", False)]
)
def test_a_request_id_that_is_fit_to_log_is_kept(given: str, is_kept: bool, site: Site) -> None:
    answer = site.request("GET", "/health", headers={"X-Request-Id": given})
    assert (answer.headers["x-request-id"] == given) is is_kept


@pytest.mark.parametrize("path", ["/health", "/api/v1/openapi.json"])
def test_head_is_answered_as_get(path: str, site: Site) -> None:
    assert site.request("HEAD", path).status_code == 200


def test_allowed_methods_are_named(site: Site) -> None:
    refused = site.request("PUT", "/api/v1/records/lead", json={})
    assert refused.status_code == 405
    assert set(refused.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_an_error_nobody_expected_is_logged_and_not_shown(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(self: Request) -> Any:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Request, "read_json", fail)
    with caplog.at_level(logging.ERROR, logger="trellis.http"):
        answer = site.post("/api/v1/records/lead", {"last_name": "Lin"})
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert "secret detail" not in answer.text
    assert answer.json()["request_id"] in caplog.text
    assert "secret detail" in caplog.text


def test_a_browser_gets_a_page_and_the_api_never_does(site: Site) -> None:
    accept = {"Accept": "text/html,application/xhtml+xml"}
    page = site.get("/<script>", token=None, headers=accept)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text
    assert page.headers["x-request-id"] in page.text
    assert site.get("/api/v1/nothing", headers=accept).headers["content-type"] == "application/problem+json"


_VISIT = """\
label: Visit
plural_label: Visits
name_field: subject
fields:
  subject: {type: text, label: Subject, length: 80}
"""
