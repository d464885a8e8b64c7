"""Writing formulas in a real browser: offers, squiggles, the sentence, a result; and asking a record why a value is what it is."""

from __future__ import annotations

import re
from secrets import token_hex

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.editing import open_editor, wait_until_checked, write_formula
from tests.e2e.installation import Server

# What runs in the browser is the same on every database; tests/builder_ui and tests/trellis/api ask the server on both.
pytestmark = pytest.mark.parametrize("server", ["sqlite"], indirect=True)
ADD = "/builder/objects/opportunity?add=formula"


def make_deal(server: Server) -> tuple[str, str]:
    """The id and the name of a deal that was changed last."""
    name = f"Meters {token_hex(3)}"
    account = server.create("account", name=f"Rheinwerk {token_hex(3)}")
    return server.create(
        "opportunity", name=name, account=account, amount="248000", probability=50, close_date="2026-12-01"
    ), name


def open_formula_field(page: Page) -> None:
    page.goto(ADD)
    page.select_option("#o-returns", "currency")
    open_editor(page)


def test_a_formula_is_completed_checked_said_and_tried_as_one_types(server: Server, open_page: OpenPage) -> None:
    _, name = make_deal(server)
    page = open_page()
    open_formula_field(page)
    panel, text = page.locator("[data-formula-panel]"), open_editor(page)
    text.click()
    page.keyboard.type("ROUND(amo")
    offers = page.get_by_role("listbox")
    expect(offers.get_by_role("option").first).to_contain_text("amount")
    page.keyboard.press("Enter")
    expect(page.locator("#o-formula")).to_have_value("ROUND(amount)")
    expect(page.locator("[data-formula-signature] mark")).to_have_text("number")
    wait_until_checked(page)
    expect(text.locator(".is-error")).to_have_text("ROUND(amount)")
    page.keyboard.type(" / 1000, 0")
    wait_until_checked(page)
    expect(panel).to_contain_text("(amount ÷ 1,000) rounded to 0 decimals")
    expect(text.locator(".is-error")).to_have_count(0)
    expect(panel.locator(".t-try")).to_contain_text(name)
    expect(panel.locator(".t-try-value")).to_have_text("€248.00")
    panel.locator(".t-try summary").click()
    expect(panel.locator(".t-parts")).to_contain_text("€248,000.00")


def test_the_result_is_that_of_the_record_one_chooses(server: Server, open_page: OpenPage) -> None:
    account = server.create("account", name=f"Castell {token_hex(3)}")
    chosen = f"Chosen {token_hex(3)}"
    server.create("opportunity", name=chosen, account=account, amount="7", close_date="2026-12-01")
    make_deal(server)
    page = open_page()
    open_formula_field(page)
    write_formula(page, "amount * 2")
    page.fill("#sample-record", chosen)
    page.get_by_role("option", name=chosen).click()
    expect(page.locator(".t-try")).to_contain_text(chosen)
    expect(page.locator(".t-try-value")).to_have_text("€14.00")


def test_a_function_is_found_by_a_word_and_put_in(open_page: OpenPage) -> None:
    page = open_page()
    open_formula_field(page)
    page.click(".t-functions summary")
    page.fill("[data-function-search]", "characters trimmed")
    expect(page.locator("[data-function-nothing]")).to_be_visible()
    page.fill("[data-function-search]", "leftmost")
    page.fill("[data-function-search]", "ceiling")
    page.get_by_role("button", name="Insert CEILING", exact=True).click()
    expect(page.locator("#o-formula")).to_have_value("CEILING()")


def test_the_keyboard_alone_will_do(open_page: OpenPage) -> None:
    page = open_page()
    open_formula_field(page)
    page.select_option("#o-returns", "text")  # which asks for no currency and no digits on the way
    page.focus("#o-returns")
    page.keyboard.press("Tab")
    expect(page.locator("[data-formula] .cm-content")).to_be_focused()
    page.keyboard.type("LEN(n")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    page.keyboard.press("Tab")
    expect(page.locator("[data-formula] .cm-content")).not_to_be_focused()
    assert page.url.endswith(ADD)


def test_who_types_before_the_editor_is_there_goes_on_in_it(open_page: OpenPage) -> None:
    page = open_page()
    held: list[Route] = []
    page.route(re.compile(r"/editor\.[0-9a-f]+\.js$"), lambda route: held.append(route))
    page.goto(ADD)
    page.focus("#o-formula")
    page.keyboard.type("amo")
    held[0].continue_()
    expect(page.locator("[data-formula] .cm-content")).to_be_focused()
    page.keyboard.type("unt * 2")
    expect(page.locator("#o-formula")).to_have_value("amount * 2")


def test_a_filter_is_written_with_help_and_said_below_the_list(server: Server, open_page: OpenPage) -> None:
    make_deal(server)
    page = open_page()
    page.goto("/app/opportunity")
    page.click("summary:has-text('Edit as text')")
    write_formula(page, "amount > 200000")
    expect(page.locator("[data-formula-panel]")).to_contain_text("match")
    page.click("button:has-text('Apply')")
    expect(page.locator(".t-sentence")).to_have_text("Showing opportunities where amount is above 200,000")


def test_without_javascript_a_formula_is_a_plain_text_area(open_page: OpenPage) -> None:
    page = open_page(javascript=False)
    page.goto(ADD)
    page.fill("#o-label", "Plain")
    page.fill("#o-formula", "amuont")
    page.click("text=Add to draft")
    expect(page.get_by_role("alert")).to_contain_text('Did you mean "amount"?')


def test_a_record_says_why_a_value_is_what_it_is(server: Server, open_page: OpenPage) -> None:
    deal, _ = make_deal(server)
    page = open_page(phone=True)
    page.goto(f"/app/opportunity/{deal}")
    page.locator("summary", has_text="Why this value? Weighted").click()
    why = page.get_by_role("region", name="Why this value?")
    expect(why.locator(".t-why-value")).to_have_text("€124,000.00")
    expect(why.locator(".t-parts")).to_contain_text("€248,000.00")
    why.get_by_role("link", name="On a page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why this value?")
