"""The pages around passkeys, with a device in software."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from tests.builder_ui.browser import Browser, Page
from tests.trellis.api.ages import age_sessions
from tests.trellis.api.sites import Site
from tests.trellis.security.authenticator import Authenticator


class LocalBrowser(Browser):
    """At a name that browsers have passkeys for."""

    origin = "http://localhost"


@pytest.fixture
def browser(site: Site) -> LocalBrowser:
    signed_in = LocalBrowser(site)
    signed_in.sign_in()
    return signed_in


def _device(name: str) -> Authenticator:
    return Authenticator(party="localhost", origin="http://localhost", credential_id=name.encode())


def _options(page: Page) -> str:
    found = re.search(r'data-options="([^"]+)"', page.source)
    assert found, page.text
    return html.unescape(found[1])


def _add(browser: Browser, device: Authenticator, name: str) -> Page:
    page = browser.send(browser.get("/account").form("/account/passkeys/new"))
    credential = device.create(_options(page))
    return browser.send(page.form("/account/passkeys/keep"), {"credential": credential, "name": name})


def _enter(site: Site, device: Authenticator, tenant: str | None = None) -> Page:
    guest = LocalBrowser(site)
    assert "Sign in with a passkey" in guest.get("/login").text
    given = {"tenant": tenant or site.tenant.name}
    options = guest.post("/login/passkey/options", given)
    assert options.status == 200
    return guest.post("/login/passkey", {**given, "credential": device.get(options.source), "next": "/account"})


def test_a_passkey_is_added_signs_in_is_renamed_and_removed(site: Site, browser: LocalBrowser) -> None:
    device = _device(f"first-{site.tenant.name}")
    added = _add(browser, device, "My laptop")
    assert "Passkey added" in added.text
    assert "My laptop" in added.text
    entered = _enter(site, device)
    assert entered.path == "/account"
    assert "Signed in with a passkey" in entered.text
    renamed = browser.send(browser.get("/account").form("/account/passkeys/rename"), {"name": "Old laptop"})
    assert "Old laptop" in renamed.text
    form = renamed.form("/account/passkeys/remove")
    removed = browser.send(form, {"passkey": dict(renamed.form("/account/passkeys/rename").values)["passkey"]})
    assert "Passkey removed" in removed.text
    refused = _enter(site, device)
    assert refused.path.startswith("/login?refused=passkey&next=%2Faccount")
    assert "That passkey is not known here." in refused.text


def test_a_workspace_that_is_not_there_is_answered_like_one_that_is(site: Site) -> None:
    refused = _enter(site, _device("nobody"), tenant="nowhere")
    assert "That passkey is not known here." in refused.text


def test_what_does_not_hold_can_be_tried_again(browser: LocalBrowser) -> None:
    page = browser.send(browser.get("/account").form("/account/passkeys/new"))
    again = browser.send(page.form("/account/passkeys/keep"), {"credential": "{}", "name": "Phone"})
    assert again.status == 422
    assert "That did not work." in again.text
    assert dict(again.form("/account/passkeys/keep").values)["name"] == "Phone"
    assert _options(again) != _options(page)


def test_a_passkey_confirms_who_one_is(site: Site, browser: LocalBrowser) -> None:
    device = _device(f"confirms-{site.tenant.name}")
    _add(browser, device, "Key ring")
    form = browser.get("/account/keys").form("/account/keys/new")
    age_sessions(site, timedelta(hours=1))
    asked = browser.send(form, {"name": "Confirmed"})
    waiting = next(one for one in asked.forms if "confirm_passkey" in dict(one.values))
    wrong = browser.send(waiting, {"confirm_passkey": _device("other").get(_options(asked))})
    assert "That did not work." in wrong.text
    again = next(one for one in wrong.forms if "confirm_passkey" in dict(one.values))
    made = browser.send(again, {"confirm_passkey": device.get(_options(wrong))})
    assert "This is the key “Confirmed”" in made.text


def test_at_an_address_of_numbers_there_are_none(site: Site) -> None:
    plain = Browser(site)
    assert "Sign in with a passkey" not in plain.get("/login").text
    plain.sign_in()
    assert "Add a passkey" not in plain.get("/account").text
    assert plain.post("/login/passkey/options", {"tenant": site.tenant.name}).status == 404
