"""Roles and teams in the builder, one's own queues, giving records back, and rules to run on a record's page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builder_ui.app import mount
from tests.builder_ui.browser import Browser
from tests.builder_ui.sources import FILES
from tests.trellis.api.sites import Site, open_site

SOURCES = {
    **FILES,
    "queues.yaml": "triage: {label: Triage, objects: [deal]}\nboth: {label: Both, objects: [deal, account]}\n",
    "roles.yaml": "cfo: {label: CFO}\n",
    "teams.yaml": "north: {label: North}\n",
    "rules/people.rule": """
rule "Wait" on deal when created if name = "Waits" then assign to queue triage end
rule "Mark" on deal description "In a word." when called if amount > 10 then set name = name & "!" end
rule "Rename" on deal when called with (prefix text, times number, is_loud checkbox, due date, customer account) then
    set name = prefix & TEXT(times) & IF(is_loud, "!", "?"), account = customer
end
rule "Never" on deal when called then fail name "Not this one" end
""",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("web"), SOURCES) as opened:
        mount(opened.app, opened.runtime)
        for username in ("bo", "chen"):
            opened.user(username)
        yield opened


def _seat(site: Site, *users: str, queue: str = "triage") -> None:
    answer = site.request("PUT", f"/api/v1/queues/{queue}/members", json=[{"user": user} for user in users])
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("kind", "label"), [("role", "CFO"), ("team", "North")])
def test_members_of_roles_and_teams_are_added_moved_and_removed(
    site: Site, browser: Browser, kind: str, label: str
) -> None:
    listed = browser.get(f"/builder/{kind}s")
    assert label in listed.text
    assert "Nobody" in listed.text
    [address] = listed.links(f"/builder/{kind}s/[a-z]+")
    page = browser.get(address)
    assert "Nobody yet" in page.text
    ids = {one["username"]: one["id"] for one in site.get("/api/v1/records/user?fields=id,username").json()["records"]}
    for username in ("bo", "chen"):
        page = browser.send(browser.get(address).form(address), {"do": "add", "add": ids[username]})
        assert f"{username.title()} belongs here now" in page.text
    browser.send(browser.get(address).form(address), {"do": f"up:{ids['chen']}"})
    members = site.get(f"/api/v1/{kind}s/{address.rpartition('/')[2]}/members").json()
    assert [one["username"] for one in members] == ["chen", "bo"]
    stale = browser.get(address).form(address)
    page = browser.send(browser.get(address).form(address), {"do": f"remove:{ids['bo']}"})
    assert "Members saved" in page.text
    late = browser.send(stale, {"do": "save"})
    assert (late.status, "Somebody else has changed these members" in late.text) == (409, True)
    assert browser.send(browser.get(address).form(address), {"do": "add"}).status == 422


def test_one_takes_the_next_record_of_a_queue(site: Site, browser: Browser) -> None:
    assert "You sit at no queue" in browser.get("/app/queues").text
    _seat(site, site.admin.id)
    first, second = (site.create("deal", name="Waits") for _ in range(2))
    page = browser.get("/app/queues")
    assert "Triage" in page.text
    [shown] = page.links('/app/deal\\?[^"]+')
    taken = browser.send(page.form("/app/queues/triage/take"))
    assert taken.path == f"/app/deal/{first}"
    assert "This deal is yours now" in taken.text
    taken = browser.send(browser.get(shown).form("/app/queues/triage/take"))
    assert taken.path == f"/app/deal/{second}"
    empty = browser.post("/app/queues/triage/take", {**dict(page.form("/app/queues/triage/take").values)})
    assert "Nothing waits there any more" in empty.text
    _seat(site, "bo")
    refused = browser.post("/app/queues/triage/take", dict(page.form("/app/queues/triage/take").values))
    assert (refused.status, "You do not sit at this queue" in refused.text) == (403, True)


def test_records_are_given_back(site: Site, browser: Browser) -> None:
    _seat(site, site.admin.id)
    site.create("deal", name="Waits")
    browser.send(browser.get("/app/queues").form("/app/queues/triage/take"))
    assert browser.get("/builder/queues/triage").links("/builder/queues/triage/reassign")
    form = browser.get("/builder/queues/triage/reassign").form("/builder/queues/triage/reassign")
    assert browser.send(form).status == 422
    wrong = browser.send(form, {"user": site.admin.id, "where": "amuont > 1"})
    assert (wrong.status, "no field" in wrong.text) == (422, True)
    done = browser.send(form, {"user": site.admin.id, "where": 'name = "Waits"'})
    assert "1 waits in the queue" in done.text or "wait in the queue" in done.text
    again = browser.send(form, {"user": site.admin.id, "where": 'name = "Waits"'})
    assert "There was nothing to give back" in again.text
    _seat(site, "bo", queue="both")
    both = browser.get("/builder/queues/both/reassign").form("/builder/queues/both/reassign")
    assert browser.send(both, {"user": "bo", "where": "1 = 1"}).status == 422


def test_rules_are_run_on_the_page_of_a_record(site: Site, browser: Browser) -> None:
    account = site.create("account", name="Acme")
    deal = site.create("deal", name="A", amount=20)
    small = site.create("deal", name="B", amount=5)
    here = f"/app/deal/{deal}"
    page = browser.get(here)
    assert "In a word." in page.text
    run = next(form for form in page.forms if form.action == f"{here}/call")
    done = browser.post(run.action, {**dict(run.values), "rule": "Mark"})
    assert "Done: Mark" in done.text
    assert "A!" in done.text
    other = browser.post(f"/app/deal/{small}/call", {**dict(run.values), "rule": "Mark"})
    assert "Nothing was done: Mark is for other records" in other.text
    [asks] = [link for link in page.links(f'{here}/call\\?[^"]+') if "Rename" in link]
    form = browser.get(asks).form(f"{here}/call")
    wrong = browser.send(form, {"p.prefix": "C", "p.times": "many", "p.due": "2026-02-30"})
    assert wrong.status == 422
    assert dict(wrong.form(f"{here}/call").values)["p.prefix"] == "C"
    renamed = browser.send(form, {"p.prefix": "C", "p.times": "3", "p.is_loud": "1", "p.customer": account})
    assert renamed.path == here
    assert "C3!" in renamed.text
    assert "Acme" in renamed.text
    refused = browser.post(f"{here}/call", {**dict(run.values), "rule": "Never"})
    assert (refused.status, "Not this one" in refused.text) == (422, True)
    assert browser.post(f"{here}/call", {**dict(run.values), "rule": "Wait"}).status == 404
