"""Rule files over HTTP: checked, formatted, completed."""

from __future__ import annotations

from typing import Any

import pytest

from rule_engine.rules.parser import MAX_LENGTH
from tests.trellis.api.sites import Site

RULE = 'rule "Big" on lead when created or amount changes if amount>1000 then set last_name = "Big " & last_name end'


def ask(site: Site, what: str, **body: Any) -> dict[str, Any]:
    answer = site.post(f"/api/v1/rules/{what}", body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_rules_are_said_in_words_with_the_labels_of_the_model(site: Site) -> None:
    found = ask(site, "check", rules=RULE)
    assert found["is_valid"]
    assert found["errors"] == found["findings"] == []
    (statement,) = found["statements"]
    sentences = statement.pop("sentences")
    assert statement == {"kind": "rule", "name": "Big", "object": "lead", "line": 1, "is_active": True}
    assert sentences["en"].startswith(
        "When a lead is created or amount changes, if amount is above 1,000: set last name"
    )
    assert sentences["zh-Hans"].startswith("当创建线索或 Amount 改变时，如果 Amount 高于 1,000：将姓设为")


def test_everything_that_is_wrong_is_told_at_once_with_its_place(site: Site) -> None:
    found = ask(
        site, "check", rules='rule "A" on laed when saved then stop end\nrule "B" on lead wen saved then stop end'
    )
    assert not found["is_valid"]
    assert found["canonical"] is None
    assert found["statements"] == []
    assert [(one["code"], one["line"], one["column"]) for one in found["errors"]] == [
        ("unknown_object", 1, 13),
        ("syntax", 2, 18),
    ]
    assert found["errors"][0]["hint"] == 'Did you mean "lead"?'


def test_what_is_hardly_meant_is_told_too(site: Site) -> None:
    found = ask(site, "check", rules=RULE.replace("amount>1000", "amount > 10 && amount < 5"))
    assert [(one["finding"], one["line"]) for one in found["findings"]] == [("never_true", 1)]


def test_rules_are_formatted_with_their_comments(site: Site) -> None:
    formatted = ask(site, "format", rules=f"-- why\n{RULE}")["rules"]
    assert formatted.startswith('-- why\nrule "Big" on lead\nwhen created or amount changes\nif amount > 1000\nthen\n')


def test_words_of_the_language_and_names_of_the_model_are_offered(site: Site) -> None:
    found = ask(site, "complete", rules='rule "Big" on le')
    assert (found["start"], found["end"]) == (14, 16)
    assert found["offers"][0]["insert"] == "lead"
    offers = ask(site, "complete", rules=RULE, position=RULE.index("amount>") + 3)["offers"]
    assert offers[0]["label"] == "amount"


@pytest.mark.parametrize(
    ("what", "body", "status", "code"),
    [
        ("check", {}, 400, "invalid_request"),
        ("check", {"rules": 1}, 400, "invalid_request"),
        ("check", {"rules": "x" * (MAX_LENGTH + 1)}, 400, "invalid_request"),
        ("format", {"rules": "rule"}, 422, "invalid_rules"),
        ("complete", {"rules": "", "position": 1}, 400, "invalid_request"),
    ],
)
def test_a_request_that_cannot_be_answered_is_refused(
    site: Site, what: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = site.post(f"/api/v1/rules/{what}", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_a_character_that_no_database_stores_is_named(site: Site) -> None:
    (error,) = ask(site, "check", rules='rule "\x00" on lead')["errors"]
    assert (error["code"], error["column"]) == ("syntax", 7)
    headers = {"Content-Type": "application/json"}
    half = site.request("POST", "/api/v1/rules/check", content=b'{"rules": "\\ud83d"}', headers=headers)
    assert half.status_code == 400, half.text


def test_only_who_may_customize_asks(site: Site) -> None:
    assert site.post("/api/v1/rules/check", {"rules": RULE}, token=None).status_code == 401
