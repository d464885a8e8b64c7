"""What every answer carries, and what is refused before anybody asks what it is about."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.trellis.api.sites import Site, open_site
from tests.trellis.api.sources import FILES
from trellis.api.app import create_app
from trellis.edge.headers import CONTENT_SECURITY_POLICY, content_policy

LEADS = "/api/v1/records/lead"
SHOP, EVIL = "https://shop.example.com", "https://evil.example"
FROM_SHOP = {"Origin": SHOP, "Sec-Fetch-Site": "cross-site"}
FROM_EVIL = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}
ORGANIZATION = f"name: Kestrel\nallowed_origins: ['{SHOP}', 'http://localhost:3000']\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The edge knows no database: one will do."""
    with open_site("", tmp_path_factory.mktemp("edge"), {**FILES, "organization.yaml": ORGANIZATION}) as opened:
        yield opened


@pytest.fixture
def with_settings(site: Site, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the site's application anew, under other settings."""

    def change(**settings: object) -> Site:
        runtime = replace(site.runtime, settings=replace(site.runtime.settings, **settings))  # type: ignore[arg-type]
        monkeypatch.setattr(site, "app", create_app(runtime, with_web=False))
        return site

    return change


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", LEADS, 200),
        ("GET", "/health", 200),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/nowhere", 404),
        ("POST", LEADS, 415),
        ("BREW", LEADS, 405),
        ("TRACE", LEADS, 405),
        ("GET", "/api/v1/openapi.json", 200),
    ],
)
def test_every_answer_carries_the_headers(site: Site, method: str, path: str, status: int) -> None:
    for headers in ({}, {"Accept": "text/html"}):
        answer = site.request(method, path, headers=headers)
        assert answer.status_code == status
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in answer.headers["permissions-policy"]
        assert answer.headers["cache-control"] in ("no-store", "private, no-cache")
        assert answer.headers["x-request-id"]
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    directives = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))
    assert directives["default-src"] == "'none'"
    assert set(directives.values()) <= {"'none'", "'self'", "'self' data:"}
    assert [name for name, sources in directives.items() if "data:" in sources] == ["img-src"]
    assert directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    assert "form-action 'self' https://app.example;" in content_policy(form_action=("https://app.example",))


def test_a_fault_of_ours_carries_them_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("acme.oO9-Yx_kQ1Zr4hN7vT2bW8sEuJ6dLaMcFpGiXqRtVz0")

    monkeypatch.setattr(site.runtime.identities, "identify", break_down)
    answer = site.get(LEADS)
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "RuntimeError" not in answer.text


