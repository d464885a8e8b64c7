"""Writing rules in a real browser: offers, squiggles, the words beside the text, format, and the draft."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.installation import Server

# The pages are the same on every database.
pytestmark = pytest.mark.parametrize("server", ["sqlite"], indirect=True)


def test_rules_are_completed_checked_said_and_formatted_as_one_types(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/builder/rules/new?object=opportunity")
    page.fill("#name", "Big deals")
    page.get_by_label("An empty rule").check()
    page.click("button[value=create]")
    page.wait_for_url("**/builder/rules/big_deals")
    text, panel = page.locator(".t-formula-host .cm-content"), page.locator("[data-formula-panel]")
    checked = page.locator(".t-rule[data-state=checked]")
    text.click()
    page.keyboard.press("Control+a")
    page.keyboard.type('rule "Big" on oppo')
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text("opportunity")
    page.keyboard.press("Enter")
    page.keyboard.type(" when created if amuont > 1 then stop")
    page.keyboard.press("Escape")
    expect(checked).to_be_visible()
    expect(panel).to_contain_text("error")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text('rule "Big" on opportunity when created if amount>1000 then set probability=90 end')
    expect(checked).to_be_visible()
    expect(panel).to_contain_text("If amount is above 1,000")
    page.click("[data-format]")
    expect(page.locator("#rules-text")).to_have_value(
        'rule "Big" on opportunity\nwhen created\nif amount > 1000\nthen\n    set probability = 90\nend\n'
    )
    expect(checked).to_be_visible()
    panel.get_by_text("Set probability to 90").click()
    expect(page.locator(".t-formula-host .cm-activeLine")).to_contain_text("set probability = 90")
    expect(panel.locator(".is-on")).to_contain_text("Set probability to 90")
    page.click("button[value=save]")
    expect(page.get_by_text("1 component not deployed.")).to_be_visible()
    page.get_by_label("More actions").click()
    page.click("button[value=remove]")
    page.wait_for_url("**/builder/rules")
