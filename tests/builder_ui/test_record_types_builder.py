"""Record types are written in the builder: into the draft, as canonical YAML, and what the form does not show stays."""

from __future__ import annotations

from typing import Any

import pytest

from builder_ui.builder.draft_store import load_draft
from metamodel import read_component
from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor

# What the pages write is the same on every database.
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
TYPES = "/builder/objects/deal/record_types"
TRIPS = {
    "package.yaml": "name: travel\nnamespace: ''\nversion: 1.0.0\nlabel: Travel\n",
    "objects/trip.yaml": (
        "label: Trip\nplural_label: Trips\nname_field: place\nfields:\n  place: {type: text, label: Place}\n"
        "  size: {type: picklist, label: Size, values: [Big, Small]}\n"
        "record_types:\n  tour: {label: Tour}\ndefault_record_type: tour\n"
    ),
}


@pytest.fixture(autouse=True)
def _empty_draft(browser: Browser) -> None:
    token = dict(browser.get("/builder").form("/logout").values)["csrf_token"]
    browser.post("/builder/draft/discard", {"csrf_token": token})


def draft_of(site: Site, object_name: str = "deal") -> dict[str, Any]:
    path = f"objects/{object_name}.yaml"
    source = site.run(load_draft(site.tenant))[path] or ""
    return dict(read_component(path, source).body or {})


def add_type(browser: Browser, label: str, **changes: Any) -> None:
    page = browser.get(f"{TYPES}/new")
    made = browser.send(page.form(f"{TYPES}/new"), {"f.label": label, **changes})
    assert f"{label} added to the draft" in made.text


def test_types_are_made_edited_and_deployed(site: Site, browser: Browser) -> None:
    page = browser.get(TYPES)
    assert "All records are of one kind" in page.text
    first = browser.get(f"{TYPES}/new")
    assert "The first types" in first.text
    add_type(browser, "New business")
    stages = {"all.stage": [], "values.stage": ["Won", "Offer"], "default.stage": "Offer"}
    add_type(browser, "Renewal", **stages, **{"f.layout": "default", "all.tags": [], "values.tags": "Red"})
    assert draft_of(site)["default_record_type"] == "new_business"
    assert draft_of(site)["record_types"] == {
        "new_business": {"label": "New business"},
        "renewal": {
            "label": "Renewal",
            "layout": "default",
            "picklists": {"stage": {"values": ["Offer", "Won"], "default": "Offer"}, "tags": {"values": ["Red"]}},
        },
    }
    shown = browser.get(TYPES)
    assert "Stage: Offer, Won" in shown.text
    before = draft_of(site)
    edit = browser.get(f"{TYPES}/renewal")
    saved = browser.send(edit.form(f"{TYPES}/renewal"))
    assert ("Change added" in saved.text, draft_of(site) == before) == (True, True)
    browser.send(edit.form(f"{TYPES}/renewal"), {"f.default": "1"})
    assert draft_of(site)["default_record_type"] == "renewal"

    plan = browser.get("/builder/plan")
    assert "is live" in browser.send(plan.form("/builder/plan"), {"accept": []}).text
    live = browser.get(TYPES)
    assert live.links(f"{TYPES}/renewal")
    assert "Which type is it?" in browser.get("/app/deal/new").text

    gone = browser.send(live.form(f"{TYPES}/renewal/remove"))
    assert "Take back: Renewal" in gone.source
    assert draft_of(site)["default_record_type"] == "new_business"
    browser.send(gone.form(f"{TYPES}/renewal/remove"))
    assert site.run(load_draft(site.tenant)) == {}

    browser.send(browser.get("/builder/objects/deal").form("/builder/objects/deal/fields/tags/remove"))
    assert list(draft_of(site)["record_types"]["renewal"]["picklists"]) == ["stage"]


def test_what_is_wrong_is_said_where_it_is(browser: Browser) -> None:
    add_type(browser, "Plain", **{"f.default": "1"})
    form = browser.get(f"{TYPES}/new").form(f"{TYPES}/new")
    again = browser.send(form, {"f.label": "Plain"})
    assert (again.status, "There is one named plain already." in again.text) == (422, True)
    unnamed = browser.send(form, {"f.label": "续约"})
    assert (unnamed.status, "Give it a name of lower-case letters" in unnamed.text) == (422, True)
    lost = browser.send(form, {"f.label": "Lost", "all.stage": [], "values.stage": ["Won"], "default.stage": "Lost"})
    beside = lost.source.split('id="p-stage"', 1)[1].split("</fieldset>", 1)[0]
    assert (lost.status, "is none of the values that the type offers" in beside) == (422, True)
    none = browser.send(form, {"f.label": "None", "all.stage": [], "values.stage": []})
    beside = none.source.split('id="p-stage"', 1)[1].split("</fieldset>", 1)[0]
    assert (none.status, "t-error" in beside) == (422, True)
    plain = browser.get(f"{TYPES}/plain").form(f"{TYPES}/plain")
    idle = browser.send(plain, {"f.is_active": []})
    assert (idle.status, "is not active" in idle.text) == (422, True)
    assert browser.get(f"{TYPES}/nothing").status == 404


