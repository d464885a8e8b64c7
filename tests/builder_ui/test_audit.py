"""The pages of the audit: who did what, whether it is still as it was written, and taking it along."""

from __future__ import annotations

import pytest

from builder_ui.builder.audit.said import AREAS, icon_of, say_event
from builder_ui.translation import words_of
from tests.builder_ui.browser import Browser, Form, Page
from tests.trellis.api.sites import Site
from trellis.automation.group_members import replace_group_members
from trellis.security.actor import Actor
from trellis.security.audit.asked import EVENT_NAMES

AUDIT = "/builder/audit"


@pytest.fixture(autouse=True)
def _something(site: Site) -> None:
    site.request("PUT", "/api/v1/secrets/hook", json={"value": "x"})


def _filter(page: Page) -> Form:
    return next(form for form in page.forms if form.action == AUDIT)


def test_every_event_has_its_words_its_look_and_one_place_in_the_filter() -> None:
    listed = [event for events in AREAS.values() for event in events]
    assert sorted(listed) == sorted(EVENT_NAMES)
    for event in EVENT_NAMES:
        assert icon_of(event)
        assert say_event(words_of("en"), event) != event


def test_rows_say_who_did_what_and_lead_to_their_details(browser: Browser) -> None:
    page = browser.get(AUDIT)
    assert "Set a secret hook Admin" in page.text
    row = browser.get(browser.get(f"{AUDIT}?area=keys").links(rf"{AUDIT}/\d+")[0])
    assert row.status == 200
    assert "Hash" in row.text
    assert "API key test" in row.text
    assert browser.get(f"{AUDIT}/999999").status == 404
    assert browser.get(f"{AUDIT}/none").status == 404


def test_the_filter_keeps_what_was_asked_for(browser: Browser) -> None:
    shown = browser.send(_filter(browser.get(AUDIT)), {"area": "keys", "since": "2020-01-01"})
    assert "Set a secret" in shown.text
    assert "Signed in" not in shown.text
    nothing = browser.get(f"{AUDIT}?area=keys&until=2020-01-01")
    assert "Nothing of that kind" in nothing.text
    assert ("until", "2020-01-01") in nothing.form("/builder/audit/export").values
    assert browser.get(f"{AUDIT}?area=%00&person=%00x&since=9999-12-31&until=9999-12-31").status == 200
    assert "Only what was done to hook." in browser.get(f"{AUDIT}?subject=hook").text


def test_who_may_only_see_the_audit_finds_the_way_to_it_and_to_nothing_else(site: Site) -> None:
    files = {"permissions/auditor.yaml": "label: Auditor\nsystem: [view_audit, export]\n"}
    assert site.post("/api/v1/metadata/deploy", {"files": files}).status_code == 200
    user, _ = site.user("vera")
    actor = Actor(user_id=site.admin.id, name="Admin", email="", is_admin=True, channel="cli")
    access = site.runtime.access
    site.run(replace_group_members(site.tenant, access, actor, "permission_set", "auditor", [user.id]))
    browser = Browser(site)
    browser.sign_in("vera")
    assert set(browser.get("/app").links('/builder[^"]*')) == {AUDIT}
    page = browser.get(AUDIT)
    assert page.status == 200
    assert set(page.links('/builder[^"?]*')) <= {AUDIT, *page.links(rf"{AUDIT}/\d+")}
    assert browser.get("/builder").status == 403
    assert browser.get(page.links(rf"{AUDIT}/\d+")[0]).status == 200


def test_verifying_says_that_all_is_as_it_was_written(browser: Browser) -> None:
    page = browser.get(AUDIT)
    assert "all as they were written." in browser.send(page.form(f"{AUDIT}/verify")).text


def test_what_is_shown_is_exported_and_that_is_audited(browser: Browser) -> None:
    page = browser.get(f"{AUDIT}?area=keys")
    exported = browser.send(page.form(f"{AUDIT}/export"))
    assert exported.answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    assert {line.split(",")[2] for line in exported.source.splitlines()} == {"event", "secret_set"}
    assert "Exported the audit" in browser.get(AUDIT).text
