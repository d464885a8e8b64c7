"""Encrypted fields on pages: masked, shown when somebody asks, changed by typing a value, kept by leaving what stands there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builder_ui.app import mount
from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site, open_site

FILES = {
    "objects/person.yaml": """\
label: Person
plural_label: People
name_field: name
fields:
  name: {type: text, label: Name}
  mail: {type: email, label: Mail, encrypted: true, mask: email}
  phone: {type: phone, label: Phone, encrypted: true, mask: last4}
"""
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site("", tmp_path_factory.mktemp("web"), FILES) as opened:
        mount(opened.app, opened.runtime)
        yield opened


@pytest.fixture(scope="module")
def browser(site: Site) -> Browser:
    browser = Browser(site)
    browser.sign_in()
    return browser


@pytest.fixture
def eve(site: Site) -> str:
    return f"/app/person/{site.create('person', name='Eve', mail='eve@example.org', phone='+4930555123')}"


def test_pages_show_the_mask_and_nothing_to_click(browser: Browser, eve: str) -> None:
    for page in (browser.get(eve), browser.get("/app/person")):
        assert "e•••@example.org" in page.text
        assert "••••5123" in page.text
        assert "mailto:" not in page.source
        assert "eve@example.org" not in page.source
        assert "sort=phone" not in page.source


def test_who_asks_is_shown_the_value(browser: Browser, eve: str) -> None:
    button = browser.get(eve).form(f"{eve}/reveal")
    page = browser.send(button, {"field": "phone"})
    assert "+4930555123" in page.text
    assert "eve@example.org" not in page.text
    assert "+4930555123" not in browser.get(eve).text


def test_the_form_keeps_what_is_left_as_it_stands(browser: Browser, site: Site, eve: str) -> None:
    form = browser.get(f"{eve}/edit").form(f"{eve}/edit")
    assert ("f.mail", "e•••@example.org") in form.values
    browser.send(form, {"f.name": "Eva", "f.phone": "+49 30 999888777"})
    answer = site.post(f"/api/v1/records/person/{eve[-36:]}/reveal", {"fields": ["mail", "phone"]})
    assert answer.json()["values"] == {"mail": "eve@example.org", "phone": "+4930999888777"}


def test_a_changed_mask_is_refused_in_words(browser: Browser, eve: str) -> None:
    page = browser.send(browser.get(f"{eve}/edit").form(f"{eve}/edit"), {"f.phone": "••••0000"})
    assert page.status == 422
    assert "what is shown instead of a value" in page.text


def test_a_copy_begins_without_it(browser: Browser, eve: str) -> None:
    form = browser.get(f"/app/person/new?copy={eve[-36:]}").form("/app/person")
    assert dict(form.values)["f.mail"] == ""


def test_lists_can_be_filtered_by_whether_there_is_one_only(browser: Browser) -> None:
    page = browser.get("/app/person/filter/condition?field=phone")
    assert "is filled" in page.text
    assert "contains" not in page.text
