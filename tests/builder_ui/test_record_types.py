"""Record types on the screens: one is chosen for a new record, its layout and values are the form's, and a record changes to another."""

from __future__ import annotations

from collections.abc import Iterator
from secrets import token_hex

import pytest

from builder_ui.app import mount
from builder_ui.builder.draft_store import load_draft
from tests.builder_ui.browser import Browser, Page
from tests.builder_ui.sources import DEAL, FILES
from tests.trellis.api.sites import Site, open_site

TYPES = """\
record_types:
  first:
    label: New business
    description: A first contract.
  renewal:
    label: Renewal
    layout: renewal
    picklists:
      stage: {values: [Offer, Won, Lost], default: Offer}
      tags: {values: [Red, Green]}
  old: {label: Old kind, is_active: false}
default_record_type: first
"""
RENEWAL = """\
label: Renewal
header: [account]
path: stage
sections:
  - {label: Contract, columns: 2, fields: [name, account, stage, amount, doubled]}
"""
WORDS = "    record_types:\n      renewal: {label: 续约, description: 老客户续约。}\n"
SOURCES = {
    **FILES,
    "objects/deal.yaml": DEAL + TYPES,
    "layouts/deal/renewal.yaml": RENEWAL,
    "permissions/keeper.yaml": "label: Keeper\nobjects:\n  deal: {rights: [create, edit], record_types: [renewal]}\n"
    "apps: [trade]\n",
    "permissions/mender.yaml": "label: Mender\nobjects:\n  deal: {rights: [create, edit], record_types: [old]}\n",
    "translations/zh-Hans.yaml": FILES["translations/zh-Hans.yaml"] + WORDS,
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("web"), SOURCES) as opened:
        mount(opened.app, opened.runtime)
        yield opened


def member(site: Site, permission_set: str) -> Browser:
    """Somebody new who has the set."""
    name = f"m{token_hex(4)}"
    site.user(name)
    given = site.request("PUT", f"/api/v1/permission_sets/{permission_set}/members", json=[{"user": name}])
    assert given.status_code == 200, given.text
    browser = Browser(site)
    browser.sign_in(name)
    return browser


def new_deal(browser: Browser, type_name: str, **values: str | list[str]) -> str:
    """The address of a new record."""
    page = browser.get(f"/app/deal/new?record_type={type_name}")
    made = browser.send(page.form("/app/deal/new"), {f"f.{name}": value for name, value in values.items()})
    assert made.status == 200, made.text
    return made.path


def options(page: Page, name: str) -> list[str]:
    select = page.source.split(f'name="{name}"', 1)[1].split("</select>", 1)[0]
    return [part.split('"', 1)[0] for part in select.split('<option value="')[1:]]


def test_one_chooses_among_the_active_types_first(browser: Browser) -> None:
    page = browser.get("/app/deal/new?f.name=Given&back=%2Fapp")
    assert "Which type is it?" in page.text
    assert "A first contract." in page.text
    assert "Old kind" not in page.text
    first, renewal = page.links('/app/deal/new[^"]*record_type=[^"]*')
    assert first.endswith("?f.name=Given&back=%2Fapp&record_type=first")
    form = browser.get(renewal)
    assert dict(form.form("/app/deal/new").values) | {
        "f.name": "Given",
        "f.record_type": "renewal",
        "back": "/app",
    } == dict(form.form("/app/deal/new").values)
    again = form.links('/app/deal/new[^"]*')
    assert "/app/deal/new?f.name=Given&back=%2Fapp" in again


def test_a_form_has_the_layout_the_values_and_the_defaults_of_its_type(browser: Browser) -> None:
    page = browser.get("/app/deal/new?record_type=renewal")
    assert "Contract" in page.text
    assert "f.website" not in page.source
    assert options(page, "f.stage") == ["", "Offer", "Won", "Lost"]
    assert ("f.stage", "Offer") in page.form("/app/deal/new").values
    other = browser.get("/app/deal/new?record_type=first")
    assert options(other, "f.stage") == ["", "Open", "Offer", "Won", "Lost"]
    assert ("f.stage", "Open") in other.form("/app/deal/new").values


def test_the_record_page_shows_type_layout_and_the_steps_that_are_offered(browser: Browser) -> None:
    page = browser.get(new_deal(browser, "renewal", name="Stays", amount="5"))
    assert "Renewal" in page.text
    assert [step.split('"')[0] for step in page.source.split('name="value" value="')[1:]] == ["Offer", "Won", "Lost"]
    assert "Contract" in page.text
    moved = browser.send(page.form(f"{page.path}/path"), {"value": "Won"})
    assert (moved.status, moved.path) == (200, page.path)


def test_a_record_changes_its_type_and_what_no_longer_fits_is_asked(browser: Browser) -> None:
    address = new_deal(browser, "first", name="Turns", city="", website="example.com", tags=["Red", "Blue"])
    page = browser.get(address)
    assert page.links(f"{address}/record_type")
    chosen = browser.get(f"{address}/record_type")
    assert "As it is" in chosen.text
    assert chosen.links(f'{address}/edit[^"]*') == [f"{address}/edit?record_type=renewal"]
    form = browser.get(f"{address}/edit?record_type=renewal")
    assert "From New business to Renewal, once you save. What no longer fits:" in form.text
    assert "Stage: Open is not offered here and becomes Offer." in form.text
    assert "Tags: Blue is not offered here." in form.text
    assert "This form does not show: Website. What is in them stays." in form.text
    values = form.form(f"{address}/edit").values
    assert ("f.stage", "Offer") in values
    assert [value for name, value in values if name == "f.tags"] == ["Red"]
    saved = browser.send(form.form(f"{address}/edit"))
    assert (saved.path, "Deal saved" in saved.text, "Renewal" in saved.text) == (address, True, True)
    edit = browser.get(f"{address}/edit")
    assert ("f.record_type", "renewal") in edit.form(f"{address}/edit").values
    assert options(edit, "f.stage") == ["", "Offer", "Won", "Lost"]
    back = browser.get(f"{address}/edit?record_type=first")
    assert "All values fit." in back.text
    saved = browser.send(back.form(f"{address}/edit"))
    assert "New business" in saved.text


