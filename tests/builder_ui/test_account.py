"""The account page: password, sessions, API keys."""

from __future__ import annotations

from datetime import timedelta

import pytest

from builder_ui.account.devices import device_of
from builder_ui.translation import words_of
from tests.builder_ui.browser import Browser, Page, Value
from tests.trellis.api.ages import age_sessions
from tests.trellis.api.sites import PASSWORD, Site


def test_the_menu_leads_to_it_and_it_shows_this_session(browser: Browser) -> None:
    assert browser.get("/app").links("/account") != []
    page = browser.get("/account")
    assert page.status == 200
    assert "This one" in page.text


def test_signing_out_everywhere_else(site: Site, browser: Browser) -> None:
    other = Browser(site)
    other.sign_in()
    page = browser.get("/account")
    assert "Sign out everywhere else" in page.text
    page = browser.post("/account/sessions", {"csrf_token": _token(browser)})
    assert "Your other sessions have ended" in page.text
    assert other.get("/app").path.startswith("/login")
    assert browser.get("/app").path == "/app"


def _token_shown(site: Site, page: Page) -> str:
    return next(
        part.partition('"')[0] for part in page.source.split('value="') if part.startswith(f"{site.tenant.name}.")
    )


def test_a_key_is_shown_once_and_works_until_it_is_revoked(site: Site, browser: Browser) -> None:
    form = browser.get("/account/keys").form("/account/keys/new")
    page = browser.send(form, {"name": "Nightly import", "scope": ["metadata", "records:read"], "days": "30"})
    token = _token_shown(site, page)
    assert site.get("/api/v1/objects", token=token).status_code == 200
    assert site.get("/api/v1/api-keys", token=token).status_code == 403
    again = browser.get("/account/keys")
    assert "Nightly import" in again.text
    assert "Read all records, Change objects, fields, rules and layouts" in again.text
    assert "Nightly import" in browser.get("/account").text
    assert token not in again.source
    revoked = browser.send(again.form("/account/keys/revoke"), {"key": _key_id(again, "Nightly import")})
    assert "API key revoked" in revoked.text
    assert site.get("/api/v1/objects", token=token).status_code == 401


def test_a_key_for_single_kinds_of_records_from_some_places(site: Site, browser: Browser) -> None:
    form = browser.get("/account/keys").form("/account/keys/new")
    given = {"name": "Web form", "scope": [], "object.deal": "write", "networks": "10.1.2.3, 192.0.2.0/24"}
    page = browser.send(form, given)
    token = _token_shown(site, page)
    assert "Read and change: Deals · from 10.1.2.3/32, 192.0.2.0/24" in page.text
    assert site.get("/api/v1/records/deal", token=token).status_code == 200
    assert site.get("/api/v1/records/account", token=token).status_code == 403


def test_a_key_is_replaced_by_another(site: Site, browser: Browser) -> None:
    made = browser.send(browser.get("/account/keys").form("/account/keys/new"), {"name": "Replace me"})
    old = _token_shown(site, made)
    given = {"csrf_token": _token(browser), "key": _key_id(made, "Replace me")}
    page = browser.post("/account/keys/replace", given)
    new = _token_shown(site, page)
    assert new != old
    assert "The one that it replaces works until" in page.text
    assert [site.get("/api/v1/objects", token=token).status_code for token in (old, new)] == [200, 200]
    assert browser.post("/account/keys/replace", given).path == "/account/keys"


def test_after_a_while_a_new_key_asks_who_one_is_and_then_is_made(site: Site, browser: Browser) -> None:
    form = browser.get("/account/keys").form("/account/keys/new")
    age_sessions(site, timedelta(hours=1))
    asked = browser.send(form, {"name": "Later", "scope": ["records:read", "metadata"]})
    assert "Confirm that it is you" in asked.text
    made = browser.send(asked.form("/account/keys/new"), {"confirm_password": PASSWORD})
    assert "This is the key “Later”" in made.text
    assert "Read all records, Change objects" in made.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "  "}, "Say what the key is for"),
        ({"name": "x" * 101}, "Say what the key is for"),
        ({"name": "a\x00b"}, "Say what the key is for"),
        ({"name": "key", "scope": []}, "Choose what the key may do."),
        ({"name": "key", "scope": ["everything"]}, "Choose what the key may do."),
        ({"name": "key", "days": "9999"}, "Choose how long it works."),
        ({"name": "key", "networks": "at home"}, "Addresses and networks such as"),
    ],
)
def test_what_is_wrong_with_a_key_is_said_and_no_key_is_made(
    browser: Browser, given: dict[str, Value], said: str
) -> None:
    page = browser.send(browser.get("/account/keys").form("/account/keys/new"), given)
    assert page.status == 422
    assert said in page.text


def _key_id(page: Page, name: str) -> str:
    row = page.source.split(f'<span class="strong d-block cut">{name}')[1]
    return row.split('name="key" value="')[1].partition('"')[0]


@pytest.mark.parametrize(
    ("current", "new", "again", "said"),
    [
        (PASSWORD, "a long sentence", "another sentence", "The two are not the same."),
        (PASSWORD, "short", "short", "It must have 10 to 256 characters."),
        ("wrong", "a long sentence", "a long sentence", "That is not your password."),
    ],
)
def test_what_is_wrong_with_a_password_is_said_beside_it(
    browser: Browser, current: str, new: str, again: str, said: str
) -> None:
    given = {"csrf_token": _token(browser), "current": current, "new": new, "again": again}
    page = browser.post("/account/password", given)
    assert page.status == 422
    assert said in page.text
    assert new not in page.answer.text


@pytest.mark.parametrize(
    ("agent", "name", "icon"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
            "Firefox on Linux",
            "device-desktop",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0) Version/26.0 Mobile Safari/604.1",
            "Safari on iPhone",
            "device-mobile",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/150.0 Safari/537.36 Edg/150.0", "Edge on Windows", "device-desktop"),
        ("python-httpx/1.0", "python-httpx", "device-desktop"),
        (None, "Unknown program", "device-desktop"),
    ],
)
def test_a_browser_is_named_as_its_owner_would(agent: str | None, name: str, icon: str) -> None:
    assert device_of(agent, words_of("en")) == (name, icon)


def _token(browser: Browser) -> str:
    page = browser.get("/account")
    return dict(page.form("/account/password").values)["csrf_token"]


def test_one_sees_how_one_signed_in_and_what_failed(site: Site) -> None:
    _, token = site.user("wang")
    wang = Browser(site)
    assert wang.sign_in("wang", "not this one").status == 401
    wang.sign_in("wang")
    assert "Wrong password" in wang.get("/account").text
    page = wang.get("/account/sign-ins")
    assert page.text.index("Signed in") < page.text.index("Wrong password")
    assert "10.1.2.3" in page.text
    found = site.get("/api/v1/sign-ins?limit=5", token=token).json()["sign_ins"]
    assert [one["outcome"] for one in found] == ["succeeded", "wrong_password"]
    older = site.get(f"/api/v1/sign-ins?before={found[0]['id']}", token=token).json()["sign_ins"]
    assert older == found[1:]
    assert site.get("/api/v1/sign-ins?before=x", token=token).status_code == 400


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("short", "10 to 256"),
        ("Password1234", "easy to guess. A sentence"),
        ("the admin is me", "your own name"),
    ],
)
def test_a_new_password_that_will_not_do_is_told_why(browser: Browser, new: str, said: str) -> None:
    form = browser.get("/account").form("/account/password")
    page = browser.send(form, {"current": PASSWORD, "new": new, "again": new})
    assert (page.status, said in page.text) == (422, True)
