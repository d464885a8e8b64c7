"""An administrator opens records in a real browser: a new role, a rule of sharing for it, somebody on a record's team; axe finds nothing
serious on any of these pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import serious
from tests.e2e.conftest import OpenPage
from tests.e2e.editing import write_formula
from tests.e2e.installation import Server

# The pages are the same on every database.
pytestmark = pytest.mark.parametrize("server", ["sqlite"], indirect=True)
SHARING = "/builder/objects/opportunity/sharing"
OTHERS = (
    "/builder/sharing",
    "/builder/roles/sales_manager",
    "/builder/permission_groups?add=1",
    "/builder/permission_sets/new?copy=sales_rep",
    "/builder/plan/access",
)


def create_deal(server: Server, name: str, amount: int) -> str:
    account = server.create("account", name=f"Buys {name}")
    return server.create("opportunity", name=name, account=account, amount=amount, close_date="2027-01-01")


def add_rule(page: Page, formula: str) -> None:
    page.goto(f"{SHARING}?add=rules")
    page.fill("#s-label", "Trainees learn from what is big")
    write_formula(page, formula)
    picker = page.locator("#p-share_with")
    picker.locator("select").select_option("role:trainee")
    picker.get_by_role("button").click()
    expect(picker.get_by_role("checkbox")).to_be_checked()


def test_a_role_is_added_a_rule_opens_records_to_it_and_somebody_joins_a_team(
    server: Server, open_page: OpenPage
) -> None:
    deal = create_deal(server, "Big", 5000)
    create_deal(server, "Small", 10)
    page = open_page()
    page.goto("/builder/roles")
    page.get_by_role("link", name="Add a role below Sales representative").click()
    expect(page.locator("#d-reports-to")).to_have_value("sales_rep")
    page.fill("#d-label", "Trainee")
    page.click(".t-drawer footer .btn-primary")
    expect(page.locator(".t-role.is-new")).to_contain_text("Trainee")

    add_rule(page, "amount > 1000")
    expect(page.locator(".t-words")).to_contain_text("1 of 2 match")
    page.click(".t-drawer footer .btn-primary")
    rule = page.locator(".t-opens.is-new")
    expect(rule).to_contain_text("1 of 2 records")
    expect(rule).to_contain_text("Trainee")
    page.goto(f"{SHARING}?add=rules")
    expect(page.locator("#p-owned_by")).to_be_hidden()
    page.get_by_label("Those of certain owners").check()
    expect(page.locator("#p-owned_by")).to_be_visible()
    page.goto("/builder/plan")
    page.click("#deploy button")
    expect(page.locator(".t-empty h2")).to_contain_text("is live")

    new = {"username": "tina", "email": "tina@acme.example", "name": "Tina Trainee"}
    assert server.api.post("/users", json=new).status_code == 201
    for group in ("roles/trainee", "permission_sets/sales_rep"):
        assert server.api.put(f"/{group}/members", json=[{"user": "tina"}]).status_code == 200
    page.goto(f"/app/opportunity/{deal}/sharing?user=tina")
    expect(page.locator("#why")).to_contain_text("Trainees learn from what is big")

    page.select_option("#team-principal", "user:bo")
    page.fill("#team-role", "Technical advice")
    page.get_by_role("button", name="Add to the team").click()
    expect(page.locator("#team li")).to_contain_text("Technical advice")


@pytest.mark.parametrize(("theme", "size"), [("light", "wide"), ("dark", "phone")])
def test_axe_finds_nothing_serious_where_access_is_given(
    server: Server, open_page: OpenPage, theme: str, size: str
) -> None:
    deal = create_deal(server, "Seen by axe", 1)
    share = {"principal": "user:bo", "team_role": "Advice"}
    assert server.api.post(f"/records/opportunity/{deal}/shares", json=share).status_code == 201
    page = open_page(phone=size == "phone", theme=theme, bypass_csp=True)
    page.goto(f"{SHARING}?add=restrictions")
    page.fill("#s-label", f"In {theme}")
    write_formula(page, "amount >= 0")
    page.click(".t-drawer footer .btn-primary")
    expect(page.locator(".t-opens.is-new").first).to_be_visible()
    own = (SHARING, f"{SHARING}?add=rules", f"/app/opportunity/{deal}/sharing", "/builder/roles?add=sales_rep")
    paths = own if size == "phone" else (*own, *OTHERS)
    found = {path: serious(page, path) for path in paths}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
