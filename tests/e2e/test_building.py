"""An administrator's hour in a real browser: from nothing to a new object with records, and a change that needs a yes."""

from __future__ import annotations

import re
from secrets import token_hex

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.editing import write_formula


def add_field(page: Page, name: str, type_name: str, label: str) -> None:
    page.goto(f"/builder/objects/{name}?add={type_name}")
    page.fill("#o-label", label)
    if type_name == "picklist":
        page.fill("#o-values", "Draft\nApproved\nPaid")
    page.click("text=Add to draft")
    expect(page.get_by_role("status").last).to_contain_text("added to the draft")


def test_an_object_is_built_deployed_used_and_changed(open_page: OpenPage) -> None:
    page = open_page()
    label = f"Claim {token_hex(3)}"
    page.goto("/builder/objects/new")
    page.fill("#o-label", label)
    expect(page.locator("#o-name")).to_have_value(re.compile(r"^claim_[0-9a-f]{6}$"))
    name = page.input_value("#o-name")
    page.locator(".t-icon-grid label[title=receipt]").click()
    page.click("text=Add to draft")
    add_field(page, name, "picklist", "Status")
    add_field(page, name, "currency", "Amount")
    add_field(page, name, "text", "Legacy code")

    page.click("text=Review and deploy >> nth=0")
    expect(page.locator("#instant")).to_contain_text(label)
    page.click("#deploy button")
    expect(page.locator(".t-empty h2")).to_contain_text("is live")

    page.goto(f"/app/{name}")
    expect(page.locator(".t-empty h2")).to_contain_text("starts here")
    page.click(".t-empty .btn-primary")
    page.fill("#f-name", "Train to Leverkusen")
    page.fill("#f-amount", "84.20")
    page.fill("#f-legacy_code", "R-20418")
    page.select_option("#f-status", "Approved")
    page.click(".t-savebar .btn-primary")
    expect(page.get_by_role("heading", level=1)).to_have_text("Train to Leverkusen")
    expect(page.locator(".t-path [aria-current=step]")).to_have_text("Approved")

    page.goto(f"/builder/objects/{name}")
    page.click("[aria-label='Remove Legacy code']")
    expect(page.locator("tr.is-gone")).to_contain_text("Legacy code")
    page.goto("/builder/plan")
    expect(page.locator("#destructive")).to_contain_text("move 1 value to the bin")
    deploy = page.locator("#deploy button")
    expect(deploy).to_have_attribute("aria-disabled", "true")
    page.click("#destructive .t-choice")
    expect(deploy).to_have_attribute("aria-disabled", "false")
    deploy.click()
    expect(page.locator(".t-empty h2")).to_contain_text("is live")
    page.goto(f"/app/{name}/new")
    expect(page.locator("#f-legacy_code")).to_have_count(0)


def test_a_formula_with_a_mistake_is_refused_with_the_mend(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/builder/objects/opportunity?add=formula")
    page.fill("#o-label", "Broken")
    write_formula(page, "amuont * 2")
    expect(page.locator("[data-formula-panel]")).to_contain_text('Did you mean "amount"?')
    page.click("text=Add to draft")
    expect(page.get_by_role("alert")).to_contain_text('Did you mean "amount"?')
    expect(page.locator("#o-formula")).to_have_value("amuont * 2")
