"""Signing in and out, and what happens to people who are not signed in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from builder_ui.visit import safe_path
from tests.builder_ui.browser import Browser, Page
from tests.trellis.api.sites import PASSWORD, Site
from trellis.security.users import get_user


def test_the_right_password_leads_to_home(site: Site) -> None:
    page = Browser(site).sign_in()
    assert page.status == 200
    assert page.path == "/app"
    assert "Admin" in page.text


def test_a_wrong_password_says_so_and_keeps_the_user_name(site: Site) -> None:
    page = Browser(site).sign_in(password="wrong")
    assert page.status == 401
    assert "The user name or the password is wrong." in page.text
    assert ("username", "admin") in page.forms[0].values


def test_an_unknown_workspace_is_answered_like_a_wrong_password(site: Site) -> None:
    page = Browser(site).post("/login", {"tenant": "nowhere", "username": "admin", "password": PASSWORD})
    assert page.status == 401
    assert "The user name or the password is wrong." in page.text


def test_one_comes_back_to_the_page_that_was_asked_for(site: Site) -> None:
    browser = Browser(site)
    asked = browser.get("/app/deal?view=open")
    assert asked.path.startswith("/login?next=")
    page = browser.send(asked.form("/login"), {"tenant": site.tenant.name, "username": "admin", "password": PASSWORD})
    assert page.path == "/app/deal?view=open"


def test_the_workspace_in_the_address_needs_no_field(site: Site) -> None:
    page = Browser(site).get(f"/login?tenant={site.tenant.name}")
    assert "Workspace" not in page.text
    assert ("tenant", site.tenant.name) in page.form("/login").values


def test_the_page_speaks_chinese_when_asked_to(site: Site) -> None:
    browser = Browser(site)
    assert "登录 Trellis" in browser.get("/login?lang=zh-Hans").text
    assert "登录 Trellis" in browser.get("/login").text


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "app", "/a\nb", None, ""],
)
def test_nobody_is_sent_to_another_site(path: str | None) -> None:
    assert safe_path(path, "/app") == "/app"


def test_a_path_with_a_query_is_kept() -> None:
    assert safe_path("/app/deal?view=open&filter=a%20%3D%201", "/app") == "/app/deal?view=open&filter=a%20%3D%201"


def test_htmx_is_told_to_go_to_the_sign_in_page(site: Site) -> None:
    page = Browser(site).get("/app/notifications/panel", headers={"HX-Request": "true"})
    assert page.status == 204
    assert page.answer.headers["hx-redirect"].startswith("/login")


def test_signing_out_ends_the_session(site: Site) -> None:
    browser = Browser(site)
    home = browser.sign_in()
    old = browser.cookies.get("trellis_session")
    assert browser.send(home.form("/logout")).path.startswith("/login")
    browser.cookies.set("trellis_session", old or "", domain="test")
    assert browser.get("/app").path.startswith("/login")


def test_an_old_cookie_is_replaced_by_the_way(site: Site, browser: Browser) -> None:
    old = browser.cookies["trellis_session"]
    browser.get("/app")
    assert browser.cookies["trellis_session"] == old
    credential = site.tenant.tables.credential
    aged = credential.update().values(rotated_at=datetime(2026, 1, 1, tzinfo=UTC))
    if site.tenant.database.dialect == "sqlite":
        aged = credential.update().values(rotated_at="2026-01-01T00:00:00.000Z")
    site.run(site.tenant.database.run(lambda connection: connection.execute(aged)))
    browser.get("/app")
    new = browser.cookies["trellis_session"]
    assert new != old
    assert browser.get("/app").path == "/app"
    assert browser.cookies["trellis_session"] == new


def test_signing_in_anew_ends_the_session_that_the_browser_had(site: Site, browser: Browser) -> None:
    old = browser.cookies["trellis_session"]
    browser.sign_in()
    other = Browser(site)
    other.cookies.set("trellis_session", old, domain="test")
    assert other.get("/app").path.startswith("/login")


def test_a_form_without_its_token_changes_nothing(browser: Browser) -> None:
    page = browser.post("/app/account/new", {"f.name": "Forged", "csrf_token": "wrong"})
    assert page.status == 403
    assert "This page is too old" in page.text
    assert "Forged" not in browser.get("/app/account").text


def _prefer(browser: Browser, **chosen: str) -> Page:
    token = dict(browser.get("/app").form("/preferences").values)["csrf_token"]
    return browser.post("/preferences", {"csrf_token": token, "back": "/app/deal", **chosen})


def test_the_language_is_kept_with_the_user_and_the_theme_in_the_browser(site: Site) -> None:
    mei, _ = site.user("mei")
    browser = Browser(site)
    browser.sign_in("mei")
    page = _prefer(browser, language="zh-Hans", theme="dark")
    assert page.path == "/app/deal"
    assert 'lang="zh-Hans" data-bs-theme="dark"' in page.source
    assert site.run(get_user(site.tenant, "mei")).language == "zh-Hans"
    elsewhere = Browser(site)
    assert 'lang="zh-Hans" data-bs-theme="light"' in elsewhere.sign_in("mei", language="").source
    assert "登录 Trellis" in elsewhere.send(elsewhere.get("/app").form("/logout")).text
    actor = site.run(site.runtime.identities.identify(browser.cookies["trellis_session"], fresh=False)).actor
    assert (actor.user_id, actor.language) == (mei.id, "zh-Hans")


def test_a_language_chosen_on_the_sign_in_page_becomes_ones_own_even_after_a_wrong_password(site: Site) -> None:
    site.user("bo")
    browser = Browser(site)
    page = browser.get(f"/login?lang=zh-Hans&tenant={site.tenant.name}")
    page = browser.send(page.form("/login"), {"username": "bo", "password": "wrong"})
    assert page.status == 401
    assert 'lang="zh-Hans"' in browser.send(page.form("/login"), {"password": PASSWORD}).source
    assert site.run(get_user(site.tenant, "bo")).language == "zh-Hans"


def test_a_language_that_there_is_not_changes_nothing(site: Site) -> None:
    site.user("lu")
    browser = Browser(site)
    assert 'lang="en"' in browser.sign_in("lu", language="tlh").source
    assert 'lang="en"' in _prefer(browser, language="tlh").source


def test_people_without_rights_see_who_can_grant_them(site: Site) -> None:
    site.user("clerk")
    browser = Browser(site)
    assert browser.sign_in("clerk").status == 200
    page = browser.get("/builder")
    assert page.status == 403
    assert "An administrator" in page.text
    assert page.answer.headers["x-request-id"] in page.text


@pytest.mark.parametrize(
    "path", ["/app/nothing", "/app/deal/not-an-id", "/app/a/b/c/d", "/builder/nowhere", "/builder/objects/x"]
)
def test_what_is_not_there_has_a_friendly_page(browser: Browser, path: str) -> None:
    page = browser.get(path)
    assert page.status == 404
    assert "There is nothing here" in page.text
    assert "Traceback" not in page.source


def test_the_page_says_who_works_by_api_only(site: Site) -> None:
    browser = Browser(site)
    assert "This user works by API only and cannot sign in here." in browser.get("/login?refused=api_only").text
    assert "此用户只能通过 API 工作" in browser.get("/login?refused=api_only&lang=zh-Hans").text
