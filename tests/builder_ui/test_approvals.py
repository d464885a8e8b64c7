"""Approvals on screen: the panel of a record, the list of what waits, and deciding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from builder_ui.app import mount
from tests.builder_ui.browser import Browser, Form
from tests.builder_ui.sources import FILES
from tests.trellis.api.sites import Site, open_site
from tests.trellis.factory import add_user
from trellis.automation.approvals.store import Request
from trellis.security.actor import Actor
from trellis.security.users import list_users

RULES = """
approval big "Big deals" on deal
if amount > 100
step first "First look" by user "admin"
    delegation allowed
step second "Second look" if amount > 1000 by user "mei"
    reject to first
on approve then
    set stage = "Offer"
end
"""
FILES_WITH_APPROVAL = {
    **FILES,
    "rules/big.rule": RULES,
    "translations/zh-Hans.yaml": "approvals:\n  big: {label: 大单, steps: {first: 初审}}\n",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("web"), FILES_WITH_APPROVAL) as opened:
        mount(opened.app, opened.runtime)
        opened.run(add_user(opened.tenant, "mei", is_admin=True))
        yield opened


def submitted(site: Site, name: str, amount: int, comment: str = "") -> Request:
    deal = site.create("deal", name=name, amount=amount)
    admin = site.admin
    actor = Actor(user_id=admin.id, name=admin.name, email=admin.email, is_admin=True, channel="web")
    return site.run(site.runtime.approvals(site.tenant).submit(actor, "deal", deal, None, comment))


def pressed(form: Form, act: str) -> Form:
    """The form as another of its buttons sends it."""
    return replace(form, action=f"{form.action.rpartition('/')[0]}/{act}")


def test_a_record_is_submitted_from_its_page_and_locked(browser: Browser, site: Site) -> None:
    path = f"/app/deal/{site.create('deal', name='Pumps', amount=5000)}"
    page = browser.get(path)
    assert "Submit for approval" in page.text
    sent = browser.send(page.form(f"{path}/submit"), {"comment": "They are in a <hurry>."})
    assert sent.path == path
    assert "Submitted for approval" in sent.text
    assert 'Locked until "Big deals" is decided' in sent.text
    assert "They are in a &lt;hurry&gt;." in sent.source
    assert "First look: you" in sent.text
    assert "Second look Mei" in sent.text
    locked = browser.send(browser.get(f"{path}/edit").form(f"{path}/edit"), {"f.amount": "6"})
    assert locked.status == 422
    assert "Locked until" in locked.text


def test_what_waits_is_listed_with_why_and_decided(browser: Browser, site: Site) -> None:
    request = submitted(site, "Valves", 200, "Now or never.")
    page = browser.get("/app/approvals")
    assert page.status == 200
    assert f"/app/approvals/{request.id}?box=waiting" in page.links(r"/app/approvals/[^\"]*")
    one = browser.get(f"/app/approvals/{request.id}")
    assert "Step 1 of 2: the user admin." in one.text
    assert "amount is above 100" in one.text
    assert "Amount: €200.00" in one.text
    assert "Second look: not needed" in one.text
    assert "Now or never." in one.text
    done = browser.send(one.form(f"/app/approvals/{request.id}/approve"), {"comment": "Fine."})
    assert done.path == "/app/approvals"
    assert "Agreed" in done.text
    assert browser.get(f"/app/deal/{request.record_id}").text.count("Big deals Approved") == 1
    finished = browser.get(f"/app/approvals/{request.id}?box=done")
    assert "First look: agreed" in finished.text
    assert not [form for form in finished.forms if form.action.startswith("/app/approvals/")]


def test_a_rejection_without_a_reason_keeps_what_was_typed_and_says_so(browser: Browser, site: Site) -> None:
    request = submitted(site, "Gauges", 300)
    form = pressed(browser.get(f"/app/approvals/{request.id}").form("/app/approvals/"), "reject")
    refused = browser.send(form, {"comment": "  "})
    assert refused.status == 422
    assert "Say why: whoever submitted it reads it." in refused.text
    rejected = browser.send(form, {"comment": "Too dear."})
    assert "Rejected" in rejected.text
    again = browser.send(form, {"comment": "Once more."})
    assert again.status == 409
    assert "This is rejected already." in again.text


def test_handed_over_and_recalled(browser: Browser, site: Site) -> None:
    request = submitted(site, "Meters", 400)
    bo = site.run(add_user(site.tenant, "bo"))
    address = f"/app/approvals/{request.id}"
    form = browser.get(address).form("/app/approvals/")
    nobody = browser.send(pressed(form, "delegate"), {"to": "", "comment": "Kept."})
    assert nobody.status == 422
    assert "Choose who decides instead." in nobody.text
    assert "Kept." in nobody.text
    people = dict(browser.get(address).form("/app/approvals/").values)
    assert people["to"] == ""
    mei = next(user.id for user in site.run(list_users(site.tenant)) if user.username == "mei")
    assert "Handed over" in browser.send(pressed(form, "delegate"), {"to": mei}).text
    page = browser.get(address)
    assert "First look: Mei" in page.text
    of_mei = page.form(f"{address}/recall")
    assert dict(of_mei.values)["from"] == mei
    assert "Handed over" in browser.send(pressed(of_mei, "delegate"), {"to": bo}).text
    page = browser.get(address)
    assert "First look: Bo" in page.text
    recall = page.form(f"{address}/recall")
    assert "Recalled" in browser.send(recall).text


def test_the_navigation_counts_what_waits(browser: Browser, site: Site) -> None:
    before = int(_count(browser))
    submitted(site, "Counted", 500)
    assert int(_count(browser)) == before + 1


def _count(browser: Browser) -> str:
    text = browser.get("/app").text
    found = text.split("Approvals ", 1)[1].split(" ", 1)[0]
    return found if found.isdigit() else "0"


def test_in_chinese_with_the_labels_of_the_translation(site: Site) -> None:
    request = submitted(site, "中文", 600)
    browser = Browser(site, language="zh-Hans")
    browser.sign_in()
    page = browser.get(f"/app/approvals/{request.id}")
    assert "大单" in page.text
    assert "初审：您" in page.text
    assert "步骤" in page.text


def test_addresses_of_nothing_are_not_found(browser: Browser) -> None:
    assert browser.get("/app/approvals/nothing").status == 404
    assert browser.get("/app/approvals?box=strange").status == 200