@pytest.mark.parametrize("settings", [{"secure_cookies": True}, {"base_url": "https://crm.example.com"}], ids=str)
def test_by_https_cookies_are_of_this_host_only(with_settings: Any, settings: dict[str, object]) -> None:
    site = with_settings(**settings)
    signed_in = site.sign_in()
    cookie, *attributes = signed_in.headers["set-cookie"].split("; ")
    assert cookie.startswith("__Host-trellis_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(attributes)
    assert not any(attribute.lower().startswith("domain") for attribute in attributes)
    assert signed_in.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert site.get(LEADS, token=None, headers={"Cookie": cookie}).status_code == 200
    planted = cookie.removeprefix("__Host-")
    assert site.get(LEADS, token=None, headers={"Cookie": planted}).status_code == 401


def test_https_of_a_named_proxy_counts_and_of_anybody_else_does_not(with_settings: Any) -> None:
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    assert "strict-transport-security" not in with_settings().get("/health", headers=said).headers
    site = with_settings(trusted_proxies="10.0.0.0/8")
    assert "strict-transport-security" in site.get("/health", headers=said).headers
    cookie = site.request("POST", "/api/v1/session", token=None, headers=said, json=_login(site)).headers["set-cookie"]
    sessions = site.get("/api/v1/sessions", token=None, headers={"Cookie": cookie.partition(";")[0], **said}).json()
    assert sessions["sessions"][0]["address"] == "203.0.113.9"


def test_people_who_come_by_http_are_led_on_and_programs_are_told(with_settings: Any) -> None:
    site = with_settings(base_url="https://crm.example.com", trusted_proxies="10.0.0.0/8")
    came = {"X-Forwarded-Proto": "http", "Host": "evil.example"}
    page = site.get("/app/lead?q=%2F%2Fx", headers={**came, "Accept": "text/html"}, token=None)
    assert (page.status_code, page.headers["location"]) == (308, "https://crm.example.com/app/lead?q=%2F%2Fx")
    for answer in (site.get(LEADS, headers=came), site.post("/login", headers={**came, "Accept": "text/html"})):
        assert answer.status_code == 400
        assert "https" in answer.text
    assert site.get("/health", headers=came).status_code == 200
    assert site.get(LEADS, headers={"X-Forwarded-Proto": "https"}).status_code == 200


def test_an_operator_hears_once_of_a_proxy_that_is_not_named(
    with_settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    said = {"X-Forwarded-For": "203.0.113.9"}
    for settings, times in (({}, 1), ({"trusted_proxies": "10.0.0.0/8"}, 0)):
        caplog.clear()
        site = with_settings(**settings)
        for _ in range(2):
            site.get("/health", headers=said)
        assert caplog.text.count("TRELLIS_TRUSTED_PROXIES") == times


def test_only_the_named_hosts_are_answered(with_settings: Any) -> None:
    site = with_settings(allowed_hosts="crm.example.com")
    assert site.get(LEADS, headers={"Host": "crm.example.com"}).status_code == 200
    refused = site.get(LEADS, headers={"Host": "evil.example"})
    assert (refused.status_code, refused.json()["code"]) == (400, "wrong_host")
    assert site.get("/health", headers={"Host": "10.0.0.7"}).status_code == 200


@pytest.mark.parametrize("policy", ["address", "user", "key"])
def test_too_many_requests_are_refused_until_the_next_window(with_settings: Any, policy: str) -> None:
    site = with_settings(**{f"rate_per_{policy}": "2/month"})
    first, second, third = (site.get(LEADS) for _ in range(3))
    assert [answer.status_code for answer in (first, second, third)] == [200, 200, 429]
    assert first.headers["ratelimit-policy"] == f'"{policy}";q=2;w=2592000'
    assert first.headers["ratelimit"].startswith(f'"{policy}";r=1;t=')
    assert third.json()["code"] == "too_many_requests"
    assert third.headers["ratelimit"].startswith(f'"{policy}";r=0;t=')
    assert int(third.headers["retry-after"]) > 0
    assert site.get("/health").status_code == 200
    _, other = site.user(f"other_{policy}", is_admin=True)
    assert site.get(LEADS, token=other).status_code == (429 if policy == "address" else 200)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_another_site_has_a_browser_send_changes_nothing(site: Site, method: str) -> None:
    cookie = site.sign_in().headers["set-cookie"].partition(";")[0]
    for headers in (FROM_EVIL, {"Origin": EVIL}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}, FROM_SHOP):
        answer = site.request(method, LEADS, token=None, headers={**headers, "Cookie": cookie}, json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_refused")
        assert "access-control-allow-origin" not in answer.headers


def test_no_other_site_signs_anybody_in(site: Site) -> None:
    answer = site.request("POST", "/api/v1/session", token=None, headers=FROM_SHOP, json=_login(site))
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_refused")
    assert "set-cookie" not in answer.headers


def test_a_browsers_question_beforehand_is_answered_without_credentials(site: Site) -> None:
    asking = {**FROM_SHOP, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}
    answer = site.request("OPTIONS", f"{LEADS}/1", token=None, headers=asking)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert "csrf" not in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    elsewhere = site.request("OPTIONS", "/login", token=None, headers=asking)
    assert "access-control-allow-origin" not in elsewhere.headers


def test_scripts_of_an_allowed_site_use_the_api_by_a_token(site: Site) -> None:
    for origin in (SHOP, "http://localhost:3000"):
        headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
        made = site.post(LEADS, {"last_name": "Lin"}, headers=headers)
        assert made.status_code == 201
        assert made.headers["access-control-allow-origin"] == origin
        assert "etag" in made.headers["access-control-expose-headers"]
        assert made.headers["vary"] == "Origin"
        wrong = site.post(LEADS, {"nonsense": 1}, headers=headers)
        assert (wrong.status_code, wrong.headers["access-control-allow-origin"]) == (422, origin)


@pytest.mark.parametrize("origin", [EVIL, "null", f"{SHOP}.evil.example", f"{SHOP}:8443", "http://shop.example.com"])
def test_scripts_of_other_sites_get_nothing_and_change_nothing(site: Site, origin: str) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
    before = site.get(LEADS, params={"count": "true"}).json()
    for answer in (site.get(LEADS, headers=headers), site.post(LEADS, {"last_name": "Lin"}, headers=headers)):
        assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")
        assert "access-control-allow-origin" not in answer.headers
    assert site.get(LEADS, params={"count": "true"}).json() == before


def test_a_session_is_never_shared_with_a_script_of_another_site(site: Site) -> None:
    cookie = site.sign_in().headers["set-cookie"].partition(";")[0]
    answer = site.get(LEADS, token=None, headers={**FROM_SHOP, "Cookie": cookie})
    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-credentials" not in answer.headers


def test_a_script_hears_that_its_token_has_ended(site: Site) -> None:
    answer = site.get(LEADS, token=f"{site.tenant.name}.ended", headers=FROM_EVIL)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, EVIL)


def test_programs_of_other_sites_get_tokens_where_no_cookie_counts(site: Site) -> None:
    path = f"/oauth/{site.tenant.name}/token"
    answer = site.request(
        "POST", path, token=None, headers=FROM_EVIL, data={"grant_type": "authorization_code", "code": "x"}
    )
    assert answer.headers["access-control-allow-origin"] == EVIL
    assert answer.json()["error"]
    assert "access-control-allow-credentials" not in answer.headers
    page = site.request("POST", f"/oauth/{site.tenant.name}/authorize", token=None, headers=FROM_EVIL)
    assert page.json()["code"] == "cross_site_refused"


def test_our_own_pages_are_no_other_site(site: Site) -> None:
    for headers in ({"Origin": "http://test"}, {"Sec-Fetch-Site": "same-origin", "Origin": "http://test"}):
        answer = site.post(LEADS, {"last_name": "Lin"}, headers=headers)
        assert answer.status_code == 201
        assert "access-control-allow-origin" not in answer.headers


def test_links_with_tokens_are_not_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    secret = "oO9-Yx_kQ1Zr4hN7vT2bW8sEuJ6dLaMcFpGiXqRtVz0"
    with caplog.at_level(logging.INFO, "trellis.http"):
        site.get(f"/welcome/acme.{secret}", token=None)
    assert "GET /welcome/acme.… from=10.1.2.3 by=- 404" in caplog.text
    assert secret not in caplog.text


def test_refusals_are_logged_with_who_and_from_where(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    user, token = site.user("curious")
    assert site.get("/api/v1/users", token=token).status_code == 403
    assert f"GET /api/v1/users from=10.1.2.3 by={site.tenant.name}.{user.id} 403" in caplog.text
    caplog.clear()
    site.get("/api/v1/nothing%0a2026-01-01 ERROR root: forged", headers=FROM_EVIL)
    site.post("/login%0aforged", headers=FROM_EVIL, token=None)
    assert "POST /login\\nforged from=10.1.2.3 by=- 403" in caplog.text
    assert len(caplog.records) == 1


def test_what_no_page_sends_and_who_is_not_known_is_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    assert site.post("/api/v1/query", ["x"]).status_code == 400
    assert site.get("/api/v1/users", token=f"{site.tenant.name}.guessed").status_code == 401
    assert [one.getMessage().split(" ")[-3] for one in caplog.records] == ["400", "401"]
    told = caplog.records[0].request  # type: ignore[attr-defined]  # an extra of the line
    assert (told["method"], told["path"], told["from"], told["status"]) == ("POST", "/api/v1/query", "10.1.2.3", 400)


def test_signing_out_clears_what_the_browser_keeps(site: Site) -> None:
    signed_in = site.sign_in()
    cookie = {
        "Cookie": signed_in.headers["set-cookie"].partition(";")[0],
        "X-CSRF-Token": signed_in.json()["csrf_token"],
    }
    answer = site.request("DELETE", "/api/v1/session", token=None, headers=cookie)
    assert (answer.status_code, answer.headers["clear-site-data"]) == (204, '"storage"')


def _login(site: Site) -> dict[str, str]:
    return {"tenant": site.tenant.name, "username": site.admin.username, "password": "correct horse battery"}


def test_large_bodies_end_the_connection(site: Site) -> None:
    answer: httpx.Response = site.request(
        "POST", LEADS, content=b"x" * 5_000_001, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
