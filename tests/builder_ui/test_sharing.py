"""The page on which a record is shared, and asked about who may see it."""

from __future__ import annotations

from tests.builder_ui.browser import Browser
from tests.builder_ui.conftest import Site
from tests.trellis.factory import add_user


def test_a_record_is_shared_taken_back_and_explained(site: Site, browser: Browser) -> None:
    site.run(add_user(site.tenant, "nina"))
    record = site.create("account", name="Nordwerk")
    address = f"/app/account/{record}/sharing"

    page = browser.get(address)
    assert "It is shared with nobody by hand." in page.text
    shared = browser.send(page.form(address), {"principal": "user:nina", "access": "read_write", "until": "2099-01-31"})
    assert "Shared with Nina" in shared.text
    page = browser.get(address)
    assert "May change it, until" in page.text
    explained = browser.get(f"{address}?user=nina")
    assert "nina may not read it" in explained.text
    assert "no permission set of theirs grants read" in explained.text

    wrong = browser.send(page.form(address), {"principal": "team:none", "access": "read", "until": ""})
    assert (wrong.status, "There is no team" in wrong.text) == (422, True)
    assert browser.send(page.form(address), {"principal": "everyone", "until": "someday"}).status == 422
