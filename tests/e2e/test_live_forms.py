"""Forms that compute as one types: formula fields with their value, validations beside their field, the server the judge."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.installation import PASSWORD, Server

# What runs in the browser is the same on every database.
pytestmark = pytest.mark.parametrize("server", ["sqlite"], indirect=True)
TOO_MUCH = "A discount above 40% is never given."
NO_AMOUNT = "A deal that is won has an amount."


def test_a_formula_field_follows_what_one_types(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/app/opportunity/new?record_type=new_business")
    value = page.locator("#f-weighted [data-live-value]")
    expect(value).to_have_text("€0.00")
    page.fill("#f-amount", "1,234,567.89")
    page.fill("#f-probability", "35")
    expect(value).to_have_text("€432,098.76")
    page.fill("#f-amount", "12x")
    expect(value).to_have_text("–")
    page.fill("#f-amount", "-0.01")
    expect(value).to_have_text("€0.00")


def test_a_validation_is_said_when_one_leaves_the_field_and_goes_when_it_is_mended(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/app/opportunity/new?record_type=new_business")
    box, error = page.locator("#f-discount"), page.locator("#f-discount-e")
    expect(page.locator("#f-weighted")).to_be_visible()
    box.fill("45")
    expect(error).to_have_count(0)
    box.press("Tab")
    expect(error).to_have_text(TOO_MUCH)
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_attribute("aria-describedby", "f-discount-e")
    box.fill("40")
    expect(error).to_have_count(0)
    expect(box).not_to_have_attribute("aria-invalid", "true")


def test_a_validation_over_two_fields_is_said_at_its_own(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/app/opportunity/new?record_type=new_business")
    expect(page.locator("#f-weighted")).to_be_visible()
    page.select_option("#f-stage", "Closed won")
    page.locator("#f-stage").press("Tab")
    expect(page.locator("#f-amount-e")).to_have_text(NO_AMOUNT)
    page.fill("#f-amount", "5")
    expect(page.locator("#f-amount-e")).to_have_count(0)


def test_what_the_server_refused_goes_when_it_is_mended(open_page: OpenPage, server: Server) -> None:
    account = server.create("account", name="Alpenstahl Discounts AG")
    record = server.create("opportunity", name="Line 9", account=account, close_date="2026-12-31")
    page = open_page()
    page.goto(f"/app/opportunity/{record}/edit")
    page.fill("#f-discount", "45")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#f-discount-e")).to_have_text(TOO_MUCH)
    expect(page.locator("#f-weighted")).to_be_visible()
    page.fill("#f-discount", "4.5")
    expect(page.locator("#f-discount-e")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(rf"/app/opportunity/{record}$"))


def test_in_chinese_on_a_phone(open_page: OpenPage, server: Server) -> None:
    page = open_page(phone=True, signed_in=False)
    page.goto(f"/login?tenant={server.site.tenant}&next=/app/opportunity/new%3Frecord_type=new_business")
    page.fill("#email", "chen")
    page.fill("#password", PASSWORD)
    page.click("button.btn-primary")
    page.wait_for_url("**/app/opportunity/new?record_type=new_business")
    page.evaluate("""() => {
        const form = document.querySelector('form[action="/preferences"]:has([name=language][value="zh-Hans"])');
        form.requestSubmit(form.querySelector('[value="zh-Hans"]'));
    }""")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.fill("#f-amount", "1000")
    page.fill("#f-probability", "50")
    expect(page.locator("#f-weighted [data-live-value]")).to_have_text("€500.00")
    page.fill("#f-discount", "45")
    page.locator("#f-discount").press("Tab")
    expect(page.locator("#f-discount-e")).to_have_text("折扣绝不超过 40%。")


def test_without_javascript_the_form_is_as_it_was(open_page: OpenPage, server: Server) -> None:
    server.create("account", name="Handarbeit AG")
    page = open_page(javascript=False)
    page.goto("/app/opportunity/new?record_type=new_business")
    expect(page.locator("#f-amount")).to_be_visible()
    expect(page.locator("#f-weighted")).to_be_hidden()
    for name, text in {
        "name": "By hand",
        "account": "Handarbeit AG",
        "close_date": "2026-12-31",
        "discount": "45",
    }.items():
        page.fill(f"#f-{name}", text)
    page.click("text=Save opportunity")
    expect(page.locator("#f-discount-e")).to_contain_text(TOO_MUCH)
