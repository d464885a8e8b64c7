"""Requests that somebody else's page, letter or script has a browser send. Every address that changes something is tried, those that a
later part adds, too: the routes are asked, not listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.routing import Mount, Route

from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site
from trellis.api.identity import SAFE_METHODS
from trellis.api.resource import OpenMethod, Resource
from trellis.edge.sites import TOKENS

# The pages are the same on every database.
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)

# Posts that show no CSRF token, and why that is no way in. Each is refused when another site's page sends it, as all others are.
WITHOUT_TOKEN = {
    "/login": "nobody is signed in yet",
    "/login/code": "nobody is signed in yet, and the code is the proof",
    "/login/app": "nobody is signed in yet, and the code is the proof",
    "/login/passkey": "nobody is signed in yet",
    "/login/passkey/options": "nobody is signed in yet",
    "/welcome/{token}": "the link is the right to it",
    "/unsubscribe/{tenant}/{token}": "the link is the right to it, and mail programs post to it (RFC 8058)",
}
FROM_ELSEWHERE = (
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
)


def changing(site: Site, *, with_open: bool = False) -> Iterator[tuple[str, str, bool]]:
    """Method, path and whether it is of the API, of every address that is no mere reading. `with_open`: also of those that see for
    themselves who asks."""
    for route in site.app.router.routes:
        if isinstance(route, Mount):
            assert route.path == "/static", "what is mounted is tried here, too"
            continue
        assert isinstance(route, Route)
        if isinstance(route.endpoint, Resource):
            for method, how in route.endpoint._methods.items():
                if method not in SAFE_METHODS and (with_open or not isinstance(how, OpenMethod)):
                    yield method, route.path, True
        else:
            yield from ((method, route.path, False) for method in (route.methods or {"POST"}) - SAFE_METHODS)


def send(browser: Browser, method: str, path: str, headers: dict[str, str], **options: Any) -> httpx.Response:
    filled = re.sub(r"\{\w+(:\w+)?\}", "x", path.replace("{tenant}", browser.site.tenant.name))

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(browser.site.app, raise_app_exceptions=False, client=("10.1.2.3", 4444))
        async with httpx.AsyncClient(transport=transport, base_url="http://test", cookies=browser.cookies) as client:
            return await client.request(method, filled, headers=headers, **options)

    return browser.site.run(request())


def test_nothing_changes_without_the_sessions_token(site: Site, browser: Browser) -> None:
    tried, missed = 0, []
    for method, path, is_api in changing(site):
        if path in WITHOUT_TOKEN:
            continue
        tried += 1
        if is_api:
            answer = send(browser, method, path, {"X-CSRF-Token": "guessed"}, json={})
            is_refused = answer.status_code == 403 and answer.json()["code"] == "csrf_refused"
        else:
            answer = send(browser, method, path, {}, data={"csrf_token": "guessed"})
            is_refused = answer.status_code == 403 and "This page is too old" in answer.text
        if not is_refused:
            missed.append((method, path, answer.status_code))
    assert missed == []
    assert tried > 80


def test_what_asks_for_no_token_is_known_and_still_there(site: Site, browser: Browser) -> None:
    assert set(WITHOUT_TOKEN) <= {path for _, path, _ in changing(site)}


@pytest.mark.parametrize("headers", FROM_ELSEWHERE, ids=["browser", "old browser", "nameless"])
def test_nothing_changes_for_another_sites_page(site: Site, browser: Browser, headers: dict[str, str]) -> None:
    token = dict(browser.get("/account").form("/account/password").values)["csrf_token"]
    missed = []
    for method, path, is_api in changing(site, with_open=True):
        if TOKENS.fullmatch(path):
            continue
        shown: dict[str, Any] = {"json": {}} if is_api else {"data": {"csrf_token": token}}
        answer = send(browser, method, path, {**headers, "X-CSRF-Token": token}, **shown)
        if answer.status_code != 403 or "another site" not in answer.text.lower():
            missed.append((method, path, answer.status_code))
    assert missed == []


def test_another_sessions_token_does_not_do(site: Site, browser: Browser) -> None:
    other = Browser(site)
    other.sign_in()
    token = dict(other.get("/account").form("/account/password").values)["csrf_token"]
    answer = send(browser, "POST", "/preferences", {}, data={"csrf_token": token, "theme": "dark"})
    assert answer.status_code == 403


def test_every_form_of_a_signed_in_page_shows_the_token(site: Site, browser: Browser) -> None:
    record = site.create("deal", name="Shown")
    paths = (
        "/app",
        "/app/deal",
        f"/app/deal/{record}",
        "/app/deal/new",
        "/account",
        "/builder",
        "/builder/objects/deal",
    )
    for path in paths:
        for form in browser.get(path).forms:
            if form.method.lower() == "post":
                assert dict(form.values).get("csrf_token"), (path, form.action)
