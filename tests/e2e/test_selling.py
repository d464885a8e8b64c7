"""A seller's day in a real browser: sign in, lists, records, forms."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.editing import write_formula
from tests.e2e.installation import PASSWORD, Server


@pytest.fixture(scope="module", autouse=True)
def records(server: Server) -> None:
    for name in ("Alpenstahl AG", "Alpenglück Molkerei", "Rheinwerk Chemie AG"):
        server.create("account", name=name, type="Customer")
    leads = [
        {
            "last_name": f"Lead{index:03}",
            "company": f"Company {index}",
            "country": "DE",
            "rating": "Hot" if index % 2 else "Cold",
        }
        for index in range(120)
    ]
    assert server.api.post("/records/lead", json=leads).status_code == 201


def test_a_wrong_password_is_refused_and_the_right_one_leads_home(open_page: OpenPage, server: Server) -> None:
    page = open_page(signed_in=False)
    page.goto(f"/app/lead?tenant={server.site.tenant}")
    page.goto(f"/login?tenant={server.site.tenant}&next=/app/lead")
    page.fill("#email", "anna")
    page.fill("#password", "wrong")
    page.click("button.btn-primary")
    expect(page.get_by_role("alert")).to_contain_text("The user name or the password is wrong.")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/app/lead")


def test_a_lead_is_created_with_the_keyboard_only(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/app/lead")
    page.keyboard.press("n")
    page.wait_for_url("**/app/lead/new")
    expect(page.get_by_label("First name")).to_be_focused()
    for text in ("Johanna", "Huber", "Alpenstahl AG"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/app/lead/[0-9a-f-]{36}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Johanna Huber")
    expect(page.get_by_role("status")).to_contain_text("Lead saved")


def test_a_lookup_finds_as_one_types(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/app/opportunity/new?record_type=new_business")
    page.fill("#f-name", "Line 3")
    page.fill("#f-close_date", "2026-12-31")
    box = page.get_by_role("combobox", name=re.compile("Account"))
    box.press_sequentially("alpen")
    options = page.get_by_role("listbox", name="Account").get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.first).to_contain_text("Alpenglück Molkerei")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "f-account-l-2")
    box.press("Enter")
    expect(box).to_have_value("Alpenstahl AG")
    page.click("text=Save opportunity")
    expect(page.locator(".t-facts")).to_contain_text("Alpenstahl AG")


def test_options_that_come_late_disturb_nobody(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/app/opportunity/new?record_type=new_business")
    box = page.get_by_role("combobox", name=re.compile("Account"))
    options = page.get_by_role("listbox", name="Account").get_by_role("option")
    box.press_sequentially("alp")
    expect(options).to_have_count(2)
    late = answers_held_back(page, "alpe")
    with page.expect_request(re.compile("alpe")):
        box.press("e")
    box.press("ArrowDown")
    with page.expect_response(re.compile("alpe")):
        late[0].continue_()
    expect(page.locator("#f-account-l mark").first).to_have_text("Alpe")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    late = answers_held_back(page, "alpen")
    with page.expect_request(re.compile("alpen")):
        box.press("n")
    box.press("Enter")
    expect(box).to_have_value("Alpenstahl AG")
    with page.expect_response(re.compile("alpen")):
        late[0].continue_()
    expect(page.locator("#f-account-l mark").first).to_have_text("Alpen")
    expect(box).to_have_attribute("aria-expanded", "false")


def answers_held_back(page: Page, text: str) -> list[Route]:
    """The look-ups for `text`, as they come, until somebody continues them."""
    held: list[Route] = []
    page.route(re.compile(rf"={text}$"), lambda route: held.append(route))
    return held


def test_a_filter_is_added_by_clicking_and_removed_by_its_chip(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/app/lead")
    page.click("summary:has-text('Add filter')")
    page.select_option("#filter-field", "rating")
    page.locator("#condition").get_by_label("Hot").check()
    page.click(".t-pop button:has-text('Add')")
    expect(page.locator(".t-chip")).to_have_text('rating = "Hot"')
    expect(page.locator(".t-tabs .is-on")).to_contain_text("60")
    page.click(".t-chip a")
    expect(page.locator(".t-chip")).to_have_count(0)


def test_a_wrong_filter_says_where_it_is_wrong(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/app/lead")
    page.click("summary:has-text('Edit as text')")
    write_formula(page, 'ratin = "Hot"')
    page.click("text=Apply")
    expect(page.locator("#filter-error")).to_contain_text('Did you mean "rating"?')
    expect(page.locator("#filter-text")).to_have_value('ratin = "Hot"')


def test_load_more_adds_rows_in_place(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/app/lead?view=all&sort=last_name")
    rows = page.locator("#rows tr:not(.t-more-row)")
    expect(rows).to_have_count(50)
    page.click("text=Load more")
    expect(rows).to_have_count(100)
    assert "cursor" not in page.url
    names = [text for text in page.locator("#rows .is-name").all_inner_texts() if text.startswith("Lead")]
    assert names == sorted(names)
    assert len(names) == len(set(names))


def test_delete_is_undone_from_the_toast(open_page: OpenPage, server: Server) -> None:
    record = server.create("lead", last_name="Regretted", company="Undo GmbH")
    page = open_page()
    page.goto(f"/app/lead/{record}")
    page.click("[aria-label='More actions']")
    page.click("text=Delete")
    toast = page.get_by_role("status")
    expect(toast).to_contain_text("Lead moved to the bin")
    toast.get_by_text("Undo").click()
    page.wait_for_url(f"**/app/lead/{record}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Regretted")


def test_the_stage_bar_moves_a_deal_and_says_why_it_may_not(open_page: OpenPage, server: Server) -> None:
    account = server.create("account", name="Staged AG")
    deal = server.create("opportunity", name="Staged", account=account, close_date="2026-12-31")
    page = open_page()
    page.goto(f"/app/opportunity/{deal}")
    page.click(".t-path button:has-text('Proposal')")
    expect(page.locator(".t-path [aria-current=step]")).to_have_text("Proposal")
    page.click(".t-path button:has-text('Closed won')")
    expect(page.get_by_role("alert")).to_contain_text("A deal that is won has an amount.")


def test_everything_works_without_javascript(open_page: OpenPage) -> None:
    page = open_page(javascript=False)
    page.goto("/app/opportunity/new?record_type=new_business")
    page.fill("#f-name", "No script")
    page.fill("#f-close_date", "2026-11-30")
    page.fill("#f-account", "rheinwerk chemie ag")
    page.click("text=Save opportunity")
    expect(page.locator(".t-facts")).to_contain_text("Rheinwerk Chemie AG")
    page.click("[aria-label='More actions']")
    page.click("text=Delete")
    page.click("text=Undo")
    expect(page.get_by_role("heading", level=1)).to_have_text("No script")


def test_the_page_speaks_chinese_and_goes_dark_when_asked_to(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/app/lead")
    page.locator("summary", has_text="Anna Weber, your menu").click()
    page.locator(".t-top-actions").get_by_text("简体中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("线索")
    expect(page).to_have_url(re.compile("/app/lead$"))
    page.locator("summary", has_text="Anna Weber：用户菜单").click()
    page.locator(".t-top-actions").get_by_text("深色").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("body")).to_have_css("color-scheme", "dark")
    page.locator("summary", has_text="Anna Weber：用户菜单").click()
    page.locator(".t-top-actions").get_by_text("English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Leads")


PATHS = (
    "/app",
    "/app/lead",
    "/app/lead?view=hot",
    "/app/lead/new",
    "/app/account",
    "/app/notifications",
    "/app/search?q=a",
    "/builder",
    "/builder/objects/lead",
    "/builder/objects/lead?add=picklist",
    "/builder/objects/new",
    "/builder/plan",
    "/builder/history",
)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_wider_than_a_phone(open_page: OpenPage, path: str) -> None:
    page = open_page(phone=True)
    page.goto(path)
    assert _overflow(page) <= 0


def test_the_phone_has_a_menu_and_a_dock(open_page: OpenPage) -> None:
    page = open_page(phone=True)
    page.goto("/app/lead")
    page.click("[aria-label='Menu']")
    page.locator(".t-navsheet").get_by_text("Accounts").click()
    page.wait_for_url("**/app/account")
    page.click(".t-dock .is-add")
    page.wait_for_url("**/app/account/new")


def _overflow(page: Page) -> int:
    """Once the page has its fonts."""
    width = "document.documentElement.scrollWidth - innerWidth"
    return int(page.evaluate(f"document.fonts.ready.then(() => {width})"))
