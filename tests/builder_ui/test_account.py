"""The account page: password, sessions, API keys."""

from __future__ import annotations

import pytest

from builder_ui.account.devices import device_of
from builder_ui.translation import words_of
from tests.builder_ui.browser import Browser
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


def test_a_key_is_shown_once_and_works_until_it_is_revoked(site: Site, browser: Browser) -> None:
    page = browser.post("/account/keys", {"csrf_token": _token(browser), "name": "Nightly import"})
    token = next(
        part.partition('"')[0] for part in page.answer.text.split('value="') if part.startswith(f"{site.tenant.name}.")
    )
    assert site.get("/api/v1/objects", token=token).status_code == 200
    again = browser.get("/account")
    assert "Nightly import" in again.text
    assert token not in again.answer.text
    key_id = again.answer.text.split('name="key" value="')[1].partition('"')[0]
    assert "API key revoked" in browser.post("/account/keys", {"csrf_token": _token(browser), "key": key_id}).text
    assert site.get("/api/v1/objects", token=token).status_code == 401


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\x00b"])
def test_a_key_without_a_proper_name_is_not_made(browser: Browser, name: str) -> None:
    page = browser.post("/account/keys", {"csrf_token": _token(browser), "name": name})
    assert page.status == 422
    assert "Say what the key is for" in page.text


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
    return dict(page.form("/account/keys").values)["csrf_token"]


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
