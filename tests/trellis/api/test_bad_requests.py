"""Bad requests: each gets its exact status and code, a request id, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trellis.api.sites import Site

NOWHERE = "01890000-0000-7000-8000-000000000000"
LEADS = "/api/v1/records/lead"
JSON = {"Content-Type": "application/json"}

# method, path, what to send, status, code
Case = tuple[str, str, dict[str, Any], int, str]

TRANSPORT: list[Case] = [
    ("POST", LEADS, {"content": b"{", "headers": JSON}, 400, "invalid_json"),
    ("POST", LEADS, {"content": b"", "headers": JSON}, 400, "invalid_json"),
    ("POST", LEADS, {"content": b"\xff", "headers": JSON}, 400, "invalid_json"),
    ("POST", LEADS, {"content": b"[" * 1000 + b"]" * 1000, "headers": JSON}, 400, "invalid_json"),
    ("POST", LEADS, {"content": b"{}"}, 415, "unsupported_media_type"),
    ("POST", LEADS, {"data": {"last_name": "Lin"}}, 415, "unsupported_media_type"),
    ("POST", LEADS, {"content": b'"' + b"x" * 5_000_000 + b'"', "headers": JSON}, 413, "body_too_large"),
    ("POST", LEADS, {"json": 7}, 400, "invalid_request"),
    ("POST", LEADS, {"content": b"null", "headers": JSON}, 400, "invalid_request"),
    ("POST", LEADS, {"json": []}, 400, "invalid_request"),
    ("POST", LEADS, {"json": [{"last_name": "Lin"}, 7]}, 400, "invalid_request"),
    ("POST", LEADS, {"json": [{"last_name": "Lin"}] * 201}, 400, "invalid_request"),
    ("PUT", LEADS, {"json": {}}, 405, "method_not_allowed"),
    ("DELETE", "/health", {}, 405, "method_not_allowed"),
    ("GET", "/api/v1/nothing", {}, 404, "not_found"),
    ("GET", "/api/v2/records/lead", {}, 404, "not_found"),
    ("GET", f"{LEADS}/", {}, 404, "not_found"),
    ("GET", f"{LEADS}/../../../etc/passwd", {}, 404, "not_found"),
]

READING: list[Case] = [
    ("GET", "/api/v1/records/laed", {}, 404, "not_found"),
    ("GET", "/api/v1/records/lead%22%3B%20DROP%20TABLE%20lead%3B%20--", {}, 404, "not_found"),
    ("GET", "/api/v1/records/trellis_credential", {}, 404, "not_found"),
    ("GET", "/api/v1/records/lead%00", {}, 404, "not_found"),
    ("GET", f"{LEADS}/{NOWHERE}", {}, 404, "not_found"),
    ("GET", f"{LEADS}/1", {}, 404, "not_found"),
    ("GET", f"{LEADS}/1'%20OR%20'1'='1", {}, 404, "not_found"),
    ("GET", f"{LEADS}/%00", {}, 404, "not_found"),
    ("GET", f"{LEADS}?fitler=x", {}, 400, "unknown_parameter"),
    ("GET", f"{LEADS}?limit=0", {}, 400, "invalid_parameter"),
    ("GET", f"{LEADS}?limit=1&limit=2", {}, 400, "invalid_parameter"),
    ("GET", f"{LEADS}?filter=%ff", {}, 400, "invalid_parameter"),
    ("GET", f"{LEADS}?filter={'x' * 64_500}", {}, 414, "uri_too_long"),
    ("GET", LEADS, {"params": {"filter": "nothing = 1"}}, 400, "invalid_filter"),
    ("GET", LEADS, {"params": {"filter": "status ="}}, 400, "invalid_filter"),
    ("GET", LEADS, {"params": {"filter": "status"}}, 400, "invalid_filter"),
    ("GET", LEADS, {"params": {"filter": "1; DROP TABLE lead"}}, 400, "invalid_filter"),
    ("GET", LEADS, {"params": {"filter": "(" * 5_000}}, 400, "invalid_filter"),
    ("GET", LEADS, {"params": {"fields": "password_hash"}}, 400, "invalid_request"),
    ("GET", LEADS, {"params": {"fields": "account.nothing"}}, 400, "invalid_request"),
    ("GET", LEADS, {"params": {"fields": "a.b.c.d.e.f.g.h"}}, 400, "invalid_request"),
    ("GET", LEADS, {"params": {"fields": 'id","deleted_at'}}, 400, "invalid_request"),
    ("GET", LEADS, {"params": {"sort": "nothing"}}, 400, "invalid_request"),
    ("GET", LEADS, {"params": {"sort": "id; DROP TABLE lead"}}, 400, "invalid_request"),
    ("GET", LEADS, {"params": {"cursor": "abc"}}, 400, "invalid_request"),
    ("GET", LEADS, {"params": {"cursor": "\x00" * 50}}, 400, "invalid_request"),
    ("GET", "/api/v1/records/user", {"params": {"fields": "password_hash"}}, 400, "invalid_request"),
    ("GET", "/api/v1/records/user", {"params": {"filter": 'password_hash = "x"'}}, 400, "invalid_filter"),
    ("GET", "/api/v1/objects/laed", {}, 404, "not_found"),
    ("GET", "/api/v1/objects?x=1", {}, 400, "unknown_parameter"),
    ("GET", "/api/v1/metadata/schemas/objekt", {}, 404, "not_found"),
    ("POST", "/api/v1/query", {"json": {}}, 400, "invalid_request"),
    ("POST", "/api/v1/query", {"json": []}, 400, "invalid_request"),
    ("POST", "/api/v1/query", {"json": {"object": 7}}, 400, "invalid_request"),
    ("POST", "/api/v1/query", {"json": {"object": "lead", "where": "x"}}, 400, "invalid_request"),
    ("POST", "/api/v1/query", {"json": {"object": "lead", "fields": "name"}}, 400, "invalid_request"),
    ("POST", "/api/v1/query", {"json": {"object": "lead", "sort": [7]}}, 400, "invalid_request"),
    ("POST", "/api/v1/query", {"json": {"object": "lead", "limit": True}}, 400, "invalid_request"),
    ("POST", "/api/v1/query", {"json": {"object": "lead", "limit": 1001}}, 400, "invalid_request"),
    ("POST", "/api/v1/query", {"json": {"object": "lead", "count": "yes"}}, 400, "invalid_request"),
    ("POST", "/api/v1/query", {"json": {"object": "lead", "filter": "x" * 1_000_000}}, 400, "invalid_filter"),
    ("POST", "/api/v1/query", {"json": {"object": "lead", "filter": 'last_name = "\u0000"'}}, 400, "invalid_filter"),
    ("POST", "/api/v1/query", {"json": {"object": "nothing"}}, 404, "not_found"),
]

WRITING: list[Case] = [
    ("POST", "/api/v1/records/laed", {"json": {}}, 404, "not_found"),
    ("POST", LEADS, {"json": {}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": None}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": 7}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": {"a": [1]}}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "x" * 81}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "a\u0000b"}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "lastname": "Lin"}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", 'x"); DROP TABLE lead; --': 1}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "amount": "many"}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "amount": 1e300}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "amount": -1}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "hot": "yes"}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "due_on": "2026-02-30"}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "place": {"latitude": 91, "longitude": 0}}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "tags": ["blue"]}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "status": "Old"}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "email": "nobody"}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "account": NOWHERE}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "account": "x"}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "loud_name": "LIN"}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin", "id": NOWHERE}}, 422, "invalid_record"),
    ("POST", LEADS, {"json": {"last_name": "Lin"}, "headers": {"Idempotency-Key": ""}}, 400, "invalid_parameter"),
    (
        "POST",
        LEADS,
        {"json": {"last_name": "Lin"}, "headers": {"Idempotency-Key": "x" * 256}},
        400,
        "invalid_parameter",
    ),
    ("POST", f"{LEADS}?dry_run=1", {"json": {"last_name": "Lin"}}, 400, "unknown_parameter"),
    ("PATCH", f"{LEADS}/{NOWHERE}", {"json": {"last_name": "Lin"}}, 404, "not_found"),
    ("PATCH", f"{LEADS}/x", {"json": {"last_name": "Lin"}}, 404, "not_found"),
    ("PATCH", f"{LEADS}/{NOWHERE}", {"json": []}, 400, "invalid_request"),
    ("PATCH", f"{LEADS}/{NOWHERE}", {"json": {}, "headers": {"If-Match": "3"}}, 400, "invalid_parameter"),
    ("DELETE", f"{LEADS}/{NOWHERE}", {}, 404, "not_found"),
    ("POST", f"{LEADS}/{NOWHERE}/restore", {}, 404, "not_found"),
    ("PUT", f"{LEADS}/by/last_name/Lin", {"json": {}}, 400, "invalid_request"),
    ("PUT", "/api/v1/records/account/by/cod/1", {"json": {}}, 400, "invalid_request"),
    ("PUT", "/api/v1/records/account/by/code/1", {"json": []}, 400, "invalid_request"),
    ("POST", "/api/v1/api-keys", {"json": {}}, 400, "invalid_request"),
    ("POST", "/api/v1/api-keys", {"json": {"name": "a\u0000b"}}, 422, "invalid_record"),
    ("POST", "/api/v1/api-keys", {"json": {"name": "x", "expires_in_days": 0}}, 400, "invalid_request"),
    ("DELETE", f"/api/v1/api-keys/{NOWHERE}", {}, 404, "not_found"),
    ("DELETE", "/api/v1/session", {}, 400, "invalid_request"),
]

METADATA: list[Case] = [
    ("POST", "/api/v1/metadata/plan", {"json": {}}, 400, "invalid_request"),
    ("POST", "/api/v1/metadata/plan", {"json": {"files": {"objects/x.yaml": 7}}}, 400, "invalid_request"),
    ("POST", "/api/v1/metadata/plan", {"json": {"files": {}, "force": True}}, 400, "invalid_request"),
    ("POST", "/api/v1/metadata/plan", {"json": {"files": {"objects/x.yaml": "a: [1"}}}, 422, "invalid_metadata"),
    ("POST", "/api/v1/metadata/deploy", {"json": {"files": {"objects/x.yaml": "label: X"}}}, 422, "invalid_metadata"),
    ("POST", "/api/v1/metadata/deploy", {"json": {"files": {"../x.yaml": "label: X"}}}, 422, "invalid_metadata"),
    ("POST", "/api/v1/metadata/deploy", {"json": {"files": {}, "accept_destruction": "yes"}}, 400, "invalid_request"),
    ("POST", "/api/v1/metadata/deploy", {"json": {"files": {"objects/account.yaml": None}}}, 422, "invalid_metadata"),
]


def _name(case: Case) -> str:
    method, path, options, status, _ = case
    return f"{method} {path[:60]} {str(options)[:60]} {status}"


@pytest.mark.parametrize("case", [*TRANSPORT, *READING, *WRITING, *METADATA], ids=_name)
def test_a_bad_request_gets_its_status_and_code(case: Case, site: Site) -> None:
    method, path, options, status, code = case
    answer = site.request(method, path, **options)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["status"] == status
    assert problem["detail"]
    assert "Traceback" not in answer.text


def test_bad_requests_changed_nothing(site: Site) -> None:
    """Runs after the table above, on the same site."""
    assert site.get(LEADS).json() == {"records": [], "next_cursor": None}
    assert set(site.get("/api/v1/metadata/pull").json()["files"]) == {
        "objects/account.yaml",
        "objects/lead.yaml",
        "translations/zh-Hans.yaml",
    }
