"""What is offered at a place of a rule file: the caret is the |."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rule_engine.rules.editor import RuleCompletion, complete_rules
from tests.rule_engine.rules.names import small_names

NAMES = small_names()
HEAD = 'rule "R" on lead when created '


def _offers(text: str) -> tuple[RuleCompletion, ...]:
    position = text.index("|")
    return complete_rules(text[:position] + text[position + 1 :], position, NAMES)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("|", ["rule", "assignment", "validation", "approval", "test"]),
        ("-- about\nas|", ["assignment"]),
        ('rule "x" on l|', ["lead"]),
        ('rule "x" on lead |', ["description", "inactive", "priority", "runs as", "when"]),
        ('rule "x" on lead when cr|', ["created"]),
        ('rule "x" on lead when rating |', ["changes"]),
        ('rule "x" on lead when rating changes to |', ["Hot", "Warm", "Cold"]),
        ('rule "x" on lead when 3 days before |', ["due_on"]),
        (HEAD + "if ra|", ["rating"]),
        (HEAD + "if rating = |", ["Hot", "Warm", "Cold"]),
        (HEAD + 'if rating = "|"', ["Hot", "Warm", "Cold"]),
        (HEAD + "if account.t|", ["tier"]),
        (HEAD + "if score > 1 |", ["then"]),
        (HEAD + "then as|", ["assign to"]),
        (HEAD + "then set annual|", ["annual_revenue"]),
        (HEAD + "then set rating = |", ["Hot", "Warm", "Cold"]),
        (HEAD + 'then set rating = "Hot", st|', ["status"]),
        (HEAD + "then create |", ["lead", "account", "task"]),
        (HEAD + "then create task (|", ["subject", "due_date", "related_to", "owner", "status"]),
        (HEAD + "then create task (subject = na|", ["name"]),
        (HEAD + "then update account (|", ["name", "owner", "tier"]),
        (HEAD + "then update task where task.st|", ["status"]),
        (HEAD + "then assign to |", ["account", "owner", "previous owner", "queue", "role", "team", "user"]),
        (HEAD + "then assign to queue |", ["dach", "triage"]),
        (HEAD + "then assign to queue dach r|", ["round robin"]),
        (HEAD + "then notify owner via |", ["email", "in_app", "sms", "chat"]),
        (HEAD + "then notify owner via email, |", ["email", "in_app", "sms", "chat"]),
        (HEAD + "then for each x in account.leads |", ["do", "limit", "where"]),
        (HEAD + "then stop en|", ["end"]),
        (HEAD + 'thn stop end\nrule "S" on task when saved th|', ["then"]),
        (HEAD + "then stop -- e|", []),
        (HEAD + 'then fail "no|"', []),
    ],
)
def test_what_comes_first(text: str, first: list[str]) -> None:
    assert [one.name for one in _offers(text)][: len(first) or None] == first


def test_a_name_in_the_middle_is_replaced_whole() -> None:
    text = HEAD + "if ra|tin = 1 then stop end"
    offer = _offers(text)[0]
    assert (offer.start, offer.end, offer.text) == (text.index("ra|"), text.index("ra|") + 5, "rating")


def test_a_statement_is_written_with_a_place_for_its_name() -> None:
    assert _offers("ru|")[0].text.startswith('rule "|" on ')


@given(st.text(alphabet='rule "x" on lead when created then set(|)=,-/*>\n', max_size=60), st.integers(0, 60))
@settings(max_examples=150)
def test_any_text_can_be_completed(text: str, position: int) -> None:
    for offer in complete_rules(text, position, NAMES):
        assert 0 <= offer.start <= offer.end <= len(text)
