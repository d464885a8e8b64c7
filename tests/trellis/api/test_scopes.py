"""What a credential was confined to holds at every address of the API."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.trellis.api.sites import Site
from trellis.api.addresses import ADDRESSES
from trellis.api.resource import Method
from trellis.security.credentials import create_api_key

NOBODY = "01890000-0000-7000-8000-000000000000"
# What is said to anybody who is known: nothing of the tenant, or an empty list of what they may see.
HARMLESS = {
    ("GET", "/api/v1/objects"): '{"objects":[]}',
    ("GET", "/api/v1/objects/lead/rules"): '{"rules":[]}',
    ("GET", "/api/v1/formulas/functions"): None,
    ("GET", "/api/v1/queues/waiting"): '{"queues":[]}',
    ("GET", "/api/v1/openapi.json"): None,
}


def _confined(site: Site, *scopes: str) -> str:
    now = datetime.now(UTC)
    return site.run(create_api_key(site.tenant, site.admin.id, "confined", now=now, scopes=frozenset(scopes))).token


def _calls() -> Iterable[tuple[str, str]]:
    for path, methods in ADDRESSES.items():
        known = path.replace("{object}", "lead").replace("{id}", NOBODY)
        for name, method in methods.items():
            if isinstance(method, Method):
                yield name, re.sub(r"\{[^}]*\}", "x", known)


def _ask(site: Site, token: str, method: str, path: str, body: Any = None) -> httpx.Response:
    options = {} if method in ("GET", "DELETE") else {"json": {} if body is None else body}
    return site.request(method, path, token=token, **options)


def test_who_may_do_everything_by_a_key_for_nothing_may_do_nothing(site: Site) -> None:
    token = _confined(site, "openid")
    for method, path in _calls():
        answer = _ask(site, token, method, path)
        if (method, path) in HARMLESS:
            assert answer.status_code == 200, (method, path)
            assert HARMLESS[method, path] in (None, answer.text), (method, path)
        else:
            assert 400 <= answer.status_code < 500, (method, path, answer.text)


@pytest.mark.parametrize(
    ("method", "path", "body", "scope"),
    [
        ("GET", "/api/v1/records/lead", None, "objects.lead:read"),
        ("POST", "/api/v1/records/lead", {"last_name": "Ada"}, "objects.lead:write"),
        ("POST", "/api/v1/query", {"object": "lead"}, "records:read"),
        ("POST", "/api/v1/metadata/plan", {"files": {}}, "metadata"),
        ("GET", "/api/v1/metadata/pull", None, "metadata"),
        ("GET", "/api/v1/users", None, "admin"),
        ("GET", "/api/v1/users", None, "scim"),
        ("GET", "/api/v1/queues", None, "admin"),
        ("GET", "/api/v1/outbox", None, "admin"),
        ("GET", "/api/v1/audit", None, "admin"),
    ],
)
def test_the_scope_that_is_for_it_lets_through_and_others_do_not(
    site: Site, method: str, path: str, body: Any, scope: str
) -> None:
    assert _ask(site, _confined(site, scope), method, path, body).status_code < 300
    others = {"records:read", "records:write", "objects.account:write", "metadata", "admin", "scim"} - {scope}
    covering = {
        "objects.lead:read": {"records:read", "records:write"},
        "objects.lead:write": {"records:write"},
        "records:read": {"records:write"},
        "scim": {"admin"},
        "admin": {"scim"},
    }.get(scope, set())
    refused = _ask(site, _confined(site, *(others - covering)), method, path, body)
    assert (refused.status_code, refused.json()["code"]) == (403, "access_denied"), refused.text


def test_a_key_for_one_object_sees_nothing_of_others(site: Site) -> None:
    token = _confined(site, "objects.lead:write")
    assert [one["name"] for one in site.get("/api/v1/objects", token=token).json()["objects"]] == ["lead"]
    across = {"object": "lead", "fields": ["last_name", "account.name"]}
    assert _ask(site, token, "POST", "/api/v1/query", across).status_code in (400, 403)
    assert "/api/v1/records/account" not in site.get("/api/v1/openapi.json", token=token).json()["paths"]


def test_who_manages_users_makes_no_administrators_and_lets_nobody_in_as_one(site: Site) -> None:
    token = _confined(site, "scim")
    person = {"username": "newcomer", "name": "New Comer", "email": "newcomer@example.com"}
    assert _ask(site, token, "POST", "/api/v1/users", {**person, "is_admin": True}).status_code == 403
    made = _ask(site, token, "POST", "/api/v1/users", person)
    assert made.status_code == 201, made.text
    theirs, admins = f"/api/v1/users/{made.json()['id']}", f"/api/v1/users/{site.admin.id}"
    assert _ask(site, token, "PATCH", theirs, {"name": "Newest Comer"}).status_code == 200
    assert _ask(site, token, "PATCH", theirs, {"is_admin": True}).status_code == 403
    assert _ask(site, token, "POST", f"{theirs}/invitation").status_code == 201
    assert _ask(site, token, "POST", f"{admins}/invitation").status_code == 403
