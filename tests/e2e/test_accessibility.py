"""axe finds nothing serious on any page, in both themes, wide and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import serious, unreadable_when_dark, violations
from tests.e2e.conftest import OpenPage
from tests.e2e.editing import write_formula
from tests.e2e.installation import Server

# The pages are the same on every database.
pytestmark = pytest.mark.parametrize("server", ["sqlite"], indirect=True)
PATHS = (
    "/login",
    "/app",
    "/app/lead",
    "/app/lead?filter=ratin",
    "/app/account/new",
    "/app/notifications",
    "/app/approvals",
    "/app/queues",
    "/app/nowhere",
    "/account/second-factor",
    "/builder",
    "/builder/objects/lead?add=picklist",
    "/builder/objects/opportunity?add=formula",
    "/app/opportunity/formula/functions",
    "/builder/objects/new",
    "/builder/plan",
    "/builder/history",
    "/builder/queues",
    "/builder/queues/triage",
    "/builder/queues/triage/reassign",
    "/builder/roles",
    "/builder/outbox",
    "/builder/privacy",
    "/builder/audit",
    "/builder/rules",
    "/builder/rules/lead_routing?owner=sales",
    "/builder/rules/new",
)


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_axe_finds_nothingserious(server: Server, open_page: OpenPage, size: str) -> None:
    account = server.create("account", name="Seen by axe", type="Customer")
    seated = server.api.put("/queues/triage/members", json=[{"user": "anna", "is_absent": True}])
    assert seated.status_code == 200
    page = open_page(phone=size == "phone", bypass_csp=True)
    page.emulate_media(reduced_motion="reduce")
    paths = (*PATHS, f"/app/account/{account}", f"/app/account/{account}/edit")
    found = {path: serious(page, path) + unreadable_when_dark(page) for path in paths}
    assert {path: violations for path, violations in found.items() if violations} == {}


@pytest.mark.parametrize(("theme", "size"), [("light", "wide"), ("dark", "phone")])
def test_axe_finds_nothing_serious_where_a_record_is_explained(
    server: Server, open_page: OpenPage, theme: str, size: str
) -> None:
    lead = server.create("lead", last_name="Lovelace", company="Engines", country="DE", annual_revenue="2000000")
    server.api.patch(f"/records/lead/{lead}", json={"city": "Berlin"})
    page = open_page(phone=size == "phone", theme=theme, bypass_csp=True)
    for address in (f"/app/lead/{lead}", f"/app/lead/{lead}/history"):
        page.goto(address)
        page.locator(".t-reason summary").first.click()
        expect(page.locator(".t-reason .in").first).to_be_visible()
        assert violations(page) == []


@pytest.mark.parametrize(("theme", "size"), [("light", "phone"), ("dark", "wide")])
def test_axe_finds_nothing_serious_while_a_formula_is_written(
    server: Server, open_page: OpenPage, theme: str, size: str
) -> None:
    account = server.create("account", name="Explained to axe")
    deal = server.create("opportunity", name="Meters", account=account, amount="9", close_date="2026-12-01")
    page = open_page(phone=size == "phone", theme=theme, bypass_csp=True)
    page.goto("/builder/objects/opportunity?add=formula")
    page.select_option("#o-returns", "currency")
    write_formula(page, "amount * probabilty")
    expect(page.locator(".t-finding")).to_be_visible()
    assert violations(page) == []
    write_formula(page, 'IF(stage = "Won", amount, amount / 2)')
    page.click(".t-try summary")
    page.click(".t-functions summary")
    expect(page.locator("[data-function]").first).to_be_visible()
    assert violations(page) == []
    page.goto(f"/app/opportunity/{deal}")
    page.locator(".t-why-menu summary").first.click()
    expect(page.locator(".t-why-value")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize(("theme", "size"), [("light", "wide"), ("dark", "phone")])
def test_axe_finds_nothing_serious_where_people_decide(
    server: Server, open_page: OpenPage, theme: str, size: str
) -> None:
    assert server.api.put("/roles/finance/members", json=[{"user": "anna"}]).status_code == 200
    account = server.create("account", name="Asks axe")
    given = {"amount": "200000", "discount": "25", "close_date": "2026-12-01"}
    deal = server.create("opportunity", name="Meters", account=account, **given)
    request = server.api.post(f"/records/opportunity/{deal}/approvals", json={"comment": "They sign today."}).json()
    page = open_page(phone=size == "phone", theme=theme, bypass_csp=True)
    paths = (f"/app/approvals/{request['id']}", f"/app/opportunity/{deal}")
    assert {path: found for path in paths if (found := serious(page, path))} == {}
