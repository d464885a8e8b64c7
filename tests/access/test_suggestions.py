"""Errors suggest the nearest name, and never one that is hidden from who made the mistake. On both databases."""

from __future__ import annotations

from typing import Any

import pytest

from tests.access.secrets_site import CANARY, Secrets
from tests.builder_ui.browser import Browser

RECORDS, QUERY = "/api/v1/records", "/api/v1/query"


def _answers(secrets: Secrets, token: str, near: str, far: str) -> list[tuple[str, int, bytes]]:
    """What there is to say of `near`, a field that there is not, and `far`, such an object."""
    site, account = secrets.site, f"{RECORDS}/account"
    asked: list[tuple[str, str, Any]] = [
        ("GET", f"{account}?fields={near}", None),
        ("GET", f"{account}?fields=parent.{near}", None),
        ("GET", f"{account}?fields=vault.nmae", None),
        ("GET", f"{account}?fields=vault.name.x", None),
        ("GET", f"{account}?fields=name.x", None),
        ("GET", f"{account}?sort={near}", None),
        ("GET", f"{account}?{near}=x", None),
        ("GET", f'{account}?filter={near} = "x"', None),
        ("GET", f'{account}?filter=parent.{near} = "x"', None),
        ("GET", f'{account}?filter=canary_note = 5 && {near} = "x"', None),
        ("GET", f'{account}?filter=vault.nmae = "x"', None),
        ("GET", f"{account}?filter=COUNT(canary_vaultz) > 1", None),
        ("GET", f"{account}?filter=COUNT(accounts, {near} > 1) > 1", None),
        ("GET", f"{account}?filter=VLOOKUP($ObjectType.{far}.Fields.name, $ObjectType.{far}.Fields.id, id) = 1", None),
        ("POST", QUERY, {"object": "account", "fields": [near]}),
        ("POST", QUERY, {"object": "account", "filter": f"ISBLANK({near})"}),
        ("POST", QUERY, {"object": far, "fields": ["name"]}),
        ("POST", account, {"name": "New", near: "x"}),
        ("PATCH", f"{account}/{secrets.own}", {near: "x"}),
        ("POST", f"{RECORDS}/{far}", {"name": "New"}),
        ("PATCH", f"{RECORDS}/{far}/{secrets.own}", {"name": "New"}),
        ("DELETE", f"{RECORDS}/{far}/{secrets.own}", None),
        ("GET", f"{RECORDS}/{far}", None),
        ("GET", f"{RECORDS}/{far}/{secrets.own}", None),
        ("GET", f"{RECORDS}/{far}/{secrets.own}/shares", None),
        ("GET", f"/api/v1/objects/{far}", None),
        ("GET", f"/api/v1/objects/{far}/rules", None),
        ("GET", f"/api/v1/explain/records/{far}/{secrets.own}", None),
        ("GET", f"/api/v1/explain/records/account/{secrets.own}?field={near}", None),
        ("GET", f"/api/v1/access/why?user=mia&object={far}&id={secrets.own}", None),
        ("POST", "/api/v1/formulas/check", {"object": "account", "formula": near}),
        ("POST", "/api/v1/formulas/check", {"object": far, "formula": "name"}),
        ("POST", "/api/v1/formulas/explain", {"object": "account", "formula": near, "record": secrets.own}),
        ("POST", "/api/v1/formulas/explain", {"object": "account", "formula": "name", "values": {near: "x"}}),
        ("POST", "/api/v1/api-keys", {"name": "k", "scopes": [f"objects.{far}:read"]}),
        ("POST", "/api/v1/rules/Pok/call", {"ids": [secrets.own]}),
    ]
    answers = []
    for method, path, body in asked:
        options = {} if body is None else {"json": body}
        answer = site.request(method, path, token=token, **options)
        answers.append((f"{method} {path} {body}", answer.status_code, answer.content.lower()))
    return answers


def _said(content: bytes, *typed: str) -> bytes:
    """Without what the caller typed."""
    for one in (*typed, "canary_vaultz", "canary_note = 5"):
        content = content.replace(one.lower().encode(), b"")
    return content


@pytest.mark.parametrize(("near", "far"), [("canry_note", "canry_vault"), ("lud_canry", "cnary_vaults")])
def test_a_hint_names_nothing_hidden(secrets: Secrets, near: str, far: str) -> None:
    for asked, status, content in _answers(secrets, secrets.token, near, far):
        assert 400 <= status < 500 or "formulas/check" in asked, (asked, status, content)
        assert CANARY not in _said(content, near, far), (asked, content)


def test_who_may_see_them_is_told_the_nearest_names(secrets: Secrets) -> None:
    """So that the test above looks where something might be said."""
    answers = _answers(secrets, secrets.site.token, "canry_note", "canry_vault")
    hinted = [asked for asked, _, content in answers if CANARY in _said(content, "canry_note", "canry_vault")]
    assert len(hinted) >= 12, hinted


def test_pages_name_nothing_hidden_either(secrets: Secrets) -> None:
    browser = Browser(secrets.site)
    assert browser.sign_in("mia").path == "/app"
    for path in (
        "/app/canry_vault",
        "/app/canry_vault/new",
        '/app/account?filter=canry_note = "x"',
        "/app/account?sort=canry_note",
    ):
        page = browser.get(path)
        assert page.status >= 400 or "canry_note" in page.source, path
        assert CANARY not in page.answer.content.lower(), path


def test_rules_of_an_object_that_is_closed_are_not_named(secrets: Secrets) -> None:
    asked = {"ids": [secrets.vault], "object": "canary_vault"}
    refused = secrets.post("/api/v1/rules/Opn/call", asked)
    assert refused.status_code == 403
    assert "Open" not in refused.text
    assert "Open canary" in secrets.site.post("/api/v1/rules/Open canry/call", asked).text
