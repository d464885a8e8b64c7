"""The pages about users, and the page that an invitation leads to."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from tests.builder_ui.browser import Browser, Page
from tests.trellis.api.ages import age_sessions
from tests.trellis.api.sites import PASSWORD, Site

NEW = {
    "username": "mei",
    "name": "Mei Chen",
    "email": "mei@example.com",
    "language": "zh-Hans",
    "time_zone": "Asia/Shanghai",
}
SENTENCE = "a sentence is better"
NOBODY = "01890000-0000-7000-8000-000000000000"


def _add(browser: Browser, **values: str) -> Page:
    form = browser.get("/builder/users/new").form("/builder/users/new")
    return browser.send(form, {**NEW, **values})


def _link(page: Page) -> str:
    found = re.search(r'value="[^"]*(/welcome/[^"]+)"', page.answer.text)
    assert found, page.text
    return found[1]


def test_a_new_user_sets_a_password_by_the_link_and_signs_in(site: Site, browser: Browser) -> None:
    page = _add(browser, username="mei1", email="mei1@example.com")
    link = _link(page)
    guest = Browser(site)
    welcome = guest.get(link)
    assert "欢迎，Mei Chen" in welcome.text
    done = guest.post(link, {"new": SENTENCE, "again": SENTENCE})
    assert done.path.startswith("/login")
    assert Browser(site).sign_in("mei1", SENTENCE).path == "/app"
    assert guest.get(link).status == 404
    assert link not in browser.get(page.path).answer.text


@pytest.mark.parametrize(
    ("new", "again", "said"), [("short", "short", "10"), (SENTENCE, "another sentence", "两次输入的密码不一致。")]
)
def test_a_password_that_will_not_do_leaves_the_link_as_it_was(
    site: Site, browser: Browser, new: str, again: str, said: str
) -> None:
    number = len(new)
    link = _link(_add(browser, username=f"mei{number}x", email=f"mei{number}x@example.com"))
    guest = Browser(site)
    page = guest.post(link, {"new": new, "again": again})
    assert page.status == 422
    assert said in page.text
    assert guest.get(link).status == 200


@pytest.mark.parametrize("link", ["/welcome/x", "/welcome/nowhere.x", "/welcome/" + "x" * 500, "/welcome/%00.x"])
def test_a_link_that_nobody_made_says_so(site: Site, link: str) -> None:
    guest = Browser(site)
    assert "This link holds no longer" in guest.get(link).text
    assert guest.post(link, {"new": SENTENCE, "again": SENTENCE}).status == 404


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(browser: Browser) -> None:
    page = _add(browser, username="no spaces", email="nobody")
    assert page.status == 422
    assert "Letters, digits" in page.text
    assert "Type one e-mail address" in page.text
    assert ("name", "Mei Chen") in page.form("/builder/users/new").values


def test_freezing_somebody_signs_them_out_and_letting_in_lets_them_in(site: Site, browser: Browser) -> None:
    page = _add(browser, username="tom", email="tom@example.com", name="Tom")
    Browser(site).post(_link(page), {"new": SENTENCE, "again": SENTENCE})
    tom = Browser(site)
    assert tom.sign_in("tom", SENTENCE).path == "/app"
    address = page.form("/builder/users/").action
    token = dict(browser.get(address).form(address).values)["csrf_token"]
    page = browser.post(f"{address}/freeze", {"csrf_token": token, "do": "freeze"})
    assert "Tom is frozen and signed out" in page.text
    assert tom.get("/app").path.startswith("/login")
    browser.post(f"{address}/freeze", {"csrf_token": token, "do": "let in"})
    assert tom.sign_in("tom", SENTENCE).path == "/app"


def test_users_are_for_administrators(site: Site, browser: Browser) -> None:
    site.user("clerk9")
    guest = Browser(site)
    guest.sign_in("clerk9", PASSWORD)
    assert guest.get("/builder/users").status == 403
    assert browser.get("/builder/users/01890000-0000-7000-8000-000000000000").status == 404


def test_who_failed_too_often_is_seen_and_let_in(site: Site, browser: Browser) -> None:
    li, token = site.user("lili")
    statuses = [Browser(site).sign_in("lili", "not this one").status for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    refused = _sign_in_answer(site, "lili")
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    page = browser.get(f"/builder/users/{li.id}")
    assert "Failed too often" in page.text
    assert "Wrong password" in browser.get(f"/builder/users/{li.id}/sign-ins").text
    assert site.get(f"/api/v1/users/{li.id}/lock").json()["locked_until"]
    page = browser.post(f"/builder/users/{li.id}/unlock", {"csrf_token": dict(page.forms[0].values)["csrf_token"]})
    assert "The wait is over" in page.text
    assert "Failed too often" not in page.text
    assert Browser(site).sign_in("lili").path == "/app"
    assert site.get(f"/api/v1/users/{li.id}/lock").json() == {"locked_until": None}
    for method, path in (("GET", "sign-ins"), ("GET", "lock"), ("DELETE", "lock")):
        assert site.request(method, f"/api/v1/users/{li.id}/{path}", token=token).status_code == 403
        assert site.request(method, f"/api/v1/users/{NOBODY}/{path}").status_code == 404
    assert site.request("DELETE", f"/api/v1/users/{li.id}/lock").status_code == 204


def _sign_in_answer(site: Site, username: str) -> httpx.Response:
    body = {"tenant": site.tenant.name, "username": username, "password": PASSWORD}
    return site.post("/api/v1/session", body, token=None)


def test_after_a_while_a_change_of_a_user_asks_who_one_is(site: Site, browser: Browser) -> None:
    user, _ = site.user("asked_first")
    form = browser.get(f"/builder/users/{user.id}").form(f"/builder/users/{user.id}")
    age_sessions(site, timedelta(hours=1))
    values = {**dict(form.values), "name": "Asked First"}
    asked = browser.post(f"/builder/users/{user.id}", values)
    assert asked.status == 403
    assert "Confirm that it is you" in asked.text
    waiting = dict(asked.form(f"/builder/users/{user.id}").values)
    assert waiting["name"] == "Asked First"
    wrong = browser.post(f"/builder/users/{user.id}", {**waiting, "confirm_password": "not it, I fear"})
    assert "That is not your password." in wrong.text
    right = browser.post(f"/builder/users/{user.id}", {**waiting, "confirm_password": PASSWORD})
    assert "Asked First saved" in right.text


def test_after_a_while_letting_somebody_in_and_giving_rights_ask_who_one_is(site: Site, browser: Browser) -> None:
    user, _ = site.user("let_in_later")
    site.request("PATCH", f"/api/v1/users/{user.id}", json={"is_active": False})
    token = dict(browser.get(f"/builder/users/{user.id}").form(f"/builder/users/{user.id}").values)["csrf_token"]
    age_sessions(site, timedelta(hours=1))
    tried = {
        f"/builder/users/{user.id}/freeze": {"do": "let in"},
        **{f"/builder/{kind}/x": {"do": "save"} for kind in ("roles", "teams", "permission_sets", "permission_groups")},
    }
    for path, values in tried.items():
        asked = browser.post(path, {**values, "csrf_token": token})
        assert (asked.status, "Confirm that it is you" in asked.text) == (403, True), path
    assert site.get(f"/api/v1/users/{user.id}").json()["is_active"] is False


def test_keys_and_passkeys_of_a_user_are_seen_and_taken_away(site: Site, browser: Browser) -> None:
    user, token = site.user("keeper_of_keys")
    page = browser.get(browser.get(f"/builder/users/{user.id}").links(f"/builder/users/{user.id}/keys")[0])
    assert token[: len(site.tenant.name) + 7] in page.text
    assert "Everything its user may" in page.text
    form = page.form(f"/builder/users/{user.id}/keys/revoke")
    key_id = page.source.split('name="key" value="')[1].partition('"')[0]
    assert "API key revoked" in browser.send(form, {"key": key_id}).text
    assert site.get("/api/v1/objects", token=token).status_code == 401
    gone = {"csrf_token": dict(form.values)["csrf_token"], "passkey": key_id}
    assert "Passkey removed" in browser.post(f"/builder/users/{user.id}/keys/remove", gone).text
