"""Signing in by a provider outside, which is the OAuth server of another tenant here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from builder_ui import outside
from builder_ui.app import mount
from tests.builder_ui.browser import Browser, Page
from tests.builder_ui.sources import FILES
from tests.trellis.api.asgi_client import build_asgi_client
from tests.trellis.api.sites import PASSWORD, Site, open_site
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.oauth.clients import ClientInput, create_client
from trellis.security.oauth.endpoints import issuer_of
from trellis.security.outside import id_tokens
from trellis.security.outside.id_tokens import read_id_token
from trellis.security.outside.providers import redirect_address
from trellis.security.passwords import Passwords
from trellis.security.second_factor.totp import STEP_S, code_at
from trellis.security.users import NewUser, create_user

PROVIDERS = "/api/v1/providers"


@pytest.fixture(scope="module", params=["sqlite"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    apps: list[Any] = []
    with pytest.MonkeyPatch.context() as patch, open_site("", tmp_path_factory.mktemp("web"), FILES) as opened:
        patch.setattr(outside, "build_client", build_asgi_client(apps))
        mount(opened.app, opened.runtime)
        apps.append(opened.app)
        yield opened


@pytest.fixture(scope="module")
def headquarters(site: Site) -> Site:
    """Another tenant with a user of its own, and the provider "hq" of the first one."""
    tenant = site.run(site.runtime.directory.create("headquarters"))
    password_hash = site.run(Passwords().hash(PASSWORD))
    new = NewUser(username="pat", email="pat@hq.example", name="Pat Lee", is_admin=True, password_hash=password_hash)
    now = datetime.now(UTC)
    pat = site.run(create_user(tenant, new, now=now))
    base_url = site.runtime.settings.base_url
    actor = site.run(site.runtime.identities.identify(site.token)).actor
    given = ClientInput(
        name="The other office",
        kind="confidential",
        redirect_uris=(redirect_address(base_url, site.tenant.name, "hq"),),
        scopes=frozenset({"openid", "profile", "email"}),
    )
    made = site.run(create_client(tenant, site.runtime.access, actor, given, now=now))
    body = {
        "name": "hq",
        "label": "Headquarters",
        "issuer": issuer_of(base_url, tenant.name),
        "client_id": made.client.id,
        "client_secret": made.secret,
        "creates_users": True,
    }
    answered = site.post(PROVIDERS, body)
    assert answered.status_code == 201, answered.text
    assert "secret" not in answered.text
    return Site(site.runner, site.runtime, tenant, pat, "")


def _out(guest: Browser, site: Site) -> str:
    """Where the sign-in page's link leads to."""
    page = guest.get(f"/login?tenant={site.tenant.name}&next=/app/deal")
    assert "Sign in with Headquarters" in page.text
    [link] = page.links(r"/login/with/[^\"]+")
    away = guest.get(link, follow=False).answer
    assert away.status_code == 303
    return _path(away.headers["location"])


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def _allowed(headquarters: Site, app: Any, asked: str) -> str:
    """What Pat's browser brings back from headquarters."""
    headquarters.app = app
    there = Browser(headquarters)
    assert there.sign_in("pat").path == "/app"
    page = there.get(asked, follow=False)
    answer = page.answer
    if answer.status_code == 200:
        answer = there.send(page.form("/oauth/"), {"do": "allow"}, follow=False).answer
    return _path(answer.headers["location"])


def test_who_is_known_outside_comes_in_and_gets_a_user(site: Site, headquarters: Site) -> None:
    guest = Browser(site)
    back = _allowed(headquarters, site.app, _out(guest, site))
    inside = guest.get(back)
    assert inside.path == "/app/deal"
    users = {one["username"]: one for one in site.get("/api/v1/users").json()["users"]}
    assert (users["pat"]["email"], users["pat"]["name"], users["pat"]["is_admin"]) == (
        "pat@hq.example",
        "Pat Lee",
        False,
    )
    # The second time it is the same user, and nobody else can come in by the first answer.
    again = Browser(site)
    assert again.get(_allowed(headquarters, site.app, _out(again, site))).path == "/app/deal"
    assert len(site.get("/api/v1/users").json()["users"]) == len(users)
    assert "refused=failed" in guest.get(back, follow=False).answer.headers["location"]


def test_an_answer_that_this_browser_did_not_ask_for_lets_nobody_in(site: Site, headquarters: Site) -> None:
    guest, victim = Browser(site), Browser(site)
    back = _allowed(headquarters, site.app, _out(guest, site))
    _out(victim, site)
    for browser in (victim, Browser(site)):
        answered = browser.get(back, follow=False).answer
        assert "refused=failed" in answered.headers["location"]
        assert "trellis_session" not in answered.headers.get("set-cookie", "")
    assert "That did not work" in victim.get(f"/login?tenant={site.tenant.name}&refused=failed").text


def test_a_link_that_somebody_sent_leads_to_the_page_for_signing_in(site: Site, headquarters: Site) -> None:
    path = f"/login/with/{site.tenant.name}/hq?next=/app/deal"
    for begun in ("cross-site", "same-site", "none"):
        page = Browser(site).get(path, headers={"Sec-Fetch-Site": begun})
        assert page.path.startswith("/login?")
        assert page.links(r"/login/with/[^\"]+") == [f"{path.partition('?')[0]}?next=%2Fapp%2Fdeal"]
    assert (
        "/oauth/"
        in Browser(site).get(path, headers={"Sec-Fetch-Site": "same-origin"}, follow=False).answer.headers["location"]
    )


def _come_back(site: Site, headquarters: Site) -> tuple[Browser, Page]:
    guest = Browser(site)
    return guest, guest.get(_allowed(headquarters, site.app, _out(guest, site)))


