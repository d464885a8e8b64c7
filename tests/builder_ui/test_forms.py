"""Forms without JavaScript: every type of field is typed, saved, shown and typed again."""

from __future__ import annotations

import pytest

from tests.builder_ui.browser import Browser, Page
from tests.trellis.api.sites import Site

FILLED = {
    "f.name": "Flow metering",
    "f.code": "FM-1",
    "f.stage": "Offer",
    "f.amount": "1,234.50",
    "f.chance": "75%",
    "f.parts": "12",
    "f.due_on": "2026-12-31",
    "f.meets_at": "2026-06-01T14:30",
    "f.opens_at": "08:15",
    "f.urgent": "1",
    "f.tags": ["Red", "Blue"],
    "f.email": "anna@example.com",
    "f.phone": "+49 30 1234567",
    "f.website": "example.com/line",
    "f.place.latitude": "52.52",
    "f.place.longitude": "13.405",
    "f.notes": "first line\nsecond line",
}


def create(browser: Browser, **values: str | list[str]) -> Page:
    page = browser.get("/app/deal/new")
    return browser.send(page.form("/app/deal/new"), {f"f.{name}": value for name, value in values.items()})


def test_every_field_is_saved_and_shown(browser: Browser) -> None:
    page = browser.get("/app/deal/new")
    saved = browser.send(page.form("/app/deal/new"), FILLED)
    assert saved.status == 200, saved.text
    assert saved.path.startswith("/app/deal/")
    for text in (
        "Deal saved",
        "Flow metering",
        "€1,234.50",
        "€2,469.00",
        "75%",
        "31 Dec 2026",
        "1 Jun 2026, 14:30",
        "Red Blue",
        "+49301234567",
        "example.com/line",
        "52.5200, 13.4050",
        "D-0",
        "second line",
    ):
        assert text in saved.text, text


def test_an_edit_that_changes_nothing_saves_nothing(browser: Browser) -> None:
    saved = create(browser, name="Untouched", meets_at="2026-06-01T14:30", amount="5", tags=["Green"])
    edit = browser.get(f"{saved.path}/edit")
    again = browser.send(edit.form(f"{saved.path}/edit"))
    assert again.path == saved.path
    assert dict(browser.get(f"{saved.path}/edit").form(f"{saved.path}/edit").values)["version"] == "1"


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(browser: Browser) -> None:
    page = create(browser, name="", amount="12x", email="nobody", due_on="2026-02-30", notes="kept words", tags=["Red"])
    assert page.status == 422
    values = dict(page.form("/app/deal/new").values)
    assert values["f.amount"] == "12x"
    assert values["f.notes"] == "kept words"
    assert values["f.tags"] == "Red"
    for name in ("name", "amount", "email", "due_on"):
        assert f'id="f-{name}-e"' in page.source
    assert "4 fields need a look" in page.text
    assert "Fill in this field." in page.text


def test_the_models_validations_are_shown_at_their_field_and_above_the_form(browser: Browser) -> None:
    negative = create(browser, name="Negative", amount="-1")
    assert 'id="f-amount-e"' in negative.source
    assert "The amount must not be negative." in negative.text
    whole = create(browser, name="Won for nothing", stage="Won")
    assert "A won deal has an amount." in whole.text
    assert whole.status == 422


def test_a_value_that_another_record_has_is_refused(browser: Browser) -> None:
    create(browser, name="First", code="SAME")
    page = create(browser, name="Second", code="SAME")
    assert page.status == 422
    assert 'id="f-code-e"' in page.source


def test_a_lookup_is_found_by_its_name_without_javascript(browser: Browser, site: Site) -> None:
    site.create("account", name="Alpenstahl", city="Linz")
    saved = create(browser, name="By name", **{"account.text": "alpenstahl"})
    assert saved.status == 200
    assert "Alpenstahl" in saved.text


def test_twins_of_a_lookup_are_offered_for_choice(browser: Browser, site: Site) -> None:
    site.create("account", name="Twin", city="Bonn")
    second = site.create("account", name="Twin", city="Ulm")
    page = create(browser, name="Which twin", **{"account.text": "Twin"})
    assert page.status == 422
    assert "Several records have this name. Choose one." in page.text
    saved = browser.send(page.form("/app/deal/new"), {"f.account.pick": second})
    assert f"/app/account/{second}" in saved.source


def test_an_unknown_lookup_says_so_and_offers_what_is_similar(browser: Browser, site: Site) -> None:
    site.create("account", name="Nordfjord Energi", city="Bergen")
    page = create(browser, name="Typo", **{"account.text": "nordfjord"})
    assert "There is no account named exactly so. Choose one." in page.text
    assert "Nordfjord Energi" in page.text


def test_typing_another_name_over_a_chosen_record_does_not_keep_the_record(browser: Browser, site: Site) -> None:
    first = site.create("account", name="Chosen first")
    second = site.create("account", name="Typed after")
    values = {
        "f.name": "Changed mind",
        "f.account": first,
        "f.account.was": "Chosen first",
        "f.account.text": "Typed after",
    }
    form = browser.get("/app/deal/new").form("/app/deal/new")
    saved = browser.send(form, values)
    assert f"/app/account/{second}" in saved.source


def test_the_options_of_a_lookup_mark_what_was_typed_and_escape_it(browser: Browser, site: Site) -> None:
    site.create("account", name="<i>Tag</i> & Co")
    page = browser.get("/app/deal/lookup/account?f.account.text=tag", headers={"HX-Request": "true"})
    assert "&lt;i&gt;<mark>Tag</mark>&lt;/i&gt;" in page.source


def test_somebody_elses_change_is_shown_before_it_is_overwritten(browser: Browser, site: Site) -> None:
    saved = create(browser, name="Contested", amount="10")
    edit = browser.get(f"{saved.path}/edit").form(f"{saved.path}/edit")
    record_id = saved.path.rpartition("/")[2]
    assert site.request("PATCH", f"/api/v1/records/deal/{record_id}", json={"amount": 99}).status_code == 200
    clash = browser.send(edit, {"f.amount": "20"})
    assert clash.status == 422
    assert "Somebody changed this record while you were typing." in clash.text
    assert "99.00" in clash.text
    again = browser.send(clash.form(f"{saved.path}/edit"))
    assert "€20.00" in again.text


def test_a_form_that_came_from_a_record_leads_back_to_it(browser: Browser, site: Site) -> None:
    account = site.create("account", name="Home again")
    page = browser.get(f"/app/deal/new?f.account={account}&back=/app/account/{account}")
    saved = browser.send(page.form("/app/deal/new"), {"f.name": "Child"})
    assert saved.path == f"/app/account/{account}"
    assert "Child" in saved.text


def test_a_copy_has_the_values_but_not_the_unique_ones(browser: Browser) -> None:
    saved = create(browser, name="Original", code="ONLY", amount="7")
    values = dict(browser.get(f"/app/deal/new?copy={saved.path.rpartition('/')[2]}").form("/app/deal/new").values)
    assert values["f.name"] == "Original"
    assert values["f.amount"] == "7.00"
    assert values["f.code"] == ""


@pytest.mark.parametrize(("code", "words"), [("f.amount", "请输入数字"), ("f.name", "请填写此字段")])
def test_errors_are_said_in_the_readers_language(site: Site, code: str, words: str) -> None:
    browser = Browser(site, language="zh-Hans")
    browser.sign_in()
    page = browser.send(browser.get("/app/deal/new").form("/app/deal/new"), {code: "x" if code == "f.amount" else ""})
    assert words in page.text
