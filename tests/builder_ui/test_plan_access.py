"""Before a draft is deployed one sees who would see more or less."""

from __future__ import annotations

from datetime import UTC, datetime

from builder_ui.builder.draft_store import save_draft, take_out
from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site
from tests.trellis.factory import add_user
from trellis.automation.group_members import replace_group_members
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor

SET = "label: Readers\nobjects:\n  account: {rights: [read], fields: {name: read}}\n"


def test_the_plan_leads_to_what_each_person_gains_and_loses(site: Site, browser: Browser) -> None:
    admin = site.admin
    actor = Actor(user_id=admin.id, name=admin.name, email=admin.email, is_admin=True, channel="cli")
    site.run(deploy(site.tenant, actor, SourceChange(files={"permissions/readers.yaml": SET}), summary="Readers"))
    reader = site.run(add_user(site.tenant, "reader"))
    site.run(replace_group_members(site.tenant, AdministratorAccess(), actor, "permission_set", "readers", [reader]))
    site.create("account", name="Nordwerk", owner=reader)
    site.create("account", name="Of somebody else")

    assert browser.get("/builder/plan/access").path == "/builder/plan"
    wider = SET.replace("[read]", "[read, view_all, edit]").replace("{name: read}", '{"*": edit}')
    change = {"permissions/readers.yaml": wider}
    site.run(save_draft(site.tenant, change, user_id=admin.id, now=datetime.now(UTC)))
    assert "Who would see more or less?" in browser.get("/builder/plan").text
    page = browser.get("/builder/plan/access")
    assert "1 person was looked at." in page.text
    assert "Edit, View all" in page.text
    assert "+1 " in page.text
    site.run(take_out(site.tenant))
