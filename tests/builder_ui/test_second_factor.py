"""Setting up an authenticator app, signing in with its codes and with recovery codes, and taking it away. On both databases."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.builder_ui.browser import Browser, Page
from tests.trellis.api.sites import PASSWORD, Site
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor
from trellis.security.second_factor.totp import STEP_S, code_at

FACTOR = "/account/second-factor"


def _secret(page: Page) -> str:
    found = re.search(r'class="t-secret">([A-Z2-7 ]+)<', page.source)
    assert found, page.text
    assert 'class="t-qr"' in page.source
    return found[1].replace(" ", "")


def _codes(page: Page) -> list[str]:
    return re.findall(r"<li><code>([a-z2-9-]{29})</code></li>", page.source)


def _next_code(secret: str, after: int = 0) -> str:
    """A code that has not been shown: each works once, and the one of the next half minute holds already."""
    return code_at(secret, datetime.now(UTC) + timedelta(seconds=after * STEP_S))


def _set_up(site: Site, username: str) -> tuple[Browser, str, list[str]]:
    site.user(username)
    browser = Browser(site)
    browser.sign_in(username)
    page = browser.send(browser.get(FACTOR).form(f"{FACTOR}/begin"))
    secret = _secret(page)
    assert browser.send(page.form(f"{FACTOR}/confirm"), {"code": "000000"}).status == 422
    page = browser.send(page.form(f"{FACTOR}/confirm"), {"code": _next_code(secret)})
    codes = _codes(page)
    assert len(codes) == 10
    assert codes[0] not in browser.get(FACTOR).source
    return browser, secret, codes


def _password_alone(site: Site, username: str) -> tuple[Browser, Page]:
    browser = Browser(site)
    page = browser.sign_in(username)
    assert page.path.startswith("/login/code")
    assert "trellis_session" not in browser.cookies
    assert browser.get("/app").path.startswith("/login")
    return browser, page


def test_who_has_set_up_an_app_signs_in_in_two_steps(site: Site) -> None:
    used, secret, codes = _set_up(site, "mei2")
    browser, page = _password_alone(site, "mei2")
    wrong = browser.send(page.form("/login/code"), {"code": "000000"})
    assert (wrong.status, "That code is wrong" in wrong.text) == (401, True)
    code = _next_code(secret, 1)
    assert browser.send(page.form("/login/code"), {"code": code}).path == "/app"
    again, page = _password_alone(site, "mei2")
    assert again.send(page.form("/login/code"), {"code": code}).status == 401
    assert again.send(page.form("/login/code"), {"code": codes[0].upper()}).path == "/app"
    other, page = _password_alone(site, "mei2")
    assert other.send(page.form("/login/code"), {"code": codes[0]}).status == 401
    history = used.get("/account/sign-ins").text
    for said in ("Signed in with a code of the app", "Signed in with a recovery code", "Wrong code"):
        assert said in history
    off = used.send(used.get(FACTOR).form(f"{FACTOR}/off"), {"code": codes[0]})
    assert off.status == 422
    page = used.send(used.get(FACTOR).form(f"{FACTOR}/codes"), {"code": codes[1]})
    fresh = _codes(page)
    assert not set(fresh) & set(codes)
    page = used.send(used.get(FACTOR).form(f"{FACTOR}/off"), {"code": fresh[0]})
    assert "The second factor is off" in page.text
    assert Browser(site).sign_in("mei2").path == "/app"


def test_five_wrong_codes_end_a_sign_in_and_more_make_one_wait(site: Site) -> None:
    _, secret, _ = _set_up(site, "bo2")
    for _ in range(2):
        browser, page = _password_alone(site, "bo2")
        statuses = [browser.send(page.form("/login/code"), {"code": "000000"}).status for _ in range(5)]
        assert statuses == [401] * 5
        late = browser.send(page.form("/login/code"), {"code": _next_code(secret, 1)})
        assert late.path.startswith("/login?expired")
    browser, page = _password_alone(site, "bo2")
    assert browser.send(page.form("/login/code"), {"code": _next_code(secret, 1)}).status == 429


def test_over_http_the_first_step_opens_nothing(site: Site) -> None:
    _, secret, codes = _set_up(site, "lu2")
    body = {"tenant": site.tenant.name, "username": "lu2", "password": PASSWORD}
    first = site.post("/api/v1/session", body, token=None)
    assert (first.status_code, first.json()["next_step"]) == (202, "second_factor")
    token = first.json()["token"]
    assert "set-cookie" not in first.headers
    assert site.get("/api/v1/objects", token=token).status_code == 401
    assert site.get("/api/v1/objects", token=None, headers={"Cookie": f"trellis_session={token}"}).status_code == 401
    path = "/api/v1/session/second-factor"
    wrong = site.post(path, {"token": token, "code": "0"}, token=None)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")
    right = site.post(path, {"token": token, "code": codes[3]}, token=None)
    assert (right.status_code, "csrf_token" in right.json()) == (201, True)
    again = site.post(path, {"token": token, "code": _next_code(secret, 1)}, token=None)
    assert (again.status_code, again.json()["code"]) == (401, "sign_in_expired")
    for guess in ("", "x", f"{site.tenant.name}.x", "nowhere.x"):
        assert site.post(path, {"token": guess, "code": "1"}, token=None).json()["code"] == "sign_in_expired"


def test_an_administrator_takes_away_the_second_factor_of_who_lost_it(site: Site, browser: Browser) -> None:
    _set_up(site, "an2")
    users = site.get("/api/v1/users").json()["users"]
    user_id = next(user["id"] for user in users if user["username"] == "an2")
    _, token = site.user("nosy2")
    assert site.request("DELETE", f"/api/v1/users/{user_id}/second-factor", token=token).status_code == 403
    page = browser.get(f"/builder/users/{user_id}")
    assert "Take away the second factor" in page.text
    token = dict(page.forms[0].values)["csrf_token"]
    page = browser.post(f"/builder/users/{user_id}/second-factor", {"csrf_token": token})
    assert "The second factor is taken away" in page.text
    assert Browser(site).sign_in("an2").path == "/app"
    assert site.request("DELETE", f"/api/v1/users/{user_id}/second-factor").status_code == 204


def test_who_signs_in_where_one_is_demanded_sets_up_an_app_first(site: Site) -> None:
    site.user("wei2")
    actor = Actor(user_id=site.admin.id, name="Admin", email="", is_admin=True, channel="cli")
    change = SourceChange(files={"organization.yaml": "second_factor: required\n"})
    site.run(deploy(site.tenant, actor, change))
    try:
        browser = Browser(site)
        page = browser.sign_in("wei2")
        assert page.path.startswith("/login/app")
        assert "trellis_session" not in browser.cookies
        secret = _secret(page)
        assert _secret(browser.get("/login/app")) == secret
        assert browser.send(page.form("/login/app"), {"code": "000000"}).status == 401
        page = browser.send(page.form("/login/app"), {"code": _next_code(secret)})
        assert len(_codes(page)) == 10
        assert browser.get("/app").path == "/app"
        assert not [form for form in browser.get(FACTOR).forms if form.action == f"{FACTOR}/off"]
        csrf_token = dict(browser.get(FACTOR).forms[0].values)["csrf_token"]
        page = browser.post(f"{FACTOR}/off", {"csrf_token": csrf_token, "code": "1"})
        assert "The second factor is off" not in page.text
    finally:
        site.run(deploy(site.tenant, actor, SourceChange(files={"organization.yaml": None})))


def test_a_new_password_ends_sign_ins_that_were_begun_with_the_old_one(site: Site) -> None:
    used, secret, _ = _set_up(site, "li2")
    browser, page = _password_alone(site, "li2")
    new = "a sentence is better"
    used.send(used.get("/account").form("/account/password"), {"current": PASSWORD, "new": new, "again": new})
    late = browser.send(page.form("/login/code"), {"code": _next_code(secret, 1)})
    assert late.path.startswith("/login?expired")


@pytest.mark.parametrize("path", ["/login/code", "/login/app"])
def test_without_the_first_step_there_is_no_second(path: str, site: Site) -> None:
    browser = Browser(site)
    assert browser.get(path).path.startswith("/login?expired")
    assert browser.post(path, {"code": "123456"}).path.startswith("/login?expired")
