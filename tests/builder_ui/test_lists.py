"""Lists: views, filters, sorting, paging, and what stands there when there is nothing."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.builder_ui.browser import Browser, Page
from tests.trellis.api.sites import Site


@pytest.fixture(scope="module", autouse=True)
def deals(site: Site) -> None:
    """120 deals, every third with the stage Offer."""
    account = site.create("account", name="Rheinwerk <b>AG</b>", city="Leverkusen")
    records = [
        {
            "name": f"Deal {index:03}",
            "amount": index,
            "stage": "Offer" if index % 3 == 0 else "Open",
            "account": account,
        }
        for index in range(120)
    ]
    assert site.post("/api/v1/records/deal", records).status_code == 201


def rows(page: Page) -> list[str]:
    """The links to records, in order."""
    return page.links(r"/app/deal/[0-9a-f-]{36}")


def test_a_view_shows_its_columns_and_counts_its_records(browser: Browser) -> None:
    page = browser.get("/app/deal")
    for text in ("All deals 120", "Open deals", "Deal name", "Account", "Stage", "50 of 120 shown"):
        assert text in page.text
    assert len(rows(page)) == 50


def test_what_people_typed_is_never_markup(browser: Browser) -> None:
    page = browser.get("/app/deal")
    assert "Rheinwerk &lt;b&gt;AG&lt;/b&gt;" in page.source
    assert "<b>AG</b>" not in page.source


def test_the_columns_are_named_in_the_readers_language(site: Site) -> None:
    browser = Browser(site, language="zh-Hans")
    browser.sign_in()
    page = browser.get("/app/deal")
    for text in ("交易名称", "进行中", "已显示 50 / 120 条", "贸易"):
        assert text in page.text


def test_load_more_reaches_every_record_once(browser: Browser) -> None:
    seen: list[str] = []
    path = "/app/deal"
    for _ in range(4):
        page = browser.get(path, headers={"HX-Request": "true"} if "cursor" in path else None)
        assert ("<html" in page.source) == ("cursor" not in path)
        seen += rows(page)
        more = page.links(r"/app/deal\?[^\"]*cursor=[^\"]*")
        if not more:
            break
        path = more[0]
    assert len(seen) == len(set(seen)) == 120


def test_without_javascript_load_more_is_a_page_of_its_own(browser: Browser) -> None:
    more = browser.get("/app/deal").links(r"/app/deal\?[^\"]*cursor=[^\"]*")[0]
    page = browser.get(more)
    assert "<html" in page.source
    assert "100 shown" in page.text


def test_a_head_sorts_and_sorts_the_other_way(browser: Browser) -> None:
    page = browser.get("/app/deal?view=all&sort=-amount")
    assert "Deal 119" in page.text
    assert 'aria-sort="descending"' in page.source
    assert "Deal 000" in browser.get(page.links(r"/app/deal\?[^\"]*sort=amount[^\"]*")[0]).text


def test_a_views_filter_stands_as_chips_that_can_be_removed(browser: Browser) -> None:
    page = browser.get("/app/deal?view=open")
    assert 'stage = "Open"' in page.text
    assert "amount > 10" in page.text
    (without_stage, _) = page.links(r"/app/deal\?[^\"]*filter=[^\"]*")[:2]
    assert "amount" in without_stage
    assert "Offer" in browser.get(without_stage).text


def test_a_filter_is_added_without_javascript(browser: Browser) -> None:
    page = browser.get("/app/deal")
    chosen = browser.send(page.form("/app/deal/filter"), {"field": "stage", "pick": "1"})
    added = browser.send(chosen.form("/app/deal/filter"), {"operator": "any", "value": ["Offer"]})
    assert 'stage = "Offer"' in added.text
    assert "40 of 40 shown" in added.text


def test_htmx_gets_the_condition_of_the_chosen_field(browser: Browser) -> None:
    page = browser.get("/app/deal/filter/condition?field=tags", headers={"HX-Request": "true"})
    assert "includes any of" in page.text
    assert "Green" in page.text
    assert "<html" not in page.source


def test_a_filter_that_cannot_be_read_is_shown_with_the_parsers_words(browser: Browser) -> None:
    page = browser.get("/app/deal?" + urlencode({"filter": 'stag = "Open"'}))
    assert page.status == 400
    assert 'There is no field "stag"' in page.text
    assert "^^^^" in page.text
    assert "This filter cannot be read" in page.text
    assert ("filter", 'stag = "Open"') in page.form("/app/deal").values + page.forms[-1].values


def test_no_match_says_which_condition_to_drop(browser: Browser) -> None:
    page = browser.get("/app/deal?" + urlencode({"filter": 'stage = "Offer" && amount > 900'}))
    assert "No deals match both filters" in page.text
    assert "40 match" in page.text
    assert "none" in page.text


def test_an_empty_list_says_how_to_begin(browser: Browser, site: Site) -> None:
    page = browser.get("/app/account?" + urlencode({"filter": ""}))
    assert "Rheinwerk" in page.text
    empty = browser.get("/app/deal?" + urlencode({"filter": "amount > 9999"}))
    assert "Clear all filters" in empty.text


def test_search_finds_names_in_any_letter_case(browser: Browser) -> None:
    assert "Rheinwerk" in browser.get("/app/search?q=RHEIN").text
    assert "Nothing is named" in browser.get("/app/search?" + urlencode({"q": '"; drop'})).text
