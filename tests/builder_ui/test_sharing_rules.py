"""Rules of sharing and restrictions go to the draft: in words, with what they open now, and what is wrong is said beside its field."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from builder_ui.builder.draft_store import load_draft, save_draft
from metamodel import to_yaml
from tests.builder_ui.browser import Browser, Form, Page
from tests.trellis.api.sites import Site
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor

DEAL = "/builder/objects/deal/sharing"
ROLES = "chief: {label: Chief}\nrep: {label: Representative, reports_to: chief}\n"


@pytest.fixture(autouse=True)
def _empty_draft(site: Site, browser: Browser) -> None:
    discard(browser)
    site.run(save_draft(site.tenant, {"roles.yaml": ROLES}, user_id=site.admin.id, now=datetime.now(UTC)))


def discard(browser: Browser) -> None:
    token = dict(browser.get("/builder").form("/logout").values)["csrf_token"]
    browser.post("/builder/draft/discard", {"csrf_token": token})


def written(site: Site) -> str:
    return site.run(load_draft(site.tenant)).get("sharing/deal.yaml") or ""


def drawer(page: Page, action: str) -> Form:
    return next(form for form in page.forms if form.action == action)


def add(browser: Browser, part: str, **given: str | list[str]) -> Page:
    page = browser.get(f"{DEAL}?add={part}")
    return browser.send(drawer(page, f"{DEAL}/{part}"), {name.replace("__", "."): one for name, one in given.items()})


def test_rules_are_added_changed_deployed_and_removed(site: Site, browser: Browser) -> None:
    site.create("deal", name="Urgent", urgent=True)
    site.create("deal", name="Calm")
    assert browser.get("/builder/objects/deal").links(DEAL)
    assert "No rule opens records" in browser.get(DEAL).text

    added = add(browser, "rules", f__label="Urgent ones", f__when="urgent", share_with=["role:rep"], do="save")
    assert "Urgent ones added to the draft" in added.text
    owners = {"way": "owned_by", "owned_by__add": "permission_set:administrator", "share_with": ["everyone"]}
    added = add(browser, "rules", f__label="Of the office", f__access="read_write", do="save", **owners)
    assert "may read and change" in added.text
    added = add(browser, "restrictions", f__label="Open only", f__name="open_only", f__when='stage <> "Lost"')
    assert "Everybody but who sees all data" in added.text
    assert written(site) == to_yaml(
        {
            "rules": {
                "urgent_ones": {"label": "Urgent ones", "when": "urgent", "share_with": [{"role": "rep"}]},
                "of_the_office": {
                    "label": "Of the office",
                    "owned_by": [{"permission_set": "administrator"}],
                    "share_with": ["everyone"],
                    "access": "read_write",
                },
            },
            "restrictions": {"open_only": {"label": "Open only", "when": 'stage <> "Lost"'}},
        },
        "sharing",
    )
    assert "1 of 2 records" in added.text
    every = browser.get("/builder/sharing")
    assert (every.links(DEAL), "Changed" in every.text) == ([DEAL], True)
    assert "2 of 2 records" in added.text
    source = written(site)
    edit = browser.get(f"{DEAL}?rules=of_the_office")
    assert browser.send(drawer(edit, f"{DEAL}/rules/of_the_office"), {"do": "save"}).status == 200
    assert written(site) == source

    assert "is live" in browser.send(browser.get("/builder/plan").form("/builder/plan"), {"accept": []}).text
    removed = browser.send(browser.get(DEAL).form(f"{DEAL}/rules/urgent_ones/remove"))
    assert ("Take back: Urgent ones" in removed.source, "urgent_ones" in written(site)) == (True, False)
    back = browser.send(removed.form(f"{DEAL}/rules/urgent_ones/remove"))
    assert ("Take back" in back.source, written(site)) == (False, "")
    for part, name in (("rules", "urgent_ones"), ("rules", "of_the_office"), ("restrictions", "open_only")):
        browser.send(browser.get(DEAL).form(f"{DEAL}/{part}/{name}/remove"))
    assert site.run(load_draft(site.tenant))["sharing/deal.yaml"] is None
    browser.send(browser.get("/builder/plan").form("/builder/plan"), {"accept": []})


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(site: Site, browser: Browser) -> None:
    nothing = add(browser, "rules", do="save")
    assert nothing.status == 422
    for text in ("Say what it is for.", "Write a condition.", "Choose whom it shares with."):
        assert text in nothing.text
    given: dict[str, str | list[str]] = {"f__label": "Big ones", "f__when": "amuont > 10", "share_with": ["role:rep"]}
    wrong = add(browser, "rules", do="save", **given)
    assert (wrong.status, "amount" in wrong.text, "amuont &gt; 10" in wrong.source) == (422, True, True)
    assert add(browser, "rules", do="save", **{**given, "f__name": "Big"}).status == 422
    nobody = add(browser, "rules", do="save", **{**given, "f__when": "urgent", "share_with": ["role:nobody"]})
    assert (nobody.status, "there is no role" in nobody.text) == (422, True)
    assert add(browser, "rules", do="save", **{**given, "f__when": "urgent", "share_with": ["x:y"]}).status == 422
    owners = add(browser, "rules", do="save", **{**given, "way": "owned_by"})
    assert "Choose whose records it opens." in owners.text

    more = add(browser, "rules", do="add:share_with", share_with__add="everyone", **given)
    assert more.status == 200
    form = drawer(more, f"{DEAL}/rules")
    assert [value for name, value in form.values if name == "share_with"] == ["role:rep", "everyone"]
    assert written(site) == ""
    saved = browser.send(form, {"f.when": "urgent", "do": "save"})
    assert "Big ones added to the draft" in saved.text
    again = add(browser, "rules", do="save", **{**given, "f__when": "urgent"})
    assert (again.status, "There is one named big_ones already." in again.text) == (422, True)


def test_a_condition_is_judged_as_one_that_decides_who_sees_a_record(browser: Browser) -> None:
    token = dict(browser.get(DEAL).form("/logout").values)["csrf_token"]

    def asked(formula: str) -> str:
        answer = browser.post(f"{DEAL}/formula/check", {"csrf_token": token, "formula": formula, "returns": "checkbox"})
        return str(orjson.loads(answer.source)["panel"])

    assert "only while a record is saved" in asked("ISNEW()")
    assert "In words:" in asked("urgent")


def test_there_is_no_such_page_where_nothing_can_be_shared(browser: Browser) -> None:
    assert browser.get("/builder/objects/user/sharing").status == 404
    form = dict(drawer(browser.get(f"{DEAL}?add=rules"), f"{DEAL}/rules").values)
    assert browser.post(f"{DEAL}/nothing", form).status == 404
    assert browser.post(f"{DEAL}/rules/none", form).status == 404
    assert browser.post(f"{DEAL}/rules/none/remove", form).status == 404


def test_who_may_build_and_not_manage_access_is_told_no_numbers(site: Site, browser: Browser) -> None:
    builder = "label: Builder\nobjects:\n  deal: {rights: [read]}\nsystem: [customize]\n"
    site.run(
        save_draft(site.tenant, {"permissions/builders.yaml": builder}, user_id=site.admin.id, now=datetime.now(UTC))
    )
    added = add(browser, "rules", f__label="All", f__when="urgent = urgent", share_with=["role:rep"], do="save")
    assert "All added to the draft" in added.text
    browser.send(browser.get("/builder/plan").form("/builder/plan"), {"accept": []})
    site.user("bob")
    site.request("PUT", "/api/v1/permission_sets/builders/members", json=[{"user": "bob"}])
    other = Browser(site)
    other.sign_in("bob")
    page = other.get(DEAL)
    assert (page.status, "Opens now –" in page.text) == (200, True)
    assert not page.links("/builder/plan/access")
    hidden = other.get("/builder/objects/account/sharing?add=rules")
    assert (hidden.status, "of 2 records" in hidden.text) == (200, False)
    form = drawer(hidden, "/builder/objects/account/sharing/rules")
    given = {"f.label": "In town", "f.when": "ISBLANK(city)", "share_with.add": "everyone", "do": "save"}
    assert "In town added to the draft" in other.send(form, given).text
    asked = {
        "formula": "ISBLANK(city)",
        "returns": "checkbox",
        "count": "1",
        "csrf_token": dict(form.values)["csrf_token"],
    }
    answer = other.post("/builder/objects/account/sharing/formula/check", asked)
    assert ("In words:" in answer.source, " match" in answer.source) == (True, False)


def test_the_organization_says_how_open_a_packages_object_is(site: Site, browser: Browser) -> None:
    package = {
        "package.yaml": "name: fleet\nnamespace: ''\nversion: 1.0.0\nlabel: Fleet\n",
        "objects/van.yaml": "label: Van\nplural_label: Vans\nname_field: plate\nfields:\n  plate: {type: text, label: Plate, length: 12}\n",
    }
    actor = Actor(user_id=site.admin.id, name="Admin", email="a@example.com", is_admin=True, channel="cli")
    site.run(deploy(site.tenant, actor, SourceChange(files=package, owner="fleet")))
    van = "/builder/objects/van/sharing"
    assert "Private: a record" in browser.get(van).text
    changed = browser.send(drawer(browser.get(f"{van}?change=default"), f"{van}/default"), {"f.sharing": "read"})
    assert "Everybody sees them" in changed.text
    assert "private becomes read" in browser.get("/builder/plan").text
    refused = browser.send(drawer(browser.get(f"{van}?change=default"), f"{van}/default"), {"f.sharing": "wide"})
    assert refused.status == 422
    assert "Traceback" not in refused.text
    back = browser.send(drawer(browser.get(f"{van}?change=default"), f"{van}/default"), {"f.sharing": ""})
    assert "Private: a record" in back.text
    assert "sharing/van.yaml" not in site.run(load_draft(site.tenant))
    own = dict(browser.get("/builder").form("/logout").values)["csrf_token"]
    assert browser.post("/builder/objects/deal/sharing/default", {"csrf_token": own, "f.sharing": "read"}).status == 404
