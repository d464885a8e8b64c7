"""The page of people's data: the map, finding a person, exporting and erasing them."""

from __future__ import annotations

import json

import pytest

from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site

PRIVACY = "/builder/privacy"
PERSON = """\
label: Person
plural_label: People
name_field: name
retention:
  old: {after_days: 1095, since: created_at, when: name <> "Ada", then: anonymize}
fields:
  name: {type: text, label: Name, required: true, personal_data: identity}
  email: {type: email, label: Email, personal_data: contact}
  fax: {type: phone, label: Fax}
"""


@pytest.fixture(autouse=True)
def _people(site: Site) -> None:
    files = {"objects/person.yaml": PERSON}
    assert site.post("/api/v1/metadata/deploy", {"files": files}).status_code == 200


def test_a_person_is_found_exported_and_erased(browser: Browser, site: Site) -> None:
    ada = site.create("person", name="Ada", email="ada@example.org")
    page = browser.get(PRIVACY)
    assert "Fax fax Not marked Stays" in page.text
    assert 'Anonymized 1,095 days after Created name <> "Ada" 0 due' in page.text
    assert "Name name Identity Becomes “Erased”" in page.text
    found = browser.send(page.form(f"{PRIVACY}/look"), {"email": "ADA@example.org"})
    assert "1 record" in found.text
    assert "Has the address in Email" in found.text
    export = browser.send(found.form(f"{PRIVACY}/export"))
    assert json.loads(export.source)["records"][0]["id"] == ada
    again = browser.send(found.form(f"{PRIVACY}/erase"))
    assert "Say yes to what is going to happen." in again.text
    assert "1 record erased" in browser.send(again.form(f"{PRIVACY}/erase"), {"agreed": "1"}).text
    assert site.get(f"/api/v1/records/person/{ada}").json()["name"] == "Erased"
    assert "Nothing of this person" in browser.send(page.form(f"{PRIVACY}/look"), {"email": "ada@example.org"}).text


def test_what_is_no_address_is_said_and_what_changed_is_looked_at_again(browser: Browser, site: Site) -> None:
    bob = site.create("person", name="Bob", email="bob@example.org")
    page = browser.get(PRIVACY)
    assert "Nobody is named." in browser.send(page.form(f"{PRIVACY}/look")).text
    found = browser.send(page.form(f"{PRIVACY}/look"), {"email": "bob@example.org"})
    site.request("PATCH", f"/api/v1/records/person/{bob}", json={"name": "Robert"})
    changed = browser.send(found.form(f"{PRIVACY}/erase"), {"agreed": "1"})
    assert "Something has changed meanwhile. Look again." in changed.text
    assert site.get(f"/api/v1/records/person/{bob}").json()["name"] == "Robert"
