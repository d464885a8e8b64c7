"""People outside leave by the link of a letter, without signing in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.builder_ui.browser import Browser
from tests.builder_ui.sources import FILES
from tests.trellis.api.sites import Site
from trellis.automation.consent import Consented
from trellis.automation.mail_tokens import unsubscribe_token, withdrawal_token
from trellis.automation.suppressions import fetch_suppressed, lift, mail_key
from trellis.schema.deploy import SourceChange, deploy

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def link(site: Site) -> str:
    site.run(lift(site.tenant.database, "eve@example.org"))
    key = site.run(mail_key(site.tenant.database, site.tenant.keys, NOW))
    return f"/unsubscribe/{site.tenant.name}/{unsubscribe_token(key, site.tenant.name, 'Eve@Example.org')}"


def suppressed(site: Site) -> object:
    return site.run(fetch_suppressed(site.tenant.database, ["eve@example.org"]))


def test_one_leaves_and_comes_back(site: Site, link: str) -> None:
    browser = Browser(site)
    page = browser.get(link)
    assert page.status == 200
    assert "eve@example.org" in page.text
    assert suppressed(site) == {}, "opening a link changes nothing"
    left = browser.send(page.form(link), {"do": "leave"})
    assert "You are unsubscribed" in left.text
    assert suppressed(site) == {"eve@example.org": "unsubscribed"}
    back = browser.send(left.form(link), {"do": "return"})
    assert "No more e-mail?" in back.text
    assert suppressed(site) == {}


def test_the_link_of_a_letter_with_a_purpose_takes_that_consent_back(site: Site) -> None:
    texts = "consents:\n  news: {label: 通讯}\n"
    files = {
        "organization.yaml": "name: Kestrel\nconsents: {news: {label: Our news, objects: [account]}}\n",
        "translations/zh-Hans.yaml": FILES.get("translations/zh-Hans.yaml", "") + texts,
    }
    actor = site.run(site.runtime.identities.identify(site.token)).actor
    site.run(deploy(site.tenant, actor, SourceChange(files=files)))
    person = site.create("account", name="Eve")
    address = f"/api/v1/records/account/{person}/consents"
    assert site.post(address, {"purpose": "news", "given": True, "source": "Form"}).status_code == 201
    key = site.run(mail_key(site.tenant.database, site.tenant.keys, NOW))
    consented = Consented(purpose="news", object="account", record_id=person)
    token = withdrawal_token(key, site.tenant.name, "Eve@Example.org", consented)
    link = f"/unsubscribe/{site.tenant.name}/{token}"
    assert "通讯" in Browser(site, language="zh-Hans").get(link).text
    browser = Browser(site)
    page = browser.get(link)
    assert "Our news" in page.text
    left = browser.send(page.form(link), {"do": "leave"})
    assert "gets no more messages of this kind" in left.text
    assert suppressed(site) == {}
    [state] = site.get(address).json()["purposes"]
    assert state["state"] == "withdrawn"
    assert "Take it back" in browser.send(left.form(link), {"do": "return"}).text
    shown = Browser(site, language="zh-Hans")
    assert shown.sign_in().path == "/app"
    assert "通讯" in shown.get(f"/app/account/{person}").text


def test_the_button_of_a_mail_program_is_one_click(site: Site, link: str) -> None:
    page = Browser(site).post(link, {"List-Unsubscribe": "One-Click"})
    assert page.status == 200
    assert suppressed(site) == {"eve@example.org": "unsubscribed"}


def test_it_speaks_chinese(site: Site, link: str) -> None:
    assert "不再接收邮件" in Browser(site, language="zh-Hans").get(link).text


@pytest.mark.parametrize(
    ("part", "given"), [("Lm9yZw", "Lm9y"), ("Lm9yZw", "Lm9yZwAA"), ("/unsubscribe/t", "/unsubscribe/x")]
)
def test_a_link_that_was_tampered_with_is_refused(site: Site, link: str, part: str, given: str) -> None:
    browser = Browser(site)
    assert part in link
    wrong = link.replace(part, given)
    assert browser.get(wrong).status == 404
    assert browser.post(wrong, {"do": "leave"}).status == 404
    assert suppressed(site) == {}


@pytest.mark.parametrize("token", ["x", "%00", "é", "A" * 3_000, "..", "=" * 20])
def test_nonsense_is_refused(site: Site, link: str, token: str) -> None:
    assert Browser(site).get(f"/unsubscribe/{site.tenant.name}/{token}").status == 404
