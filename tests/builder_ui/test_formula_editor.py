"""What an editor of formulas is told: findings, the sentence, the result on a record, completion, help; and why a value is what it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder_ui.formulas.offsets import Units, to_characters, to_units
from tests.builder_ui.browser import Browser, Page
from tests.builder_ui.test_builder import add_field
from tests.trellis.api.sites import Site

LIVE = "/app/deal/formula"
DRAFT = "/builder/objects/deal/formula"


def ask(browser: Browser, address: str, what: str, **values: str) -> dict[str, Any]:
    token = dict(browser.get("/app/deal").form("/logout").values)["csrf_token"]
    answer = browser.post(f"{address}/{what}", {"csrf_token": token, **values}).answer
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@given(st.text(max_size=20))
def test_an_offset_comes_back_from_the_browser_as_it_went(text: str) -> None:
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    assert to_units(text, len(text)) == units
    assert all(to_characters(text, to_units(text, place)) == place for place in range(len(text) + 1))
    assert all(Units(text).before(place) == to_units(text, place) for place in range(len(text) + 1))


def test_a_filter_is_said_in_words_with_the_number_of_records_that_match(browser: Browser, site: Site) -> None:
    site.create("deal", name="Counted", stage="Won", amount=5)
    found = ask(browser, LIVE, "check", formula='stage = "Won" && amount < 6', returns="checkbox", count="1")
    assert found["findings"] == []
    panel = found["panel"]
    assert "stage is Won and amount is below 6" in panel
    assert " match" in panel


def test_what_is_wrong_is_told_with_its_place_in_utf_16(browser: Browser) -> None:
    found = ask(browser, LIVE, "check", formula='"😀" & nmae', returns="checkbox")
    (finding,) = [one for one in found["findings"] if "nmae" in one["message"]]
    assert (finding["from"], finding["to"], finding["severity"]) == (7, 11, "error")
    assert "Did you mean" in found["panel"]
    assert "line 1, column 7" in found["panel"]


def test_nothing_typed_yet_is_not_an_error(browser: Browser) -> None:
    found = ask(browser, LIVE, "check", formula="  ", returns="checkbox")
    assert found["findings"] == []
    assert found["panel"].strip() == ""


def test_a_result_is_shown_for_a_record_as_its_field_would_show_it(browser: Browser, site: Site) -> None:
    deal = site.create("deal", name="Tried <on>", amount="10.5")
    values = {"returns": "currency", "currency": "USD", "scale": "1", "blanks": "zero", "sample": deal}
    panel = ask(browser, DRAFT, "check", formula="IF(amount > 1, amount * 3, parts)", **values)["panel"]
    assert "Tried &lt;on&gt;" in panel
    assert "31.5" in panel
    assert "not needed" in panel


def test_a_result_that_fails_says_why(browser: Browser, site: Site) -> None:
    deal = site.create("deal", name="Nothing")
    panel = ask(browser, DRAFT, "check", formula="1 / parts", returns="number", blanks="zero", sample=deal)["panel"]
    assert "zero" in panel


def test_the_draft_is_asked_in_the_builder(browser: Browser, site: Site) -> None:
    deal = site.create("deal", name="Drafted")
    add_field(browser, "deal", "number", label="Extra pieces")
    formula = "BLANKVALUE(extra_pieces, 7) + 1"
    found = ask(browser, DRAFT, "check", formula=formula, returns="number", sample=deal)
    assert found["findings"] == []
    assert ">8" in found["panel"]
    live = ask(browser, LIVE, "check", formula=formula, returns="number")
    assert live["findings"]


def test_fields_are_completed_with_their_labels(browser: Browser) -> None:
    found = ask(browser, LIVE, "complete", formula="am", position="2")
    first = found["offers"][0]
    assert (found["from"], found["to"], first["label"], first["detail"]) == (0, 2, "amount", "Amount")
    below = ask(browser, LIVE, "complete", formula="account.ci", position="10")
    assert [one["label"] for one in below["offers"]] == ["city"]


def test_functions_are_completed_with_their_brackets(browser: Browser) -> None:
    found = ask(browser, LIVE, "complete", formula="TOD", position="3")
    assert found["offers"][0]["insert"] == "TODAY()"
    found = ask(browser, LIVE, "complete", formula="ROUN", position="4")
    assert found["offers"][0]["insert"] == "ROUND(|)"


def test_what_stands_under_the_pointer_is_explained(browser: Browser) -> None:
    found = ask(browser, LIVE, "hover", formula="ROUND(amount, 2)", position="1")
    assert "ROUND(number, digits)" in found["html"]


def test_the_argument_that_is_being_written_is_marked(browser: Browser) -> None:
    found = ask(browser, LIVE, "signature", formula="ROUND(amount, ", position="14")
    assert "<mark>digits</mark>" in found["html"]


def test_functions_are_listed_with_a_search(browser: Browser) -> None:
    part = browser.get(f"{LIVE}/functions", headers={"HX-Request": "true"})
    assert "<html" not in part.source
    assert "data-function-search" in part.source
    assert "ROUND(number, digits)" in part.text
    assert "ROUND(number, digits)" in browser.get(f"{LIVE}/functions").text


def test_a_record_to_try_a_formula_on_is_found_by_its_name(browser: Browser, site: Site) -> None:
    site.create("deal", name="Findable one")
    found = browser.get(f"{DRAFT}/records?sample.text=findable", headers={"HX-Request": "true"})
    assert "Findable" in found.text


def test_the_drawer_of_a_formula_field_has_a_plain_text_area_too(browser: Browser) -> None:
    page = browser.get("/builder/objects/deal?add=formula")
    assert 'data-service="/builder/objects/deal/formula"' in page.source
    assert any(name == "f.formula" for name, _ in page.form("/builder/objects/deal/fields?").values)


def test_below_the_filter_stands_what_it_says(browser: Browser) -> None:
    page = browser.get("/app/deal?view=open")
    assert "Showing deals where stage is Open and amount is above 10" in page.text
    assert "Showing" not in browser.get("/app/deal").text
    assert "Showing" not in browser.get("/app/deal?filter=nothing").text


def test_a_record_says_why_a_formula_field_has_its_value(browser: Browser, site: Site) -> None:
    deal = site.create("deal", name="Asked", amount="21")
    page = browser.get(f"/app/deal/{deal}")
    (link,) = set(page.links(f'/app/deal/{deal}/why/[^"]+'))
    why = browser.get(link)
    assert "Why this value?" in why.text
    assert "€42.00" in why.text
    assert "Amount amount €21.00" in why.text
    part = browser.get(link, headers={"HX-Request": "true"})
    assert "<html" not in part.source
    assert "€42.00" in part.text


@pytest.mark.parametrize("field", ["amount", "nothing"])
def test_only_formula_fields_are_explained(browser: Browser, site: Site, field: str) -> None:
    deal = site.create("deal", name="Plain")
    assert browser.get(f"/app/deal/{deal}/why/{field}").status == 404


def test_an_editor_without_the_token_of_the_session_is_refused(browser: Browser) -> None:
    refused: Page = browser.post(f"{LIVE}/check", {"formula": "1"})
    assert refused.status == 403
