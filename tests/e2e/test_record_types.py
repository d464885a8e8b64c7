"""Record types in a real browser: a renewal is sold, a deal turns into one, and types are written in the builder."""

from __future__ import annotations

import re
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.installation import Server

AXE = Path(__file__).parents[2] / "builder_ui" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# What runs in the browser is the same on every database.
pytestmark = pytest.mark.parametrize("server", ["sqlite"], indirect=True)


def serious(page: Page) -> list[Any]:
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    return [one["id"] for one in found if one["impact"] in ("serious", "critical")]


def test_a_renewal_is_sold_with_the_keyboard_only(open_page: OpenPage, server: Server) -> None:
    server.create("account", name="Verlag Nord")
    page = open_page(bypass_csp=True)
    page.goto("/app/opportunity")
    page.keyboard.press("n")
    expect(page.get_by_role("link", name=re.compile("New business"))).to_be_focused()
    assert serious(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/app/opportunity/new?record_type=renewal")
    expect(page.locator("#f-stage option")).to_have_text(["Proposal", "Negotiation", "Closed won", "Closed lost"])
    expect(page.locator("#f-type")).to_have_count(0)
    page.fill("#f-name", "Service contract")
    page.fill("#f-amount", "1000")
    page.fill("#f-probability", "50")
    expect(page.locator("#f-weighted [data-live-value]")).to_have_text("€500.00")
    page.fill("#f-close_date", "2027-03-31")
    page.get_by_role("combobox", name=re.compile("Account")).press_sequentially("Verlag Nord")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".t-rec-title .t-pill")).to_have_text("Renewal")
    expect(page.locator(".t-path li")).to_have_count(4)
    expect(page.get_by_role("heading", name="Contract", exact=True)).to_be_visible()


def test_a_deal_turns_into_a_renewal(open_page: OpenPage, server: Server) -> None:
    account = server.create("account", name="Turning AG")
    deal = server.create("opportunity", name="Turning", account=account, close_date="2027-01-31", lead_source="Web")
    page = open_page(bypass_csp=True)
    page.goto(f"/app/opportunity/{deal}")
    page.click("[aria-label='More actions']")
    page.click("text=Change the record type")
    expect(page.locator(".t-item.is-on")).to_contain_text("As it is")
    page.click("a.t-item:has-text('Renewal')")
    note = page.get_by_role("status").filter(has_text="once you save")
    expect(note).to_contain_text("From New business to Renewal, once you save.")
    expect(note).to_contain_text("Stage: Qualification is not offered here and becomes Proposal.")
    expect(note).to_contain_text("This form does not show: Lead source.")
    expect(page.locator("#f-stage")).to_have_value("Proposal")
    expect(page.locator("#f-type")).to_have_value("Renewal")
    assert serious(page) == []
    page.click(".t-savebar .btn-primary")
    expect(page.locator(".t-rec-title .t-pill")).to_have_text("Renewal")
    expect(page.locator(".t-path [aria-current=step]")).to_have_text("Proposal")


def test_types_are_written_in_the_builder_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(theme="dark", phone=True, bypass_csp=True)
    label = f"Claim {token_hex(3)}"
    page.goto("/builder/objects/new")
    page.fill("#o-label", label)
    name = page.input_value("#o-name")
    page.click("text=Add to draft")
    page.goto(f"/builder/objects/{name}?add=picklist")
    page.fill("#o-label", "Kind")
    page.fill("#o-values", "Travel\nHotel\nBooks")
    page.click("text=Add to draft")

    page.goto(f"/builder/objects/{name}/record_types")
    assert serious(page) == []
    page.click(".t-empty .btn-primary")
    page.fill("#t-label", "Journey")
    books = page.locator("#p-kind").get_by_label("Books")
    expect(books).to_be_hidden()
    page.locator("#p-kind").get_by_label("All values").uncheck()
    books.uncheck()
    page.select_option("#d-kind", "Travel")
    assert serious(page) == []
    page.click("text=Add to draft")
    row = page.locator("tr:has-text('Journey')")
    expect(row).to_contain_text("Kind: Travel, Hotel")
    expect(row).to_contain_text("Default")
    assert serious(page) == []
    page.goto("/builder/plan")
    page.click("#deploy button")
    expect(page.locator(".t-empty h2")).to_contain_text("is live")
    page.goto(f"/app/{name}/new")
    expect(page.locator("#f-kind")).to_have_value("Travel")
    expect(page.locator("#f-kind option")).to_have_text(["– none –", "Travel", "Hotel"])
