"""A passkey of the browser's own: made on the account page, it signs in without a password and confirms who one is."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.installation import PASSWORD, Server

# What the server does with passkeys is tested on both databases elsewhere.
pytestmark = pytest.mark.parametrize("server", ["sqlite"], indirect=True)
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def _plug_in(page: Page) -> tuple[CDPSession, str]:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    return devices, devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]


def _long_ago(server: Server) -> None:
    """As if everybody had shown their password yesterday."""
    path = server.site.settings.data_dir / "tenants" / f"{server.site.tenant}.db"
    with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
        connection.execute("UPDATE trellis_credential SET authenticated_at = '2020-01-01T00:00:00.000Z'")


def test_a_passkey_is_made_signs_in_and_confirms(server: Server, open_page: OpenPage) -> None:
    page = open_page(signed_in=False)
    devices, device = _plug_in(page)
    here = server.address.replace("127.0.0.1", "localhost")
    login = f"{here}/login?tenant={server.site.tenant}"
    page.goto(login)
    page.fill("#email", "bo")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/app")

    page.goto(f"{here}/account")
    page.get_by_role("button", name="Add a passkey").click()
    page.fill("#name", "This laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.locator("#passkeys")).to_contain_text("This laptop")
    assert len(devices.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]) == 1

    page.context.clear_cookies()
    page.goto(f"{login}&next=/account")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/account")
    expect(page.get_by_role("main")).to_contain_text("Signed in with a passkey")

    _long_ago(server)
    page.goto(f"{here}/account/keys")
    page.fill("#name", "Nightly export")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("status").first).to_contain_text("This is the key “Nightly export”")

    # A device that does not know its owner's finger says so, and one may still sign in by the password.
    page.context.clear_cookies()
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto(login)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The passkey was not used.")).to_be_visible()