def test_a_second_factor_that_is_demanded_is_asked_for_after_a_provider_too(
    site: Site, headquarters: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    _say_of_organization(site, "second_factor: required\n")
    guest, page = _come_back(site, headquarters)
    assert page.path.startswith("/login/app?")
    assert "trellis_session" not in guest.cookies
    secret = re.search(r'class="t-secret">([A-Z2-7 ]+)<', page.source)
    assert secret
    now = datetime.now(UTC)
    assert guest.send(page.form("/login/app"), {"code": "000000"}).status == 401
    done = guest.send(page.form("/login/app"), {"code": code_at(secret[1].replace(" ", ""), now)})
    assert "/app/deal" in done.links(r"/app/deal")
    assert guest.get("/app/deal").path == "/app/deal"
    _say_of_organization(site, "second_factor: optional\n")

    guest, page = _come_back(site, headquarters)
    assert page.path.startswith("/login/code?")
    later = code_at(secret[1].replace(" ", ""), now + timedelta(seconds=STEP_S))
    assert guest.send(page.form("/login/code"), {"code": later}).path == "/app/deal"

    def says_how(*given: Any, **more: Any) -> dict[str, Any]:
        return {**read_id_token(*given, **more), "amr": ["pwd", "mfa"]}

    monkeypatch.setattr(id_tokens, "read_id_token", says_how)
    assert _come_back(site, headquarters)[1].path.startswith("/login/code?")
    changed = site.request("PATCH", f"{PROVIDERS}/hq", json={"second_factor_values": ["mfa"]})
    assert changed.json()["second_factor_values"] == ["mfa"]
    assert _come_back(site, headquarters)[1].path == "/app/deal"
    site.request("PATCH", f"{PROVIDERS}/hq", json={"second_factor_values": []})
    users = {one["username"]: one["id"] for one in site.get("/api/v1/users").json()["users"]}
    assert site.request("DELETE", f"/api/v1/users/{users['pat']}/second-factor").status_code == 204


def _say_of_organization(site: Site, text: str) -> None:
    actor = site.run(site.runtime.identities.identify(site.token)).actor
    site.run(deploy(site.tenant, actor, SourceChange(files={"organization.yaml": text})))


def test_who_is_frozen_here_stays_out(site: Site, headquarters: Site) -> None:
    guest = Browser(site)
    guest.get(_allowed(headquarters, site.app, _out(guest, site)))
    [pat] = [one for one in site.get("/api/v1/users").json()["users"] if one["username"] == "pat"]
    site.request("PATCH", f"/api/v1/users/{pat['id']}", json={"is_active": False})
    again = Browser(site)
    answered = again.get(_allowed(headquarters, site.app, _out(again, site)), follow=False).answer
    assert "refused=failed" in answered.headers["location"]
    site.request("PATCH", f"/api/v1/users/{pat['id']}", json={"is_active": True})


def test_a_provider_that_is_switched_off_is_not_offered(site: Site, headquarters: Site) -> None:
    assert site.request("PATCH", f"{PROVIDERS}/hq", json={"is_active": False}).status_code == 200
    guest = Browser(site)
    assert "Headquarters" not in guest.get(f"/login?tenant={site.tenant.name}").text
    path = f"/login/with/{site.tenant.name}/hq"
    assert "refused=failed" in guest.get(path, follow=False).answer.headers["location"]
    assert site.request("PATCH", f"{PROVIDERS}/hq", json={"is_active": True}).status_code == 200


def test_strangers_stay_out_where_nobody_is_let_in_unseen(site: Site, headquarters: Site) -> None:
    site.request("PATCH", f"{PROVIDERS}/hq", json={"creates_users": False, "issuer": f"{'http'}://127.0.0.1:1/x"})
    changed = {"issuer": issuer_of(site.runtime.settings.base_url, "headquarters")}
    assert site.request("PATCH", f"{PROVIDERS}/hq", json=changed).status_code == 200
    guest = Browser(site)
    answered = guest.get(_allowed(headquarters, site.app, _out(guest, site)), follow=False).answer
    assert "refused=unknown" in answered.headers["location"]
    assert site.request("DELETE", f"{PROVIDERS}/hq").status_code == 204
    assert site.get(f"{PROVIDERS}/hq").status_code == 404


def test_an_administrator_sets_a_provider_up_by_a_form(site: Site) -> None:
    browser = Browser(site)
    assert browser.sign_in().path == "/app"
    address = "/builder/providers"
    form = browser.get(f"{address}/new").form(f"{address}/new")
    given = {"name": "entra", "label": "Entra", "issuer": "https://login.example.com/v2.0", "client_id": "b7"}
    wrong = browser.send(form, {**given, "issuer": "http://x.example", "groups": "Sales = role.nobody"})
    assert wrong.status == 422
    for said in ("is no issuer", "must have 1 to 1,000 characters"):
        assert said in wrong.text or said in browser.send(form, {**given, "client_secret": "s3", "issuer": "x"}).text
    made = browser.send(form, {**given, "client_secret": "s3cret-value", "second_factor_values": " mfa  gold "})
    assert site.get(f"{PROVIDERS}/entra").json()["second_factor_values"] == ["mfa", "gold"]
    assert made.path == f"{address}/entra"
    assert redirect_address(site.runtime.settings.base_url, site.tenant.name, "entra") in made.source
    assert "s3cret-value" not in made.source
    saved = browser.send(made.form(f"{address}/entra"), {"label": "Entra ID", "is_active": []})
    assert "Entra ID saved" in saved.text
    assert site.get(f"{PROVIDERS}/entra").json()["is_active"] is False
    assert "Entra ID" in browser.get(address).text
    gone = browser.post(f"{address}/entra", {**dict(saved.forms[-1].values), "do": "delete"})
    assert "Entra ID deleted" in gone.text
