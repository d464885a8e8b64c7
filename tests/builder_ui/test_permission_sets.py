"""A permission set is edited in the draft: what is ticked is written as canonical YAML, and what the form does not show stays."""

from __future__ import annotations

import pytest

from builder_ui.builder.draft_store import load_draft
from metamodel import to_yaml
from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site

LIST = "/builder/permission_sets"


@pytest.fixture(autouse=True)
def _empty_draft(browser: Browser) -> None:
    token = dict(browser.get("/builder").form("/logout").values)["csrf_token"]
    browser.post("/builder/draft/discard", {"csrf_token": token})


def written(site: Site, name: str) -> str:
    return site.run(load_draft(site.tenant))[f"permissions/{name}.yaml"] or ""


def test_a_new_set_is_made_edited_by_field_and_deployed(site: Site, browser: Browser) -> None:
    assert browser.get(LIST).links("/builder/permission_sets/new")
    page = browser.get(f"{LIST}/new")
    made = browser.send(
        page.form(f"{LIST}/new"),
        {"f.label": "Clerk", "rights.deal": ["edit", "create"], "fields.account": "read", "rights.account": "read"},
    )
    assert "Clerk added to the draft" in made.text
    assert written(site, "clerk") == to_yaml(
        {
            "label": "Clerk",
            "objects": {
                "account": {"rights": ["read"], "fields": {"*": "read"}},
                "deal": {"rights": ["create", "edit"]},
            },
        },
        "permission_set",
    )
    assert browser.get(LIST).links(f"{LIST}/clerk/edit")

    address = f"{LIST}/clerk/edit"
    fields = browser.send(browser.get(address).form(address), {"do": "fields:deal", "system": "export"})
    assert fields.path == f"{address}/deal"
    refused = browser.send(fields.form(address), {"others": "all", "field.number": "edit"})
    assert (refused.status, "t-note is-bad" in refused.source) == (422, True)
    assert browser.post(f"{address}/nothing", dict(fields.form(address).values)).status == 404
    saved = browser.send(fields.form(address), {"others": "read", "field.amount": "edit", "field.notes": "none"})
    assert ("Change added to the draft" in saved.text, "2 fields by name" in saved.text) == (True, True)
    source = written(site, "clerk")
    assert "    fields: {'*': read, amount: edit, notes: none}\nsystem: [export]" in source

    again = browser.send(browser.get(address).form(address), {"do": "save"})
    assert ("Change added" in again.text, written(site, "clerk") == source) == (True, True)

    assert "is live" in browser.send(browser.get("/builder/plan").form("/builder/plan"), {"accept": []}).text
    live = browser.get(f"{LIST}/clerk")
    assert live.links(f"{LIST}/clerk/edit")
    assert "read only" in live.text
    copy = browser.get(f"{LIST}/new?copy=clerk")
    made = browser.send(copy.form(f"{LIST}/new"))
    assert made.path == f"{LIST}/clerk_copy/edit"
    assert written(site, "clerk_copy").replace("Clerk (copy)", "Clerk") == source


def test_what_is_wrong_is_said_where_it_is(site: Site, browser: Browser) -> None:
    page = browser.get(f"{LIST}/new")
    form = page.form(f"{LIST}/new")
    refused = browser.send(form, {"f.label": "办事员"})
    assert (refused.status, "Give it a name of lower-case letters" in refused.text) == (422, True)
    assert browser.send(form, {"f.label": "X", "f.name": "../x"}).status == 422
    refused = browser.send(form, {"f.label": "Administrator"})
    assert (refused.status, "named administrator already" in refused.text) == (422, True)
    refused = browser.send(form, {"f.label": "Agent", "do": "fields:deal"})
    assert (refused.status, "Tick first" in refused.text) == (422, True)
    refused = browser.send(form, {"f.label": "", "f.name": "agent"})
    assert (refused.status, "Give it a label" in refused.text) == (422, True)
    refused = browser.send(form, {"f.label": "Agent", "rights.user": "edit"})
    assert (refused.status, "changed by those with manage_users" in refused.text) == (422, True)
    assert browser.get(f"{LIST}/administrator/edit").status == 404
    assert not browser.get(f"{LIST}/administrator").links(f"{LIST}/administrator/edit")
    assert browser.get(f"{LIST}/nothing/edit/deal").status == 404


def test_the_list_says_that_the_administrators_set_is_the_platforms(browser: Browser) -> None:
    row = next(line for line in browser.get(LIST).source.split("<tr") if f'{LIST}/administrator"' in line)
    assert ("Trellis" in row, "Yours" in row) == (True, False)
