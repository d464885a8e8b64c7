"""Every part of the language checks as it stands, alone."""

from __future__ import annotations

import pytest

from rule_engine.rules import check_rules
from tests.rule_engine.rules.names import small_names

NAMES = small_names()
CALLED = 'rule "other" on lead when called then stop end'


@pytest.mark.parametrize(
    "action",
    [
        "set score = 1\nafter 2 days then set score = 2",
        "if score > 1 then set score = 2 end",
        "for each other in account.leads do delete other end",
        "update account (name = name)",
        "update task where task.related_to = id (status = name)",
        "delete task where task.related_to = id",
        'send sms to name via erp "x"',
        'send sms to name "x"',
        "post webhook erp",
        "submit for approval discount_approval",
        'fail "no"',
        "assign to previous owner",
        "assign to role finance",
        "assign to team north",
        "assign to queue dach sticky by account",
        "assign to queue dach least loaded during business hours standard",
        "assign to queue dach least loaded by task where task.status = name",
        "assign to queue dach round robin within capacity 3",
        'notify role finance via email "x"',
        'notify team north via email "x"',
        'notify owner via sms "x"',
        'notify owner via chat "x"',
        "create task (subject = name) as t",
    ],
)
def test_an_action(action: str) -> None:
    (rule,) = check_rules(f'rule "R" on lead when saved\nthen\n{action}\nend', NAMES).rules
    assert len(rule.actions) == 1


@pytest.mark.parametrize(
    "trigger",
    [
        "deleted",
        "restored",
        "called",
        "called with (a text)",
        "event erp.shipped",
        "every day at 09:00",
        'cron "15 2 * * mon-fri"',
        "3 days before due_on",
        "on the anniversary of due_on at 09:00",
    ],
)
def test_a_trigger(trigger: str) -> None:
    (rule,) = check_rules(f'rule "R" on lead\nwhen created or {trigger}\nthen stop end', NAMES).rules
    assert len(rule.triggers) == 2


@pytest.mark.parametrize(
    "statement",
    [
        'approval a "A" on lead step s "S" by owner.manager end',
        'test "T" on lead given (name = "x") when created then expect name = "x" end',
        'rule "R" on lead runs as user when saved then stop end',
        'rule "R" on lead when saved if score > 1 then stop else set score = 1 end',
        f'{CALLED} rule "R" on lead when saved then call "other" end',
        'rule "R" on lead when called with (why text) then stop after 1 day then set name = why end',
        'rule "R" on lead when event e then stop after 1 day if name = $Event.name then stop end',
    ],
)
def test_a_statement(statement: str) -> None:
    found = check_rules(statement, NAMES)
    assert [*found.rules, *found.approvals, *found.tests]
