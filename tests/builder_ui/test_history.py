"""The history of deploys in the builder, and the way back to a revision, with its plan first."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from builder_ui.app import mount
from tests.builder_ui.browser import Browser, Page
from tests.builder_ui.sources import FILES
from tests.trellis.api.sites import Site, open_site


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Revision 2 has a field more than revision 1, and a record with a value in it."""
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("web"), FILES) as opened:
        mount(opened.app, opened.runtime)
        account = FILES["objects/account.yaml"] + "  legacy: {type: text, label: Legacy}\n"
        _deploy(opened, {"objects/account.yaml": account}, "Legacy numbers")
        opened.create("account", name="Rheinwerk", legacy="L-1")
        yield opened


def _deploy(site: Site, files: dict[str, str], summary: str) -> None:
    answer = site.post("/api/v1/metadata/deploy", {"files": files, "summary": summary})
    assert answer.status_code == 200, answer.text


def _return(browser: Browser, revision: int, *accept: str) -> Page:
    address = f"/builder/history/{revision}/rollback"
    return browser.send(browser.get(address).form(address), {"accept": list(accept)})


def test_the_history_tells_what_was_deployed_by_whom_and_why(browser: Browser) -> None:
    page = browser.get("/builder/history")
    assert page.links("/builder/history/[0-9]+") == [f"/builder/history/{number}" for number in (2, 1, 0)]
    for told in ("Legacy numbers", "Admin", "In force", "Create object account (Account) with 2 fields", "was created"):
        assert told in page.text
    deploy = browser.get("/builder/history/2")
    assert "Add text field account.legacy" in deploy.text
    assert deploy.links("/builder/history/2/.*") == []
    assert "Return to this revision" in browser.get("/builder/history/1").text


def test_returning_shows_its_plan_and_needs_a_yes_for_what_goes(browser: Browser, site: Site) -> None:
    plan = browser.get("/builder/history/1/rollback")
    assert "Yes, remove account.legacy and move 1 value to the bin" in plan.text
    refused = _return(browser, 1)
    assert (refused.status, "that was not agreed to" in refused.text) == (409, True)
    assert "Revision 3 is live" in _return(browser, 1, "destructive:account.legacy").text
    assert "Back to revision 1" in browser.get("/builder/history").text
    assert "Revision 4 is live" in _return(browser, 2).text
    assert site.get("/api/v1/records/account?fields=legacy").json()["records"][0]["legacy"] == "L-1"
    assert "Everything is as it was in revision 2 already." in browser.get("/builder/history/2/rollback").text


def test_nothing_else_is_deployed_than_what_was_looked_at(browser: Browser, site: Site) -> None:
    form = browser.get("/builder/history/1/rollback").form("/builder/history/1/rollback")
    _deploy(
        site,
        {
            "objects/account.yaml": FILES["objects/account.yaml"]
            + "  more: {type: text, label: More}\n  legacy: {type: text, label: Legacy}\n"
        },
        "",
    )
    shown = browser.send(form, {"accept": ["destructive:account.legacy"]})
    assert (shown.status, "has changed since you looked" in shown.text) == (409, True)
    assert "account.more" in shown.text


def test_a_deploy_of_the_draft_says_what_it_is_for(browser: Browser) -> None:
    page = browser.get("/builder/objects/account?add=text")
    browser.send(page.form("/builder/objects/account/fields?"), {"f.label": "Fax"})
    browser.send(browser.get("/builder/plan").form("/builder/plan"), {"summary": " For the fax  "})
    assert "For the fax" in browser.get("/builder/history").text


def test_pages_of_the_history_follow_each_other(browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builder_ui.builder.history.ON_PAGE", 2)
    first = browser.get("/builder/history")
    (older,) = first.links("/builder/history\\?before=[0-9]+")
    assert "was created" not in first.text
    rest = browser.get(older)
    assert "was created" in rest.text
    assert rest.links("/builder/history\\?before=[0-9]+") == []


@pytest.mark.parametrize("path", ["99", "x", "99/rollback", "-1/rollback", "99999999999999999999"])
def test_a_revision_that_there_is_not_has_a_friendly_page(path: str, browser: Browser) -> None:
    page = browser.get(f"/builder/history/{path}")
    assert (page.status, "There is nothing here" in page.text) == (404, True)


def test_only_who_may_customize_sees_it(site: Site) -> None:
    site.user("clerk")
    browser = Browser(site)
    browser.sign_in("clerk")
    for path in ("/builder/history", "/builder/history/1", "/builder/history/1/rollback"):
        assert browser.get(path).status == 403


def test_it_speaks_chinese(site: Site) -> None:
    browser = Browser(site, language="zh-Hans")
    browser.sign_in()
    _return(browser, 1, "destructive:account.legacy")
    for path in ("/builder/history", "/builder/history/3", "/builder/history/2", "/builder/history/2/rollback"):
        text = browser.get(path).text
        assert not re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", text), text
    assert "返回版本 1" in browser.get("/builder/history").text
    assert "移除文本字段 account.legacy" in browser.get("/builder/history/3").text
