"""The bell rings by itself: somebody who looks at a page sees what has come, without asking for it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.installation import Server

# How the bell is told is tested on both databases elsewhere.
pytestmark = pytest.mark.parametrize("server", ["sqlite"], indirect=True)


def test_a_notice_shows_on_the_page_that_one_looks_at(server: Server, open_page: OpenPage) -> None:
    seated = server.api.put("/queues/triage/members", json=[{"user": "anna"}])
    assert seated.status_code == 200, seated.text
    page = open_page()
    page.goto("/app/account")
    count = page.locator("#bell .t-count")
    expect(count).to_be_hidden()
    server.create("lead", last_name="Arno", company="Alpha")
    expect(count).to_have_text("1")
    server.create("lead", last_name="Berta", company="Beta")
    toast = page.locator("[data-toast]")
    expect(toast).to_contain_text("Berta")
    expect(count).to_have_text("2")
    expect(page.locator("#bell summary")).to_have_attribute("aria-label", "Notifications, 2 unread")
    page.click("#bell summary")
    expect(page.locator("#bell .t-note-item")).to_have_count(2)
    server.create("lead", last_name="Cäsar", company="Gamma")
    expect(page.locator("#bell .t-note-item")).to_have_count(3)
    expect(toast).to_contain_text("Cäsar")
    toast.locator("a").click()
    page.wait_for_url("**/app/lead/*")
    expect(page.locator("#bell .t-count")).to_have_text("2")


def test_what_is_read_elsewhere_leaves_the_count(server: Server, open_page: OpenPage) -> None:
    page, other = open_page(), open_page()
    server.create("lead", last_name="Dora", company="Delta")
    page.goto("/app/account")
    expect(page.locator("#bell .t-count")).to_be_visible()
    other.goto("/app/notifications")
    other.locator("main").get_by_role("button", name="Mark all as read").click()
    expect(page.locator("#bell .t-count")).to_be_hidden()
