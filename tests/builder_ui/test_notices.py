"""Opening a notice marks it as read, unless a page of another site had the browser do it."""

from __future__ import annotations

from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site
from tests.trellis.api.test_notifications import NOTICES, _notify


def test_a_link_of_another_site_marks_no_notice_as_read(site: Site) -> None:
    token = _notify(site, "lin", "First")
    browser = Browser(site)
    assert browser.sign_in("lin").path == "/app"
    [link] = browser.get("/app/notifications").links(r"/app/notifications/[^\"]+\?to=[^\"]*")
    lured = browser.get(link, headers={"Sec-Fetch-Site": "cross-site"})
    assert lured.path == "/app/notifications"
    assert site.get(NOTICES, token=token).json()["unread"] == 1
    browser.get(link, headers={"Sec-Fetch-Site": "same-origin"})
    assert site.get(NOTICES, token=token).json()["unread"] == 0
