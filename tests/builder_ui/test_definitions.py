"""Roles as the tree in which they report, teams and permission groups: defined in the draft, and kept while something uses them."""

from __future__ import annotations

import pytest

from builder_ui.builder.draft_store import load_draft
from metamodel import to_yaml
from tests.builder_ui.browser import Browser, Form, Page
from tests.trellis.api.sites import Site

ROLES, TEAMS, GROUPS = "/builder/roles", "/builder/teams", "/builder/permission_groups"


@pytest.fixture(autouse=True)
def _empty_draft(browser: Browser) -> None:
    token = dict(browser.get("/builder").form("/logout").values)["csrf_token"]
    browser.post("/builder/draft/discard", {"csrf_token": token})


def written(site: Site, path: str) -> str:
    return site.run(load_draft(site.tenant)).get(path) or ""


def form_at(page: Page, action: str) -> Form:
    return next(form for form in page.forms if form.action == action)


def add(browser: Browser, address: str, begun: str = "1", **given: str | list[str]) -> Page:
    page = browser.get(f"{address}?add={begun}")
    return browser.send(form_at(page, address), {f"f.{name}": one for name, one in given.items()})


def deploy(browser: Browser) -> None:
    assert "is live" in browser.send(browser.get("/builder/plan").form("/builder/plan"), {"accept": []}).text


def test_roles_are_made_moved_renamed_and_removed(site: Site, browser: Browser) -> None:
    assert "There are no roles yet" in browser.get(ROLES).text
    assert "Chief added to the draft" in add(browser, ROLES, label="Chief").text
    assert "after the deploy" in add(browser, ROLES, begun="chief", label="Representative", name="rep").text
    add(browser, ROLES, begun="rep", label="Trainee")
    assert written(site, "roles.yaml") == to_yaml(
        {
            "chief": {"label": "Chief"},
            "rep": {"label": "Representative", "reports_to": "chief"},
            "trainee": {"label": "Trainee", "reports_to": "rep"},
        },
        "roles",
    )
    edit = browser.get(f"{ROLES}?edit=chief")
    assert 'value="trainee"' not in edit.source  # it cannot report to who is below
    deploy(browser)

    site.user("nina")
    site.request("PUT", "/api/v1/roles/trainee/members", json=[{"user": "nina"}])
    assert "sees what 1 person below has" in browser.get(ROLES).text
    page = browser.get(f"{ROLES}/rep")
    assert ("Reports to Chief" in page.text, "Below it Trainee" in page.text) == (True, True)
    assert page.links(r"/builder/roles\?edit=rep")

    moved = browser.send(
        form_at(browser.get(f"{ROLES}?edit=trainee"), f"{ROLES}/trainee/definition"),
        {"f.reports_to": "chief", "f.label": "Apprentice"},
    )
    assert ("Change added to the draft" in moved.text, "Who would see more or less?" in moved.text) == (True, True)
    assert "trainee: {label: Apprentice, reports_to: chief}" in written(site, "roles.yaml")
    removed = browser.send(form_at(moved, f"{ROLES}/rep/remove"))
    assert "Take back: Representative" in removed.source
    back = browser.send(form_at(removed, f"{ROLES}/rep/remove"))
    assert "Take back: Representative" not in back.source
    deploy(browser)


def test_a_role_that_is_used_stays(site: Site, browser: Browser) -> None:
    for label in ("Boss", "Helper"):
        add(browser, ROLES, begun="boss", label=label)
    used = browser.send(form_at(browser.get(ROLES), f"{ROLES}/boss/remove"))
    assert (used.status, "It is still named in roles.yaml, helper.reports_to." in used.text) == (422, True)
    deploy(browser)
    site.user("otto")
    site.request("PUT", "/api/v1/roles/helper/members", json=[{"user": "otto"}])
    record = site.create("account", name="Shared")
    site.request("POST", f"/api/v1/records/account/{record}/shares", json={"principal": "role:helper"})
    held = browser.send(form_at(browser.get(ROLES), f"{ROLES}/helper/remove"))
    assert held.status == 422
    assert "1 person has it. Take it from them first." in held.text
    assert "1 record is shared with it by hand. Take that back first." in held.text


def test_what_is_wrong_stands_at_its_field(browser: Browser) -> None:
    add(browser, ROLES, label="Only one")
    for given, text in (
        ({"label": ""}, "Give it a label."),
        ({"label": "领导"}, "Give it a name of lower-case letters"),
        ({"label": "Only one"}, "There is one named only_one already."),
        ({"label": "Other", "reports_to": "nobody"}, "there is no role"),
    ):
        refused = add(browser, ROLES, **given)
        assert (refused.status, text in refused.text) == (422, True), text
    token = dict(browser.get(ROLES).form("/logout").values)
    assert browser.post(f"{ROLES}/nobody/remove", token).status == 404
    assert browser.post(f"{ROLES}/nobody/definition", token).status == 404


def test_teams_and_permission_groups_are_defined_too(site: Site, browser: Browser) -> None:
    assert "North added to the draft" in add(browser, TEAMS, label="North").text
    assert written(site, "teams.yaml") == "north: {label: North}\n"
    refused = add(browser, GROUPS, label="Office")
    assert "Choose at least one permission set." not in refused.text  # there is none yet but the administrator's
    made = browser.send(
        browser.get("/builder/permission_sets/new").form("/builder/permission_sets/new"),
        {"f.label": "Clerk", "rights.deal": ["read"]},
    )
    assert made.status == 200
    page = browser.get(f"{GROUPS}?add=1")
    none = browser.send(form_at(page, GROUPS), {"f.label": "Desk"})
    assert (none.status, "Choose at least one permission set." in none.text) == (422, True)
    done = browser.send(form_at(page, GROUPS), {"f.label": "Desk", "sets": ["clerk"]})
    assert "Desk added to the draft" in done.text
    assert written(site, "permission_groups.yaml") == "desk: {label: Desk, sets: [clerk]}\n"
