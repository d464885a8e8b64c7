"""Rules in the builder: listed in words, written as text with findings, put into the draft and deployed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from builder_ui.app import mount
from tests.builder_ui.browser import Browser, Page
from tests.builder_ui.sources import FILES
from tests.trellis.api.sites import Site, open_site
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor

RULES = """\
rule "Won" on deal
when stage changes to "Won"
if amount > 1000
then
    notify owner via in_app "Won: " & name
end

validation "Named" on account
    fail name "Give it a name." when ISBLANK(name)
end
"""
NEW, ONE, ASK = "/builder/rules/new", "/builder/rules/sales", "/builder/rules/ask"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With one rule file."""
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("web"), {**FILES, "rules/sales.rule": RULES}) as opened:
        mount(opened.app, opened.runtime)
        yield opened


@pytest.fixture(autouse=True)
def _nothing_waits(browser: Browser) -> None:
    page = browser.get("/builder/rules/new")
    browser.post("/builder/draft/discard", {"csrf_token": dict(page.form(NEW).values)["csrf_token"]})


def ask(browser: Browser, what: str, text: str, **values: str) -> dict[str, Any]:
    token = dict(browser.get(NEW).form(NEW).values)["csrf_token"]
    answer = browser.post(f"{ASK}/{what}", {"csrf_token": token, "formula": text, **values}).answer
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _press(browser: Browser, do: str, text: str, address: str = ONE) -> Page:
    return browser.send(browser.get(address).form(address), {"do": do, "rules": text})


def test_rules_are_listed_in_words_and_by_object(browser: Browser) -> None:
    page = browser.get("/builder/rules")
    assert "When stage changes to “Won”, if amount is above 1,000: notify the owner in the app" in page.text
    assert "Whenever an account is saved, if account name is blank" in page.text
    page = browser.get("/builder/rules?object=account")
    assert "Rules on Account" in page.text
    assert "“Won”" not in page.text
    assert browser.get("/builder/objects/account").links(r"/builder/rules\?object=account")


def test_a_rule_file_stands_as_text_and_in_words(browser: Browser) -> None:
    page = browser.get(ONE)
    assert dict(page.form(ONE).values)["rules"] == RULES
    assert "Refuse with “Give it a name.” at account name" in page.text
    assert "No errors" in page.text


def test_what_is_written_waits_in_the_draft_until_it_is_deployed(browser: Browser, site: Site) -> None:
    page = _press(browser, "save", RULES.replace("1000", "2000"))
    assert page.path == ONE
    assert "1 component not deployed." in page.text
    assert "amount is above 2,000" in browser.get("/builder/rules").text
    plan = browser.get("/builder/plan")
    assert "rules/sales.rule" in plan.text
    done = browser.send(plan.form("/builder/plan"))
    assert "is live" in done.text
    assert "amount is above 2,000" in browser.get(ONE).text
    _restore(site)


def test_what_is_wrong_is_not_written_and_keeps_what_was_typed(browser: Browser) -> None:
    page = _press(browser, "save", RULES.replace("amount", "amuont"))
    assert page.status == 422
    assert "Mend what is marked in the text first." in page.text
    assert 'Did you mean "amount"?' in page.text
    assert "amuont" in dict(page.form(ONE).values)["rules"]
    assert "not deployed" not in browser.get(ONE).text


def test_a_rule_that_others_call_is_not_taken_from_them(browser: Browser) -> None:
    called = 'rule "Later" on deal when called then set amount = 1 end\n'
    assert _create(browser, "later", "blank").status == 200
    assert _press(browser, "save", called, "/builder/rules/later").path == "/builder/rules/later"
    assert _press(browser, "save", RULES.replace("\nend", '\n    call "Later"\nend', 1)).path == ONE
    page = _press(browser, "remove", called, "/builder/rules/later")
    assert page.status == 422
    assert "Nothing was written." in page.text


def test_a_removal_waits_in_the_draft_and_can_be_taken_back(browser: Browser) -> None:
    page = _press(browser, "remove", RULES)
    assert page.path == "/builder/rules"
    assert "Removed" in page.text
    assert "The draft removes these rules." in browser.get(ONE).text
    _press(browser, "save", RULES)
    assert "not deployed" not in browser.get(ONE).text


def test_without_scripts_a_button_formats_and_another_checks(browser: Browser) -> None:
    untidy = 'rule "A" on deal when created then set amount=1 end'
    page = _press(browser, "format", untidy)
    assert dict(page.form(ONE).values)["rules"] == 'rule "A" on deal\nwhen created\nthen\n    set amount = 1\nend\n'
    page = _press(browser, "check", untidy.replace("amount", "amuont"))
    assert page.status == 200
    assert "1 error" in page.text


