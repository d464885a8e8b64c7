"""What no runtime knows yet checks in full and is then refused, at its place."""

from __future__ import annotations

import pytest

from rule_engine.errors import Diagnostic, SourceError
from rule_engine.rules import EVERYTHING, Feature, check_rules
from tests.rule_engine.rules.names import small_names

NAMES = small_names()
CALLED = 'rule "other" on lead when called then stop end'


def _problems(source: str, *features: Feature) -> tuple[Diagnostic, ...]:
    with pytest.raises(SourceError) as caught:
        check_rules(source, NAMES, frozenset(features))
    return caught.value.diagnostics


@pytest.mark.parametrize(
    ("body", "line", "feature"),
    [
        ("set score = 1\nafter 2 days then set score = 2", 4, Feature.DELAY),
        ("if score > 1 then set score = 2 end", 3, Feature.IF),
        ("for each other in account.leads do delete other end", 3, Feature.FOR_EACH),
        ("update account (name = name)", 3, Feature.UPDATE),
        ("update task where task.related_to = id (status = name)", 3, Feature.UPDATE),
        ("delete task where task.related_to = id", 3, Feature.DELETE),
        ('send sms to name via erp "x"', 3, Feature.SEND),
        ('send sms to name "x"', 3, Feature.SEND_WITHOUT_GATEWAY),
        ("post webhook erp", 3, Feature.POST_WEBHOOK),
        ("submit for approval discount_approval", 3, Feature.SUBMIT),
        ('fail "no"', 3, Feature.FAIL),
        ("assign to previous owner", 3, Feature.ASSIGN_PREVIOUS_OWNER),
        ("assign to role finance", 3, Feature.ASSIGN_ROLE),
        ("assign to team north", 3, Feature.ASSIGN_TEAM),
        ("assign to queue dach sticky by account", 3, Feature.STICKY),
        ("assign to queue dach least loaded during business hours standard", 3, Feature.HOURS),
        ("assign to queue dach least loaded by task where task.status = name", 3, Feature.COUNT_BY_RECORD),
        ("assign to queue dach round robin within capacity 3", 3, Feature.LIMITS),
        ('notify role finance via email "x"', 3, Feature.NOTIFY_ROLE),
        ('notify team north via email "x"', 3, Feature.NOTIFY_TEAM),
        ('notify owner via sms "x"', 3, Feature.CHANNEL_SMS),
        ('notify owner via chat "x"', 3, Feature.CHANNEL_CHAT),
        ("create task (subject = name) as t", 3, Feature.ALIAS),
    ],
)
def test_a_part_of_a_rule_is_refused_at_its_place(body: str, line: int, feature: Feature) -> None:
    source = f'rule "R" on lead when saved\nthen\n{body}\nend'
    assert check_rules(source, NAMES, EVERYTHING).rules
    (problem,) = _problems(source, feature)
    assert (problem.code, problem.line) == ("not_available", line)
    assert problem.message == f"{feature.value} is not available in this version."


@pytest.mark.parametrize(
    ("trigger", "feature"),
    [
        ("deleted", Feature.DELETED),
        ("restored", Feature.RESTORED),
        ("called", Feature.CALLED),
        ("called with (a text)", Feature.CALLED),
        ("event erp.shipped", Feature.INBOUND),
        ("every day at 09:00", Feature.SCHEDULE),
        ('cron "15 2 * * mon-fri"', Feature.SCHEDULE),
        ("3 days before due_on", Feature.DATE_TRIGGER),
        ("on the anniversary of due_on at 09:00", Feature.DATE_TRIGGER),
    ],
)
def test_a_trigger_is_refused_at_its_place(trigger: str, feature: Feature) -> None:
    source = f'rule "R" on lead\nwhen created or {trigger}\nthen stop end'
    assert check_rules(source, NAMES, EVERYTHING).rules
    (problem,) = _problems(source, feature)
    assert (problem.code, problem.line) == ("not_available", 2)


@pytest.mark.parametrize(
    ("source", "feature"),
    [
        ('approval a "A" on lead step s "S" by owner.manager end', Feature.APPROVAL),
        ('test "T" on lead given (name = "x") when created then expect name = "x" end', Feature.TEST),
        ('rule "R" on lead runs as user when saved then stop end', Feature.RUNS_AS_USER),
        ('rule "R" on lead when saved if score > 1 then stop else set score = 1 end', Feature.ELSE),
        (f'{CALLED} rule "R" on lead when saved then call "other" end', Feature.CALL),
        ('rule "R" on lead when called with (why text) then stop after 1 day then set name = why end', Feature.DELAYED_VALUES),
        ('rule "R" on lead when event e then stop after 1 day if name = $Event.name then stop end', Feature.DELAYED_VALUES),
    ],
)  # fmt: skip
def test_other_parts_are_refused(source: str, feature: Feature) -> None:
    assert check_rules(source, NAMES, EVERYTHING)
    assert [problem.code for problem in _problems(source, feature)] == ["not_available"]


def test_what_is_wrong_in_itself_is_said_instead() -> None:
    source = 'rule "R" on lead when saved then for each x in name do delete x end end'
    assert [problem.code for problem in _problems(source, *Feature)] == ["wrong_type"]
