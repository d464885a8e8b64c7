"""What a form is told of the formulas that it can compute, and the module that computes them."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from tests.builder_ui.browser import Browser, Page
from tests.trellis.api.sites import Site


def _new(browser: Browser) -> Page:
    return browser.get("/app/deal/new")


def _knows(page: Page) -> dict[str, Any]:
    found = re.search(r'data-live-knows="([^"]*)"', page.source)
    assert found
    knows: dict[str, Any] = json.loads(unescape(found.group(1)))
    return knows


def _module(browser: Browser, page: Page) -> Page:
    found = re.search(r'data-live="([^"]*)"', page.source)
    assert found
    return browser.get(found.group(1))


def test_a_formula_field_of_the_layout_has_its_place_and_stays_hidden_without_a_script(browser: Browser) -> None:
    assert re.search(r'data-live-field="doubled" hidden><label for="f-doubled">Doubled</label>', _new(browser).source)


def test_the_module_is_kept_for_ever_under_a_name_that_its_content_decides(browser: Browser) -> None:
    module = _module(browser, _new(browser))
    assert module.status == 200
    assert module.answer.headers["content-type"].startswith("text/javascript")
    assert module.answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert 'multiply(readOrZero(record, "amount"), NUMBER_1)' in module.source
    assert browser.get("/app/deal/live/0123456789abcdef.js").status == 404


def test_the_plan_names_what_is_read_and_the_validations_that_have_a_field(browser: Browser) -> None:
    module = _module(browser, _new(browser)).source
    plan = json.loads(module.partition("export const plan = ")[2].rstrip().rstrip(";"))
    assert plan["inputs"] == {"amount": {"as": "number", "precision": 18, "scale": 2}}
    assert plan["computed"] == {"doubled": {"reads": ["amount"], "returns": "currency", "scale": 2}}
    assert plan["validations"] == [{"field": "amount", "name": "amount_not_negative", "reads": ["amount"]}]


def test_no_runtime_is_loaded_where_nothing_can_be_computed(browser: Browser) -> None:
    page = browser.get("/app/account/new")
    assert "data-live" not in page.source
    assert "formula-live" not in page.source


def test_a_form_knows_the_moment_the_person_and_the_words(browser: Browser) -> None:
    knows = _knows(_new(browser))
    assert knows["isNew"] is True
    assert knows["messages"] == ["The amount must not be negative."]
    assert knows["symbols"] == {"doubled": "€"}
    assert knows["user"]["is_admin"] is True


def test_messages_are_in_the_readers_language_before_and_after_saving(site: Site) -> None:
    browser = Browser(site, language="zh-Hans")
    browser.sign_in(language="zh-Hans")
    page = _new(browser)
    assert _knows(page)["messages"] == ["金额不能为负。"]
    refused = browser.send(page.form("/app/deal/new"), {"f.name": "负", "f.amount": "-1"})
    assert refused.status == 422
    assert "金额不能为负。" in refused.text
