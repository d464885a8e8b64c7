"""The builder: edits land in the draft, the plan says what they do, and a deploy makes them live."""

from __future__ import annotations

import re

import pytest

from tests.builder_ui.browser import Browser, Page
from tests.trellis.api.sites import Site
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor


@pytest.fixture(autouse=True)
def _empty_draft(browser: Browser) -> None:
    browser.post(
        "/builder/draft/discard", {"csrf_token": dict(browser.get("/builder").form("/logout").values)["csrf_token"]}
    )


def add_field(browser: Browser, object_name: str, type_name: str, **options: str) -> Page:
    page = browser.get(f"/builder/objects/{object_name}?add={type_name}")
    form = page.form(f"/builder/objects/{object_name}/fields?")
    return browser.send(form, {f"f.{name}": value for name, value in options.items()})


def run_deploy(browser: Browser, accept: list[str] | None = None) -> Page:
    plan = browser.get("/builder/plan")
    return browser.send(plan.form("/builder/plan"), {"accept": accept or []})


def test_a_new_field_waits_in_the_draft_until_it_is_deployed(browser: Browser) -> None:
    added = add_field(browser, "deal", "text", label="Next step", length="50")
    assert "Next step added to the draft" in added.text
    assert "2 components not deployed." in added.text
    assert "next_step" in added.text
    assert "f.next_step" not in browser.get("/app/deal/new").source
    plan = browser.get("/builder/plan")
    assert "deal.next_step" in plan.text
    done = run_deploy(browser)
    assert "is live" in done.text
    assert 'name="f.next_step"' in browser.get("/app/deal/new").source
    assert "Nothing to deploy" in browser.get("/builder/plan").text


def test_a_new_object_has_a_form_a_list_and_an_api(browser: Browser, site: Site) -> None:
    form = browser.get("/builder/objects/new").form("/builder/objects/new")
    made = browser.send(
        form, {"f.label": "Cost centre", "f.plural_label": "Cost centres", "icon": "coins", "hue": "120"}
    )
    assert made.path == "/builder/objects/cost_centre"
    add_field(browser, "cost_centre", "picklist", label="Kind", values="Sales\nService")
    assert "is live" in run_deploy(browser).text
    saved = browser.send(
        browser.get("/app/cost_centre/new").form("/app/cost_centre/new"), {"f.name": "CC 1", "f.kind": "Service"}
    )
    assert "Service" in saved.text
    assert "Cost centres" in saved.text
    assert site.get("/api/v1/records/cost_centre").json()["records"][0]["kind"] == "Service"


def test_removing_a_field_needs_a_yes_and_the_values_come_back(browser: Browser, site: Site) -> None:
    add_field(browser, "account", "text", label="Legacy")
    run_deploy(browser)
    record = site.create("account", name="Has one", legacy="old value")
    page = browser.get("/builder/objects/account")
    browser.send(page.form("/builder/objects/account/fields/legacy/remove"))
    plan = browser.get("/builder/plan")
    assert "1 destructive" in plan.text
    assert "Yes, remove account.legacy and move 1 value to the bin" in plan.text
    refused = run_deploy(browser)
    assert refused.status == 409
    assert "Nothing was deployed" in refused.text
    assert "is live" in run_deploy(browser, ["destructive:account.legacy"]).text
    assert "legacy" not in browser.get("/builder/objects/account").text
    add_field(browser, "account", "text", label="Legacy")
    run_deploy(browser)
    assert "old value" in browser.get(f"/app/account/{record}").text


def test_the_whole_plan_is_told_in_chinese(site: Site) -> None:
    site.create("account", name="Somebody", city="Bonn")
    browser = Browser(site, language="zh-Hans")
    browser.sign_in()
    for type_name, label, options in (
        ("text", "Must", {"required": "1"}),
        ("number", "Score", {}),
        ("checkbox", "Vip", {}),
    ):
        add_field(browser, "account", type_name, label=label, **options)
    page = browser.get("/builder/objects/account")
    browser.send(page.form("/builder/objects/account/fields/city/remove"))
    plan = browser.get("/builder/plan")
    assert "添加文本字段 account.must" in plan.text
    assert "Must 为必填，而这些记录中为空。" in plan.text
    assert "请为字段设置默认值" in plan.text
    assert "添加复选框字段 account.vip；现有记录取值 False" in plan.text
    assert "移除文本字段 account.city；其值在回收站保留 30 天" in plan.text
    refused = run_deploy(browser, ["destructive:account.city"])
    assert "计划无法执行：account.must" in refused.text
    for told in (plan, refused):
        assert not re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", told.text), told.text


def test_a_removal_can_be_taken_back_in_the_draft(browser: Browser) -> None:
    page = browser.get("/builder/objects/account")
    gone = browser.send(page.form("/builder/objects/account/fields/city/remove"))
    assert "Removed" in gone.text
    back = browser.send(gone.form("/builder/objects/account/fields/city/remove"))
    assert "Removed" not in back.text
    assert "not deployed" not in back.text


def test_rows_in_the_way_are_shown_and_stop_the_deploy(browser: Browser, site: Site) -> None:
    site.create("deal", name="A name of many characters")
    page = browser.get("/builder/objects/deal?field=name")
    browser.send(page.form("/builder/objects/deal/fields/name?"), {"f.length": "12"})
    plan = browser.get("/builder/plan")
    assert "Mend first" in plan.text
    assert "A name of many characters" in plan.text
    assert 'class="btn btn-primary w-100" disabled' in plan.source


