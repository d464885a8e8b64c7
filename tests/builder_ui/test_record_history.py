"""What happened to a record and why, as the record page shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builder_ui.app import mount
from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site, open_site
from tests.trellis.api.sources import FILES

RULE = """
rule "Rate" on lead when created if amount > 100 then
    set hot = true
end
"""
SOURCE = {
    **FILES,
    "objects/lead.yaml": FILES["objects/lead.yaml"].replace("label: Amount}", "label: Amount, history: true}"),
    "rules/rate.rule": RULE,
}
PART = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site("", tmp_path_factory.mktemp("site"), SOURCE) as opened:
        mount(opened.app, opened.runtime)
        yield opened


def signed_in(site: Site, language: str = "en") -> Browser:
    browser = Browser(site, language=language)
    browser.sign_in()
    return browser


def test_the_record_page_asks_for_it_and_links_to_it(site: Site) -> None:
    path = f"/app/lead/{site.create('lead', last_name='Lovelace', amount=250)}"
    page = signed_in(site).get(path)
    assert f'hx-get="{path}/history"' in page.source
    assert page.links(f"{path}/history")


def test_a_decision_is_told_with_the_clause_and_what_was_read(site: Site) -> None:
    path = f"/app/lead/{site.create('lead', last_name='Lovelace', amount=250)}/history"
    browser = signed_in(site)
    page = browser.get(path)
    for text in ("Today", "“Rate” set hot to Yes", "amount is above 100", "rules/rate.rule:3", "€250.00", "revision"):
        assert text in page.text
    part = browser.get(path, headers=PART)
    assert "<main" not in part.source
    assert "“Rate” set hot to Yes" in part.text


def test_a_change_says_who_made_it(site: Site) -> None:
    lead = site.create("lead", last_name="Lovelace", amount=50)
    changed = site.request("PATCH", f"/api/v1/records/lead/{lead}", json={"amount": 60})
    assert changed.status_code == 200
    page = signed_in(site).get(f"/app/lead/{lead}/history")
    assert "Amount changed from €50.00 to €60.00" in page.text


def test_a_record_without_any_says_so(site: Site) -> None:
    path = f"/app/account/{site.create('account', name='Quiet')}/history"
    assert "No rule has decided anything here yet" in signed_in(site).get(path).text


def test_it_is_told_in_chinese(site: Site) -> None:
    path = f"/app/lead/{site.create('lead', last_name='Lovelace', amount=250)}/history"
    page = signed_in(site, "zh-Hans").get(path)
    assert "今天" in page.text
    assert "“Hot”由 否 改为 是" in page.text