@pytest.mark.parametrize("example", ["notify", "changes", "set", "validation", "blank"])
def test_every_example_is_right_from_the_start(browser: Browser, example: str) -> None:
    page = _create(browser, f"New {example}", example)
    assert page.path == f"/builder/rules/new_{example}"
    assert "No errors" in page.text


@pytest.mark.parametrize(("name", "complaint"), [("", "Give the file a name"), ("sales", "already")])
def test_a_name_that_will_not_do_is_refused(browser: Browser, name: str, complaint: str) -> None:
    page = _create(browser, name, "blank")
    assert page.status == 422
    assert complaint in page.text


def test_another_object_brings_other_examples(browser: Browser) -> None:
    form = browser.get(f"{NEW}?object=deal").form(NEW)
    page = browser.send(form, {"do": "choose", "object": "account"})
    assert 'rule "Tell the owner" on account' in page.text


def test_the_editor_is_told_of_findings_with_their_places_in_utf_16(browser: Browser) -> None:
    text = RULES.replace('"Won: "', '"😀: "').replace("amount > 1000", "amount > 9 && amount < 5")
    found = ask(browser, "check", text)
    (finding,) = found["findings"]
    assert finding["severity"] == "warning"
    assert text[finding["from"] : finding["to"]] == 'rule "Won" on deal'
    assert "The condition never holds." in found["panel"]
    wrong = ask(browser, "check", text.replace("& name", "& nmae"))["findings"][0]
    assert wrong["from"] == text.index("& name") + 3
    assert wrong["severity"] == "error"


def test_fields_are_completed_with_their_labels(browser: Browser) -> None:
    found = ask(browser, "complete", 'rule "A" on deal when created then set am')
    assert (found["offers"][0]["insert"], found["offers"][0]["detail"]) == ("amount", "Amount")


def test_a_draft_is_simulated_on_the_records_that_there_are(browser: Browser, site: Site) -> None:
    site.create("deal", name="Simulated", amount=5000)
    text = 'rule "Big" on deal when saved if amount > 4000 then set stage = "Offer" end'
    page = browser.send(browser.get(ONE).form(ONE), {"do": "simulate", "rules": text})
    assert "1 of" in page.text
    assert "Nothing was written." in page.text
    assert "Simulated" in page.text
    assert "Stage changes" in page.text
    token = dict(browser.get(NEW).form(NEW).values)["csrf_token"]
    part = browser.post(f"{ASK}/simulate", {"csrf_token": token, "rules": text.replace("amount >", "amuont >")})
    assert 'Did you mean "amount"?' in part.text
    assert "<html" not in part.source
    assert "not deployed" not in browser.get(ONE).text


def test_the_canonical_form_is_given_where_there_is_one(browser: Browser) -> None:
    assert ask(browser, "format", 'rule "A" on deal when created then stop end')["text"].startswith(
        'rule "A" on deal\n'
    )
    assert ask(browser, "format", "rule")["text"] is None


def test_the_same_in_chinese(site: Site) -> None:
    browser = Browser(site, language="zh-Hans")
    browser.sign_in()
    page = browser.get(ONE)
    assert "没有错误" in page.text
    assert "每次保存" in page.text


@pytest.mark.parametrize("path", ["/builder/rules/nothing", "/builder/rules/sales?owner=other", "/builder/rules/a%2Fb"])
def test_a_file_that_is_not_there_is_not_found(browser: Browser, path: str) -> None:
    assert browser.get(path).status == 404


def _create(browser: Browser, name: str, example: str) -> Page:
    form = browser.get(f"{NEW}?object=deal").form(NEW)
    return browser.send(form, {"do": "create", "name": name, "example": example})


def _restore(site: Site) -> None:
    admin = site.admin
    actor = Actor(user_id=admin.id, name=admin.name, email=admin.email, is_admin=True, channel="cli")
    change = SourceChange(files={"rules/sales.rule": RULES})
    site.run(deploy(site.tenant, actor, change, access=site.runtime.access))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('rule "A" on daal when created then stop end', "没有对象“daal”。"),
        ('rule "A" on deal when created then stop', "没有 end。"),
        ('rule "A" on deal wen created then stop end', '"wen" 不能出现在这里。'),
        ('rule "A" on deal when created then set stage = "Gone" end', "选项列表“stage”没有值“Gone”。"),
        ('rule "A" on deal when created then set id = 1 end', "字段“id”由平台维护"),
        ('rule "A" on deal when created if amount then stop end', "条件须为 boolean 类型"),
        ('rule "A" on deal when created then notify owner via pigeon "x" end', "没有渠道“pigeon”。"),
        ('rule "A" on deal when cron "99 * * * *" then stop end', "须为 0 到 59"),
    ],
)
def test_what_is_wrong_is_told_in_chinese(site: Site, text: str, said: str) -> None:
    browser = Browser(site, language="zh-Hans")
    browser.sign_in()
    messages = [one["message"] for one in ask(browser, "check", text)["findings"]]
    assert any(said in message for message in messages), messages