@pytest.mark.parametrize(
    ("type_name", "options", "words"),
    [
        ("formula", {"label": "Broken", "returns": "number", "formula": "amuont * 2"}, "amuont"),
        ("text", {"label": "Stage"}, "There is a field named stage already."),
        ("text", {"label": "Bad", "name": "No Name!"}, "No Name!"),
        ("text", {"label": ""}, "Give the field a label and a name."),
        ("auto_number", {"label": "Nr", "format": "none"}, "none"),
        ("picklist", {"label": "Empty"}, "values"),
    ],
)
def test_a_field_that_does_not_hold_together_is_refused_at_once(
    browser: Browser, type_name: str, options: dict[str, str], words: str
) -> None:
    page = add_field(browser, "deal", type_name, **options)
    assert page.status == 422
    assert words in page.text
    assert ("f.label", options["label"]) in page.form("/builder/objects/deal/fields?").values
    assert "not deployed" not in page.text


def test_a_removed_field_leaves_the_layouts_and_views_that_showed_it(browser: Browser) -> None:
    page = browser.get("/builder/objects/deal")
    browser.send(page.form("/builder/objects/deal/fields/code/remove"))
    plan = browser.get("/builder/plan")
    assert "layouts/deal/default.yaml" in plan.text
    assert "1 destructive" in plan.text


def test_a_field_that_a_formula_needs_is_not_removed(browser: Browser) -> None:
    page = browser.get("/builder/objects/deal")
    answer = browser.send(page.form("/builder/objects/deal/fields/amount/remove"))
    assert "It is still used" in answer.text
    assert "not deployed" not in answer.text


def test_an_edited_picklist_keeps_the_colours_of_the_values_that_stay(browser: Browser) -> None:
    page = browser.get("/builder/objects/deal?field=stage")
    form = page.form("/builder/objects/deal/fields/stage?")
    assert dict(form.values)["f.values"] == "Open\nOffer\nWon\nLost"
    browser.send(form, {"f.values": "Open\nOffer\nVerbal yes\nWon\nLost"})
    source = browser.get("/builder/objects/deal?tab=source").text
    assert "{name: Open, hue: 240, default: true}" in source
    assert "Verbal yes" in source
    assert "is live" in run_deploy(browser).text
    assert "Verbal yes" in browser.get("/app/deal/new").text


def test_fields_added_to_a_packages_object_are_an_extension_of_ones_own(browser: Browser, site: Site) -> None:
    package = {
        "package.yaml": "name: fleet\nnamespace: ''\nversion: 1.0.0\nlabel: Fleet\n",
        "objects/van.yaml": "label: Van\nplural_label: Vans\nname_field: plate\nfields:\n  plate: {type: text, label: Plate, length: 12}\n",
    }
    actor = Actor(user_id=site.admin.id, name="Admin", email="a@example.com", is_admin=True, channel="cli")
    site.run(deploy(site.tenant, actor, SourceChange(files=package, owner="fleet")))
    page = browser.get("/builder/objects/van")
    assert "This object comes from a package." in page.text
    assert "/builder/objects/van/fields/plate/remove" not in page.source
    add_field(browser, "van", "number", label="Mileage")
    assert "extensions/van.yaml" in browser.get("/builder/plan").text
    assert "is live" in run_deploy(browser).text
    assert 'name="f.mileage"' in browser.get("/app/van/new").source


def test_what_changed_since_one_looked_is_not_deployed(browser: Browser) -> None:
    add_field(browser, "deal", "text", label="Looked at")
    looked_at = browser.get("/builder/plan").form("/builder/plan")
    add_field(browser, "deal", "text", label="Sneaked in")
    answer = browser.send(looked_at)
    assert answer.status == 409
    assert "has changed since you looked" in answer.text
    assert "Sneaked in" not in browser.get("/app/deal/new").text


def test_a_draft_is_discarded_file_by_file_or_whole(browser: Browser) -> None:
    add_field(browser, "deal", "text", label="One")
    add_field(browser, "account", "text", label="Two")
    plan = browser.get("/builder/plan")
    discard = next(form for form in plan.forms if ("path", "objects/deal.yaml") in form.values)
    after = browser.send(discard)
    assert "objects/deal.yaml" not in after.text
    assert "objects/account.yaml" in after.text


def test_settings_of_an_object_change_its_words_everywhere(browser: Browser) -> None:
    form = browser.get("/builder/objects/account/settings").form("/builder/objects/account/settings")
    browser.send(form, {"f.plural_label": "Companies"})
    assert "is live" in run_deploy(browser).text
    assert "Companies" in browser.get("/app").text


def test_an_object_is_opened_in_its_settings_and_the_plan_warns_of_it(browser: Browser, site: Site) -> None:
    settings = "/builder/objects/account/settings"
    browser.send(browser.get(settings).form(settings), {"f.sharing": "read"})
    plan = browser.get("/builder/plan")
    assert "sharing: private becomes read" in plan.text
    assert "somebody may see or do more" in plan.text
    assert "is live" in run_deploy(browser).text
    assert site.run(site.tenant.refresh()).model.object("account").sharing == "read"
    chosen = browser.get(settings).source.partition('value="read" selected')
    assert chosen[1]


def test_the_history_of_an_object_and_of_a_field_is_kept_from_a_deploy_on(browser: Browser, site: Site) -> None:
    settings = "/builder/objects/account/settings"
    browser.send(browser.get(settings).form(settings), {"f.history": "1"})
    field = "/builder/objects/account/fields/name"
    drawer = browser.get("/builder/objects/account?field=name")
    browser.send(drawer.form(field), {"f.history": "no"})
    assert "is live" in run_deploy(browser).text
    model = site.run(site.tenant.refresh()).model
    account = model.object("account")
    assert account.history
    assert account.fields["name"].history is False
    assert "owner" in account.tracked
    assert "name" not in account.tracked
    shown = browser.get(settings).source
    assert " checked" in shown[shown.index('name="f.history"') - 200 : shown.index("Keep what becomes")]