def test_a_copy_is_of_the_same_type(browser: Browser) -> None:
    address = new_deal(browser, "renewal", name="Copied", amount="7")
    copy = browser.get(f"/app/deal/new?copy={address.rpartition('/')[2]}")
    values = copy.form("/app/deal/new").values
    assert ("f.record_type", "renewal") in values
    assert ("f.amount", "7.00") in values


def test_lists_filter_by_type_in_the_readers_language(site: Site) -> None:
    browser = Browser(site, language="zh-Hans")
    browser.sign_in()
    page = browser.get("/app/deal/filter/condition?field=record_type", headers={"HX-Request": "true"})
    assert ("续约" in page.text, "Old kind" in page.text) == (True, True)
    found = browser.get("/app/deal?filter=record_type+%3D+%22renewal%22")
    assert "续约" in found.text
    assert "老客户续约。" in browser.get("/app/deal/new").text


def test_who_may_give_one_type_comes_to_its_form_at_once(site: Site) -> None:
    browser = member(site, "keeper")
    page = browser.get("/app/deal/new")
    assert "Contract" in page.text
    assert not page.links('/app/deal/new[^"]*')
    saved = browser.send(page.form("/app/deal/new"), {"f.name": "Kept"})
    assert "Renewal" in saved.text
    assert not saved.links('[^"]*/record_type')
    foreign = browser.get("/app/deal/new?record_type=first")
    assert ("f.record_type", "renewal") in foreign.form("/app/deal/new").values
    refused = browser.send(page.form("/app/deal/new"), {"f.name": "Forged", "f.record_type": "first"})
    assert (refused.status, "You may not give a record the type New business." in refused.text) == (403, True)


def test_who_may_give_no_type_is_told_so(site: Site) -> None:
    browser = member(site, "mender")
    assert not browser.get("/app/deal").links("/app/deal/new")
    refused = browser.get("/app/deal/new")
    assert (refused.status, "no record type of deal is open to" in refused.text) == (403, True)


def test_a_value_that_is_not_offered_is_refused_beside_its_field(site: Site) -> None:
    browser = Browser(site, language="zh-Hans")
    browser.sign_in()
    form = browser.get("/app/deal/new?record_type=renewal").form("/app/deal/new")
    refused = browser.send(form, {"f.name": "Forged", "f.stage": "Open"})
    assert (refused.status, "记录类型不提供此值，请另选一个。" in refused.text) == (422, True)


def test_a_step_that_is_not_offered_says_why(browser: Browser) -> None:
    page = browser.get(new_deal(browser, "renewal", name="Steps"))
    refused = browser.send(page.form(f"{page.path}/path"), {"value": "Open"})
    assert refused.status == 422
    assert "Stage: The record type Renewal does not offer Open. Offered: Offer, Won, Lost." in refused.text


def test_a_permission_set_names_the_types_that_records_may_be_given(site: Site, browser: Browser) -> None:
    address = "/builder/permission_sets/keeper/edit"
    edit = browser.get(address)
    assert "Record types: Renewal" in edit.text
    fields = browser.send(edit.form(address), {"do": "fields:deal"})
    assert site.run(load_draft(site.tenant)) == {}
    form = fields.form(f"{address}/deal")
    assert [value for name, value in form.values if name in ("types", "all_types")] == ["renewal"]
    copy = browser.get("/builder/permission_sets/new?copy=keeper")
    browser.send(copy.form("/builder/permission_sets/new"))
    assert "record_types: [renewal]" in (site.run(load_draft(site.tenant))["permissions/keeper_copy.yaml"] or "")
    browser.send(form, {"types": ["first", "renewal"]})
    assert "record_types: [first, renewal]" in (site.run(load_draft(site.tenant))["permissions/keeper.yaml"] or "")
    browser.send(form, {"all_types": "1"})
    assert "record_types" not in (site.run(load_draft(site.tenant))["permissions/keeper.yaml"] or "")
    assert "record types: Renewal" in browser.get("/builder/permission_sets/keeper").text


def test_the_files_of_an_object_say_which_types_a_layout_is_for(browser: Browser) -> None:
    page = browser.get("/builder/objects/deal?tab=source")
    assert "Layout of: Renewal" in page.text
    assert "Layout of: New business, Old kind" in page.text


def test_a_new_field_is_put_on_the_layout_of_every_type(site: Site, browser: Browser) -> None:
    page = browser.get("/builder/objects/deal?add=text")
    browser.send(page.form("/builder/objects/deal/fields?add"), {"f.label": "Colour"})
    draft = site.run(load_draft(site.tenant))
    assert all("colour" in (draft[f"layouts/deal/{name}.yaml"] or "") for name in ("default", "renewal"))
