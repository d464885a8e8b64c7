"""The page where a program asks to act for somebody, the programs of one's account, and the clients that administrators register."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest

from builder_ui.app import mount
from tests.builder_ui.browser import Browser
from tests.builder_ui.sources import FILES
from tests.trellis.api.oauth_programs import REDIRECT, Program, register
from tests.trellis.api.sites import PASSWORD, Site, open_site

CLIENTS = "/builder/clients"
PROGRAMS = "/account/programs"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """On one database: what these pages write is tried on both by the API's tests."""
    with open_site("", tmp_path_factory.mktemp("web"), FILES) as opened:
        mount(opened.app, opened.runtime)
        yield opened


@pytest.fixture(scope="module", name="program")
def _program(site: Site) -> Program:
    return register(site, scopes="openid email records:read offline_access objects.deal:write")


def _authorize(program: Program, **other: str) -> str:
    return f"/oauth/{program.site.tenant.name}/authorize?{program.query(**other)}"


def _answer(location: str) -> dict[str, str]:
    assert location.startswith(f"{REDIRECT}?")
    return dict(parse_qsl(urlsplit(location).query))


def test_who_is_asked_reads_what_it_means_and_allows_it(program: Program, browser: Browser) -> None:
    page = browser.get(_authorize(program, scope="openid email records:read objects.deal:write"))
    assert "Let A confidential program act for you?" in page.text
    for said in (
        "Know your e-mail address",
        "Read all records",
        "Read, add, change and delete: Deals",
        "client.example",
    ):
        assert said in page.text
    assert "form-action 'self' https://client.example;" in page.answer.headers["content-security-policy"]
    answered = browser.send(page.form("/oauth/"), {"do": "allow"}, follow=False).answer
    assert answered.status_code == 303
    given = _answer(answered.headers["location"])
    assert (given["state"], given["iss"]) == ("where I was", program.issuer)
    assert program.redeem(given["code"]).status_code == 200
    # What was allowed is not asked again; more is.
    assert _answer(browser.get(_authorize(program, scope="openid"), follow=False).answer.headers["location"])["code"]
    assert "Go on while you are away" in browser.get(_authorize(program, scope="openid offline_access")).text


def test_who_says_no_sends_it_away(program: Program, browser: Browser) -> None:
    page = browser.get(_authorize(program, prompt="consent"))
    answered = browser.send(page.form("/oauth/"), {"do": "deny"}, follow=False).answer
    assert _answer(answered.headers["location"])["error"] == "access_denied"


def test_nobody_allows_anything_for_somebody_else(program: Program, browser: Browser) -> None:
    answered = browser.post(_authorize(program), {"do": "allow", "csrf_token": "guess"}, follow=False).answer
    assert answered.status_code == 403


def test_who_is_not_signed_in_signs_in_and_comes_back(site: Site) -> None:
    program, guest = register(site), Browser(site)
    page = guest.get(_authorize(program))
    assert page.path.startswith(f"/login?tenant={site.tenant.name}")
    back = guest.send(page.form("/login"), {"username": "admin", "password": PASSWORD})
    assert "Let A confidential program act for you?" in back.text
    guest.send(back.form("/oauth/"), {"do": "allow"}, follow=False)
    again = Browser(site)
    form = again.get(_authorize(program)).form("/login")
    gone = again.send(form, {"username": "admin", "password": PASSWORD})
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', gone.source)
    assert found
    assert _answer(html.unescape(found[1]))["code"]


def test_a_program_may_have_one_sign_in_again(program: Program, browser: Browser) -> None:
    page = browser.get(_authorize(program, prompt="login"))
    assert page.path.startswith("/login")
    assert "prompt" not in dict(page.form("/login").values)["next"]


def test_a_program_that_nobody_knows_sends_nobody_anywhere(program: Program, browser: Browser) -> None:
    page = browser.get(_authorize(program, redirect_uri="https://evil.example/"))
    assert (page.status, "Location" in page.answer.headers) == (400, False)
    assert "evil.example" not in page.source or "href" not in page.source.partition("evil.example")[0][-20:]


def test_one_sees_and_ends_what_one_allowed(site: Site, browser: Browser) -> None:
    program = register(site, scopes="openid email")
    tokens = program.tokens("openid email")
    page = browser.get(PROGRAMS)
    assert "Know your e-mail address" in page.text
    done = browser.post(PROGRAMS, {**dict(page.form(PROGRAMS).values), "program": program.id})
    assert "It acts for you no longer" in done.text
    assert site.get(f"/oauth/{site.tenant.name}/userinfo", token=tokens["access_token"]).status_code == 401


def test_an_administrator_registers_changes_and_deletes_a_client(site: Site, browser: Browser) -> None:
    assert "Register a program" in browser.get(CLIENTS).text
    form = browser.get(f"{CLIENTS}/new/confidential").form(f"{CLIENTS}/new")
    wrong = browser.send(form, {"name": "Calendar", "redirect_uris": "http://evil.example"})
    assert wrong.status == 422
    assert "is no redirect address" in wrong.text
    made = browser.send(form, {"name": "Calendar", "redirect_uris": REDIRECT, "objects": "objects.deal:read"})
    secret = re.search(r'value="([\w-]{43})" aria-label="Client secret"', made.source)
    assert secret
    assert made.answer.headers["cache-control"] == "no-store"
    [href] = {
        one for one in browser.get(CLIENTS).links(rf"{CLIENTS}/[0-9a-f-]{{36}}") if "Calendar" in browser.get(one).text
    }
    page = browser.get(href)
    assert secret[1] not in page.source
    saved = browser.send(page.form(href), {"name": "Diary", "do": "save"})
    assert "Diary saved" in saved.text
    renewed = browser.post(href, {**dict(saved.forms[-1].values), "do": "secret"})
    assert secret[1] not in renewed.source
    assert "It is shown only now" in renewed.text
    gone = browser.post(href, {**dict(saved.forms[-1].values), "do": "delete"})
    assert "Diary deleted" in gone.text
    assert browser.get(href).status == 404


def test_another_key_signs_at_the_press_of_a_button(program: Program, site: Site, browser: Browser) -> None:
    program.tokens("openid")
    before = site.get(f"/oauth/{site.tenant.name}/jwks", token=None).json()["keys"][0]["kid"]
    page = browser.get(CLIENTS)
    assert "Another key signs" in browser.send(page.form(f"{CLIENTS}/keys")).text
    after = [one["kid"] for one in site.get(f"/oauth/{site.tenant.name}/jwks", token=None).json()["keys"]]
    assert after[0] != before
    assert before in after
