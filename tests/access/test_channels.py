"""What is hidden from somebody is in no answer that they get: neither values, nor names of records, fields, views and objects."""

from __future__ import annotations

import pytest

from tests.access.secrets_site import CANARY, Secrets
from tests.builder_ui.browser import Browser

READS = (
    "/api/v1/openapi.json",
    "/api/v1/objects",
    "/api/v1/objects/account",
    "/api/v1/objects/line",
    "/api/v1/objects/account/rules",
    "/api/v1/notifications",
    "/api/v1/approvals",
    "/api/v1/queues/waiting",
    "/api/v1/records/account",
    "/api/v1/records/account?fields=name,parent.name,parent.code",
    "/api/v1/records/account?sort=parent.name",
    "/api/v1/records/line?fields=name,account.name",
    "/api/v1/records/user",
    "/api/v1/records/account/{own}",
    "/api/v1/records/account/{own}/shares",
    "/api/v1/records/line/{own_line}",
    "/api/v1/explain/records/account/{own}",
    "/api/v1/explain/records/account/{own}?language=zh-Hans",
    "/app",
    "/app/search?q=vault",
    "/app/search?q=ltd",
    "/app/notifications",
    "/app/notifications/panel",
    "/app/queues",
    "/app/approvals",
    "/app/account",
    "/app/account?view=all",
    "/app/account?view=hidden",
    "/app/account/new",
    "/app/account/filter",
    "/app/account/lookup/parent?q=",
    "/app/account/lookup/parent?q=ltd",
    "/app/account/{own}",
    "/app/account/{own}/edit",
    "/app/account/{own}/history",
    "/app/account/{own}/sharing",
    "/app/line",
    "/app/line/lookup/account?q=",
    "/app/line/{own_line}",
    "/account",
)

NOT_THERE = (
    "/api/v1/records/account/{hidden}",
    "/api/v1/records/account/{in_bin}",
    "/api/v1/records/account/{hidden}/shares",
    "/api/v1/records/line/{hidden_line}",
    "/api/v1/explain/records/account/{hidden}",
    "/api/v1/explain/records/account/{in_bin}",
    "/app/account/{hidden}",
    "/app/account/{hidden}/edit",
    "/app/account/{hidden}/history",
    "/app/account/{hidden}/sharing",
    "/app/line/{hidden_line}",
    "/app/account/{in_bin}",
)


@pytest.fixture(scope="module", autouse=True)
def _changes(secrets: Secrets) -> None:
    """What happened to records that are hidden, and to hidden fields of one that is not."""
    for record, values in (
        (secrets.hidden, {"code": "canary-2", "canary_note": "canary, newer"}),
        (secrets.own, {"canary_note": "canary, newer", "region": None}),
    ):
        answer = secrets.site.request("PATCH", f"/api/v1/records/account/{record}", json=values)
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def browser(secrets: Secrets) -> Browser:
    browser = Browser(secrets.site)
    assert browser.sign_in("mia").path == "/app"
    return browser


def ask(secrets: Secrets, browser: Browser, path: str) -> tuple[int, bytes]:
    names = ("own", "own_line", "hidden", "hidden_line", "in_bin")
    path = path.format(**{name: getattr(secrets, name) for name in names})
    if path.startswith("/api/"):
        answer = secrets.get(path)
        return answer.status_code, answer.content
    page = browser.get(path)
    return page.status, page.answer.content


def test_answers_hold_nothing_hidden(secrets: Secrets, browser: Browser) -> None:
    for path in READS:
        status, content = ask(secrets, browser, path)
        assert status == 200, (path, content)
        assert CANARY not in content.lower(), (path, content[max(0, content.lower().index(CANARY) - 200) :][:400])


def test_records_that_are_hidden_are_not_there(secrets: Secrets, browser: Browser) -> None:
    for path in NOT_THERE:
        status, content = ask(secrets, browser, path)
        assert status in (403, 404), (path, status)
        assert CANARY not in content.lower(), (path, content)


def test_the_administrator_sees_the_canaries(secrets: Secrets) -> None:
    """So that the tests above look for what is there."""
    for path in ("objects/account", "records/account", f"explain/records/account/{secrets.own}", "records/line"):
        assert CANARY in secrets.site.get(f"/api/v1/{path}").content.lower(), path


@pytest.mark.parametrize(
    "formula", ["canary_note", "UPPER(canary_note)", "loud_canary", "vault.name", "parent.canary_note"]
)
def test_formulas_over_hidden_fields_are_refused(secrets: Secrets, formula: str) -> None:
    checked = secrets.post("/api/v1/formulas/check", {"object": "account", "formula": formula})
    assert checked.json()["is_valid"] is False
    for body in (
        {"object": "account", "fields": [formula]},
        {"object": "account", "filter": f"NOT(ISBLANK({formula}))"},
        {"object": "account", "sort": [{"field": formula}]},
    ):
        assert secrets.post("/api/v1/query", body).status_code in (400, 403), body


def test_words_offered_for_formulas_name_nothing_hidden(secrets: Secrets) -> None:
    for text in ("", "can", "parent.", "va", "$ObjectType."):
        body = {"object": "account", "formula": text, "position": len(text)}
        assert CANARY not in secrets.post("/api/v1/formulas/complete", body).content.lower(), text


def test_hidden_records_are_not_changed_by_any_way(secrets: Secrets) -> None:
    record = f"/api/v1/records/account/{secrets.hidden}"
    before = secrets.site.get(record).json()
    tries = [
        ("PATCH", record, {"name": "Mine"}),
        ("PATCH", record, {"owner": secrets.mia}),
        ("DELETE", record, None),
        ("POST", f"{record}/shares", {"principal": "user:mia"}),
        ("POST", "/api/v1/rules/Poke/call", {"ids": [secrets.hidden]}),
        ("POST", f"/api/v1/records/account/{secrets.in_bin}/restore", None),
        ("PATCH", f"/api/v1/records/line/{secrets.own_line}", {"account": secrets.hidden}),
        ("POST", "/api/v1/records/line", {"name": "L", "account": secrets.hidden}),
        ("PATCH", f"/api/v1/records/account/{secrets.own}", {"parent": secrets.in_bin}),
        ("PATCH", f"/api/v1/records/account/{secrets.own}", {"vault": secrets.vault}),
        ("PATCH", f"/api/v1/records/account/{secrets.own}", {"canary_note": "x"}),
    ]
    for method, path, body in tries:
        answer = secrets.site.request(method, path, token=secrets.token, **({} if body is None else {"json": body}))
        assert 400 <= answer.status_code < 500, (method, path, body, answer.text)
        assert b"canary ltd" not in answer.content.lower(), answer.text
    assert secrets.site.get(record).json() == before
