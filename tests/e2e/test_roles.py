"""Six people of one company in a real browser: each sees and may do what their permission sets, role and shares grant."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.installation import PASSWORD, Server
from trellis.automation.group_members import replace_group_members
from trellis.runtime import open_runtime
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.security.passwords import Passwords
from trellis.security.users import NewUser, create_user, get_user

PEOPLE = {
    "rita": ("sales_rep", "sales_rep"),
    "rolf": ("sales_rep", "sales_rep"),
    "max": ("sales_manager", "sales_manager"),
    "mia": ("marketing", "marketing"),
    "sam": ("service", "service_agent"),
    "pia": ("partner", "partner"),
}
SignIn = Callable[[str], Page]


@pytest.fixture(scope="module", autouse=True)
def company(server: Server) -> None:
    with ThreadPoolExecutor(1) as pool:
        ids = pool.submit(asyncio.run, _hire(server)).result()
    account = server.create("account", name="Nordwerk", annual_revenue=1_000_000, phone="+49301234567")
    for name, company, source, owner in (
        ("Riemann", "Of Rita", "Referral", "rita"),
        ("Webber", "From the web", "Web", "rolf"),
        ("Partnersen", "Of Pia", "Partner", "pia"),
    ):
        lead = server.create("lead", last_name=name, company=company, lead_source=source)
        # New leads go where the rules say.
        assert server.api.patch(f"/records/lead/{lead}", json={"owner": ids[owner]}).status_code == 200
    deal = {"account": account, "close_date": "2027-01-01", "amount": 5000, "stage": "Proposal"}
    server.create("opportunity", name="Deal of Rita", owner=ids["rita"], **deal)
    server.create("opportunity", name="Deal of Rolf", owner=ids["rolf"], **deal)


async def _hire(server: Server) -> dict[str, str]:
    now = datetime.now(UTC)
    async with open_runtime(server.site.settings) as runtime:
        tenant = await runtime.tenant(server.site.tenant)
        password_hash = await Passwords().hash(PASSWORD)
        ids = {}
        for name in PEOPLE:
            new = NewUser(username=name, email=f"{name}@acme.example", name=name.title(), password_hash=password_hash)
            ids[name] = (await create_user(tenant, new, now=now)).id
        anna = await get_user(tenant, "anna")
        actor = Actor(user_id=anna.id, name=anna.name, email=anna.email, is_admin=True, channel="cli")
        groups: dict[tuple[str, str], list[str]] = {}
        for name, (role, permission_set) in PEOPLE.items():
            groups.setdefault(("role", role), []).append(name)
            groups.setdefault(("permission_set", permission_set), []).append(name)
        for (kind, name), members in groups.items():
            await replace_group_members(tenant, AdministratorAccess(), actor, kind, name, members)  # type: ignore[arg-type]  # a kind it is
        return ids


@pytest.fixture
def sign_in(chromium: Browser, server: Server) -> Iterator[SignIn]:
    contexts = []

    def enter(username: str) -> Page:
        context = chromium.new_context(base_url=server.address)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"/login?tenant={server.site.tenant}", wait_until="load")
        page.fill("#email", username)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/app")
        return page

    yield enter
    for context in contexts:
        context.close()


def listed(page: Page, address: str) -> set[str]:
    page.goto(address, wait_until="load")
    names = page.locator("td.is-name a")
    expect(names).not_to_have_count(0)
    return set(names.all_inner_texts())


def menu(page: Page) -> set[str]:
    return {text.strip() for text in page.locator("nav a[href^='/app/']").all_inner_texts()}


def test_representatives_see_their_own_and_their_manager_sees_all_of_theirs(sign_in: SignIn) -> None:
    assert listed(sign_in("rita"), "/app/opportunity?view=all") == {"Deal of Rita"}
    assert listed(sign_in("rolf"), "/app/opportunity?view=all") == {"Deal of Rolf"}
    manager = sign_in("max")
    assert listed(manager, "/app/opportunity?view=all") == {"Deal of Rita", "Deal of Rolf"}
    assert listed(manager, "/app/lead?view=all") == {"Riemann", "Webber", "Partnersen"}
    expect(manager.get_by_text("Builder")).to_have_count(0)


def test_representatives_begin_new_business_and_their_manager_chooses_a_type(sign_in: SignIn) -> None:
    page = sign_in("rita")
    page.goto("/app/opportunity/new", wait_until="load")
    expect(page.locator("#f-stage")).to_have_value("Qualification")
    expect(page.locator("#f-type option")).to_have_text(["– none –", "New customer", "Existing customer"])
    expect(page.get_by_role("link", name="Change", exact=True)).to_have_count(0)
    manager = sign_in("max")
    manager.goto("/app/opportunity/new", wait_until="load")
    expect(manager.locator("a.t-item")).to_have_text([re.compile("New business"), re.compile("Renewal")])


def test_marketing_reads_the_leads_of_campaigns_and_no_amounts(sign_in: SignIn) -> None:
    page = sign_in("mia")
    assert listed(page, "/app/lead?view=all") == {"Webber"}
    page.locator("td.is-name a").first.click()
    expect(page.get_by_text("Read only")).to_be_visible()
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    assert listed(page, "/app/account?view=all") == {"Nordwerk"}
    page.locator("td.is-name a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nordwerk")
    expect(page.get_by_text("Annual revenue")).to_have_count(0)
    expect(page.get_by_text("Open pipeline")).to_have_count(0)
    assert "Opportunities" not in menu(page)


def test_service_helps_customers_and_knows_no_deals(sign_in: SignIn) -> None:
    page = sign_in("sam")
    assert {"Accounts", "Contacts", "Tasks"} <= menu(page)
    assert not {"Leads", "Opportunities"} & menu(page)
    refused = page.goto("/app/opportunity", wait_until="load")
    assert refused is not None
    assert refused.status == 403
    listed(page, "/app/account?view=all")
    page.locator("td.is-name a").first.click()
    page.get_by_role("link", name="Edit").first.click()
    expect(page.get_by_label("Phone")).to_be_visible()
    expect(page.get_by_label("Annual revenue")).to_have_count(0)
    page.get_by_label("Phone").fill("+49307654321")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("Account saved")


def test_a_partner_brings_leads_and_sees_nothing_else(sign_in: SignIn) -> None:
    page = sign_in("pia")
    assert listed(page, "/app/lead?view=all") == {"Partnersen"}
    assert not {"Accounts", "Contacts", "Opportunities", "Tasks"} & menu(page)
    page.goto("/app/lead/new", wait_until="load")
    expect(page.get_by_label("Rating")).to_have_count(0)
    page.get_by_label("Last name").fill("Neumann")
    page.get_by_label("Company").fill("Brought by Pia")
    page.keyboard.press("Control+Enter")
    # A rule hands it on to whoever works leads, so it is the partner's no more.
    expect(page.get_by_role("status")).to_contain_text("Lead saved. It is somebody else's now")
    expect(page).to_have_url(re.compile("/app/lead$"))


def test_an_administrator_sees_and_builds_everything(sign_in: SignIn) -> None:
    page = sign_in("anna")
    assert {"Deal of Rita", "Deal of Rolf"} <= listed(page, "/app/opportunity?view=all")
    response = page.goto("/builder", wait_until="load")
    assert response is not None
    assert response.status == 200


def test_who_is_frozen_is_out_at_once(sign_in: SignIn, server: Server) -> None:
    page = sign_in("rolf")
    users = server.api.get("/users").json()["users"]
    rolf = next(one for one in users if one["username"] == "rolf")
    assert server.api.patch(f"/users/{rolf['id']}", json={"is_active": False}).status_code == 200
    page.goto("/app/lead", wait_until="load")
    expect(page).to_have_url(re.compile("/login"))
    assert server.api.patch(f"/users/{rolf['id']}", json={"is_active": True}).status_code == 200
    page.goto("/app/lead", wait_until="load")
    expect(page).to_have_url(re.compile("/login"))
