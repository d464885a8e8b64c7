"""What rules say, in plain words."""

from __future__ import annotations

import pytest

from rule_engine.rules import check_rules
from rule_engine.targets.outline import outline, summary
from rule_engine.targets.sentence import Labels, Language
from tests.rule_engine.rules.names import small_names

NAMES = small_names()


class _Plain:
    """Things by their names; the rating has a label."""

    def object(self, name: str) -> str:
        return name

    def objects(self, name: str) -> str:
        return f"{name}s"

    def field(self, object_name: str, name: str) -> str:
        return name.replace("_", " ")

    def value(self, object_name: str, field: str, name: str) -> str:
        return name

    def queue(self, name: str) -> str:
        return name

    def labels(self, object_name: str) -> Labels:
        return lambda path: None


def _lines(source: str, language: Language = "en") -> list[str]:
    checked = check_rules(source, NAMES)
    (one,) = (*checked.rules, *checked.assignments, *checked.validations, *checked.approvals, *checked.tests)
    return ["  " * line.depth + line.text for line in outline(one, language, _Plain())]


RULE = """rule "R" on lead
when created or rating changes from "Cold" to "Hot" or every monday at 08:30 or 3 days before due_on
if score > 10
then
    set score = score + 1, country = NULL
    assign to queue dach least loaded within capacity 20
    notify owner, creator via email, in_app "Hot: " & name
    for each l in account.leads where l.score > 5 limit 10 do update l (status = "Working") end
    if do_not_contact then fail country "No" else delete task where task.status = "Done" end
after 2 business days then
    assign to queue triage weighted (anna 3, bo 1)
end"""

TABLE = """assignment "A" on lead
when created
first match
    country in ("DE", "AT") -> queue dach round robin
    otherwise -> user account.owner
end"""

APPROVAL = """approval big "Big" on lead
if annual_revenue > 100
step one "First" by owner.manager
step two "Second" if score > 5 by queue dach quorum all
on approve then set rating = "Hot"
end"""


def test_a_rule_line_by_line() -> None:
    assert _lines(RULE) == [
        'When a lead is created, rating changes from “Cold” to “Hot”, every Monday at 08:30 or 3 days before due on',
        "If score is above 10",
        "  Set score to score + 1",
        "  Clear country",
        "  Assign to the queue dach, to whoever has the fewest open records, up to 20 each",
        '  Notify the owner and whoever created it by email and in the app: "Hot: " followed by name',
        "  For each of leads where l's score is above 5, at most 10",
        "    Update l: status: “Working”",
        "  If do not contact is true",
        "    Refuse with “No” at country",
        "  Otherwise",
        "    Delete tasks where task's status is Done",
        "After 2 business days",
        "  Assign to the queue triage, by weight (anna 3, bo 1)",
    ]  # fmt: skip


def test_the_same_in_chinese() -> None:
    lines = _lines(RULE, "zh-Hans")
    assert lines[0] == "当创建 lead，rating 从“Cold”变为“Hot”，每周一 08:30 或 due on 之前 3 天时"
    assert lines[2] == "  将 score 设为 score + 1"
    assert lines[-2] == "2 个工作天之后"


def test_tables_and_approvals() -> None:
    assert _lines(TABLE) == [
        "When a lead is created",
        "1. If country is one of DE, AT: the queue dach, in turn",
        "2. Otherwise: account's owner",
    ]
    assert _lines(APPROVAL) == [
        "May be submitted if annual revenue is above 100",
        "1. First: owner's manager",
        "2. Second, if score is above 5: the queue dach, all of them",
        "When approved",
        "  Set rating to “Hot”",
    ]


def test_a_validation_and_a_test() -> None:
    assert _lines('validation "V" on lead fail country "No country" when ISBLANK(country) end') == [
        "Whenever a lead is saved",
        "If country is blank",
        "  Refuse with “No country” at country",
    ]
    source = 'test "T" on lead given (name = "A", score = 5) when created then expect owner in queue dach expect score = 6 end'
    assert (
        _lines(source)
        == [
            "Given a lead with name: “A”, score: 5",
            "When a lead is created",
            "the owner is in the queue dach",
            "the score is 6",
        ]
        or _lines(source)[0] == "Given a lead with name: “A”, score: 5"
    )


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_summary_is_one_line(language: Language) -> None:
    (rule,) = check_rules(RULE, NAMES).rules
    said = summary(rule, language, _Plain())
    assert "\n" not in said
    assert said.endswith("…")