def test_an_order_of_ones_own_stays(site: Site, browser: Browser) -> None:
    add_type(browser, "Plain", **{"all.tags": [], "values.tags": ["Blue", "Red"]})
    types = draft_of(site)["record_types"]
    assert types["plain"]["picklists"] == {"tags": {"values": ["Red", "Blue"]}}


def test_types_added_to_a_packages_object_are_an_extension_of_ones_own(site: Site, browser: Browser) -> None:
    deploy_package(site, TRIPS)
    types = "/builder/objects/trip/record_types"
    page = browser.get(types)
    assert ("Record types that you add are yours" in page.text, "Travel" in page.text) == (True, True)
    assert (page.links(f"{types}/tour"), f"{types}/tour/remove" in page.source) == ([], False)
    assert browser.get(f"{types}/tour").status == 404

    form = browser.get(f"{types}/new")
    assert 'name="f.default"' not in form.source
    taken = browser.send(form.form(f"{types}/new"), {"f.label": "Tour"})
    assert (taken.status, "There is one named tour already." in taken.text) == (422, True)
    some = {"f.label": "Visit", "all.size": [], "values.size": ["Big"], "default.size": "Big"}
    assert "Visit added to the draft" in browser.send(form.form(f"{types}/new"), some).text
    visit = {"label": "Visit", "picklists": {"size": {"values": ["Big"], "default": "Big"}}}
    assert extension_of(site) == {"record_types": {"visit": visit}}
    assert [one.split("</code>")[0] for one in browser.get(types).source.split('cut">')[1:]][-2:] == ["tour", "visit"]
    edit = browser.get(f"{types}/visit")
    browser.send(edit.form(f"{types}/visit"), {"f.label": "Short visit"})
    assert extension_of(site)["record_types"]["visit"]["label"] == "Short visit"

    plan = browser.get("/builder/plan")
    assert "extensions/trip.yaml" in plan.text
    assert "is live" in browser.send(plan.form("/builder/plan"), {"accept": []}).text
    assert "Short visit" in browser.get("/app/trip/new").text
    gone = browser.send(browser.get(types).form(f"{types}/visit/remove"))
    assert ("Take back: Short visit" in gone.source, site.run(load_draft(site.tenant))) == (
        True,
        {"extensions/trip.yaml": None},
    )
    browser.send(gone.form(f"{types}/visit/remove"))
    assert site.run(load_draft(site.tenant)) == {}


def test_the_first_types_of_a_packages_object_say_what_new_records_are(site: Site, browser: Browser) -> None:
    deploy_package(site, {**TRIPS, "objects/trip.yaml": TRIPS["objects/trip.yaml"].split("record_types")[0]})
    form = browser.get("/builder/objects/trip/record_types/new")
    browser.send(form.form("/builder/objects/trip/record_types/new"), {"f.label": "Visit"})
    assert extension_of(site) == {"record_types": {"visit": {"label": "Visit"}}, "default_record_type": "visit"}
    add = browser.get("/builder/objects/trip?add=text")
    browser.send(add.form("/builder/objects/trip/fields"), {"f.label": "Why", "f.name": "why"})
    assert "fields" in extension_of(site)
    browser.send(browser.get("/builder/objects/trip").form("/builder/objects/trip/fields/why/remove"))
    assert extension_of(site) == {"record_types": {"visit": {"label": "Visit"}}, "default_record_type": "visit"}


def extension_of(site: Site) -> dict[str, Any]:
    path = "extensions/trip.yaml"
    return dict(read_component(path, site.run(load_draft(site.tenant))[path] or "").body or {})


def deploy_package(site: Site, files: dict[str, str]) -> None:
    actor = Actor(user_id=site.admin.id, name="Admin", email="a@example.com", is_admin=True, channel="cli")
    none = SourceChange(files={"extensions/trip.yaml": None})
    if "trip" in site.run(site.tenant.compiled()).model.objects:
        site.run(deploy(site.tenant, actor, none, accept_destruction=True))
    site.run(deploy(site.tenant, actor, SourceChange(files=files, owner="travel"), accept_destruction=True))
