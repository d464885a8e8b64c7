"""The record page and what one does there."""

from __future__ import annotations

from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site


def test_the_stage_bar_sets_the_stage(browser: Browser, site: Site) -> None:
    path = f"/app/deal/{site.create('deal', name='Staged', amount=5)}"
    page = browser.get(path)
    moved = browser.send(page.form(f"{path}/path"), {"value": "Offer"})
    assert moved.path == path
    assert 'value="Offer" aria-current="step"' in moved.source


def test_a_stage_that_is_refused_says_why(browser: Browser, site: Site) -> None:
    path = f"/app/deal/{site.create('deal', name='Not yet')}"
    page = browser.send(browser.get(path).form(f"{path}/path"), {"value": "Won"})
    assert page.status == 422
    assert "A won deal has an amount." in page.text
    assert 'value="Open" aria-current="step"' in page.source


def test_the_steps_before_a_grey_end_do_not_count_as_done(browser: Browser, site: Site) -> None:
    page = browser.get(f"/app/deal/{site.create('deal', name='Lost one', stage='Lost')}")
    assert 'class="is-done"' not in page.source


def test_a_deleted_record_comes_back_by_undo(browser: Browser, site: Site) -> None:
    path = f"/app/deal/{site.create('deal', name='Gone and back')}"
    gone = browser.send(browser.get(path).form(f"{path}/delete"))
    assert "Deal moved to the bin" in gone.text
    assert browser.get(path).status == 404
    browser.get("/app/deal")
    page = browser.send(gone.form(f"{path}/restore"))
    assert page.path == path
    assert "Deal restored" in page.text


def test_the_toast_is_told_once(browser: Browser, site: Site) -> None:
    path = f"/app/deal/{site.create('deal', name='Once')}"
    assert "moved to the bin" in browser.send(browser.get(path).form(f"{path}/delete")).text
    assert "moved to the bin" not in browser.get("/app/deal").text


def test_a_record_that_others_need_is_not_deleted(browser: Browser, site: Site) -> None:
    account = site.create("account", name="Needed")
    site.create("deal", name="Needs it", account=account)
    page = browser.send(browser.get(f"/app/account/{account}").form(f"/app/account/{account}/delete"))
    assert page.status == 422
    assert 'role="alert"' in page.source
    assert browser.get(f"/app/account/{account}").status == 200


def test_children_are_listed_with_a_way_to_add_and_to_see_all(browser: Browser, site: Site) -> None:
    account = site.create("account", name="Parent of many")
    for index in range(7):
        site.create("deal", name=f"Child {index}", account=account)
    page = browser.get(f"/app/account/{account}")
    assert "Deals 7" in page.text
    assert page.links(rf"/app/deal/new\?f.account={account}[^\"]*")
    everything = browser.get(page.links(r"/app/deal\?filter=[^\"]*")[0])
    assert "7 of 7 shown" in everything.text


def test_home_shows_what_one_touched_last(browser: Browser, site: Site) -> None:
    site.create("deal", name="Just touched")
    page = browser.get("/app")
    assert "Just touched" in page.text
    assert "Trade" in page.text
