"""Whose field a name in a rule is: of the record, of another one, of a child, or what started the rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest

from rule_engine.errors import SourceError
from rule_engine.rules import CheckedRules, check_rules, checked
from rule_engine.types import Path
from tests.rule_engine.rules.names import small_names

NAMES = small_names()


def _check(source: str) -> CheckedRules:
    return check_rules(source, NAMES)


def _rule(body: str, when: str = "saved", on: str = "lead") -> checked.Rule:
    return _check(f'rule "R" on {on} when {when} then {body} end').rules[0]


def _paths(formula: Any) -> set[Path]:
    return {reference.path for reference in formula.references}


def _code(source: str) -> tuple[str, str]:
    with pytest.raises(SourceError) as caught:
        _check(source)
    first = caught.value.diagnostics[0]
    return first.code, first.hint or ""


def test_where_speaks_of_both_records() -> None:
    (update,) = _rule(
        "update task where task.related_to = id && task.status = status (subject = name, status = task.subject)"
    ).actions
    assert isinstance(update, checked.UpdateRecords)
    assert isinstance(update.target, checked.RecordsWhere)
    assert update.target.object == "task"
    assert _paths(update.target.condition) == {("task", "related_to"), ("id",), ("task", "status"), ("status",)}
    assert [_paths(value) for _, value in update.values] == [{("name",)}, {("task", "subject")}]


def test_a_field_that_only_the_updated_record_has_is_its_own() -> None:
    (update,) = _rule('update account (tier = IF(score > 1, "Gold", tier), name = name)').actions
    assert isinstance(update, checked.UpdateRecords)
    assert update.target == checked.OneRecord(path=("account",), object="account")
    assert [_paths(value) for _, value in update.values] == [{("score",), ("account", "tier")}, {("name",)}]


def test_a_loop_variable_has_fields_and_is_an_id() -> None:
    (loop,) = _rule(
        "for each one in leads where one.score > 1 limit 5 do update one (name = name, owner = owner) delete one "
        "create task (related_to = one) notify one.owner via email one.name end",
        on="account",
    ).actions
    assert isinstance(loop, checked.ForEach)
    assert (loop.variable, loop.rows.path, loop.limit) == ("one", ("leads",), 5)
    assert _paths(loop.condition) == {("one", "score")}
    update, delete, create, notify = loop.body
    assert update.target == delete.target == checked.OneRecord(path=("one",), object="lead")  # type: ignore[union-attr]
    assert _paths(create.values[0][1]) == {("one", "id")}  # type: ignore[union-attr]
    assert _paths(notify.recipients[0].user) == {("one", "owner")}  # type: ignore[union-attr]


def test_an_alias_is_known_to_what_follows_in_its_block() -> None:
    create, branch = _rule(
        "create task (subject = name) as t if t.status = status then update t (status = t.subject) end"
    ).actions
    assert isinstance(create, checked.CreateRecord)
    assert isinstance(branch, checked.Branch)
    assert create.alias == "t"
    assert _paths(branch.condition) == {("t", "status"), ("status",)}
    source = 'rule "R" on lead when saved then if score > 1 then create task (subject = name) as t end update t (status = "x") end'
    assert _code(source)[0] == "unknown_field"


def test_parameters_and_the_event_are_known_to_the_whole_rule() -> None:
    rule = _rule(
        "set name = why, score = VALUE($Event.Points)",
        "called with (why text, who user) or event a.B matching name = $Event.id",
    )
    called, inbound = rule.triggers
    assert isinstance(called, checked.Called)
    assert isinstance(inbound, checked.Inbound)
    assert [name for name, _ in called.parameters] == ["why", "who"]
    assert called.parameters[1][1].target == "user"
    assert inbound.event == "a.B"
    assert inbound.matching is not None
    assert inbound.matching.globals == ("event.id",)
    name, score = rule.actions
    assert _paths(name.value) == {("why",)}  # type: ignore[union-attr]
    assert score.value.globals == ("event.Points",)  # type: ignore[union-attr]


def test_a_call_gives_parameters() -> None:
    source = (
        'rule "Tell them" on lead when called with (why text) then set name = why end '
        'rule "R" on lead when saved then call "Tell them" with (Why = name) end'
    )
    (call,) = _check(source).rules[1].actions
    assert isinstance(call, checked.Call)
    assert (call.rule, [name for name, _ in call.values]) == ("Tell them", ["why"])
    assert _code(source.replace("Why =", "wy ="))[0] == "unknown_parameter"
    assert _code(source.replace("Why = name", "why = score"))[0] == "wrong_type"
    assert _code(source.replace('call "Tell them"', 'call "Tell then"')) == (
        "unknown_rule",
        'Did you mean "Tell them"?',
    )


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        ('owner = "anna"', ("owner", "username")),
        ('!("anna" <> owner.manager)', ("owner", "manager", "username")),
        ('IF(account.owner in ("anna", "bo"), TRUE, FALSE)', ("account", "owner", "username")),
        ("owner = $User.id", ("owner",)),
        ('owner = "01890a5d-ac96-774b-bcce-b302099a8057"', ("owner",)),
        ('name = "anna"', ("name",)),
    ],
)
def test_a_user_compared_with_a_text_is_meant_by_username(condition: str, path: Path) -> None:
    rule = _check(f'rule "R" on lead when saved if {condition} then set score = 1 end').rules[0]
    assert _paths(rule.condition) == {path}


def test_stop_ends_a_part_out_of_its_branches() -> None:
    rule = _rule("if score > 1 then stop end set score = 2 stop")
    branch, _ = rule.actions
    assert isinstance(branch, checked.Branch)
    assert [type(action) for action in branch.then] == [checked.Stop]


def test_time() -> None:
    def triggers(when: str) -> Any:
        return _rule("stop", when).triggers[0]

    assert triggers("every 2 weekday at 08:30") == checked.Every(
        units=("monday", "tuesday", "wednesday", "thursday", "friday"), interval=2, times=(time(8, 30),)
    )
    assert triggers("every 2 quarters on day 3") == checked.Every(units=("month",), interval=6, day=3)
    assert triggers('cron "0 8  * * MON" in calendar standard') == checked.Cron(
        expression="0 8 * * mon", calendar="standard"
    )
    assert triggers("3 business days before due_on at 10:00, 15:00") == checked.Relative(
        duration=checked.Duration(amount=3, unit="day", is_business=True),
        direction="before", field="due_on", times=(time(10), time(15)),
    )  # fmt: skip
    assert triggers("on the anniversary of due_on") == checked.Anniversary(field="due_on")
    rule = _check(
        'rule "R" on lead when saved if score > 1 then stop else set score = 1 after 2 hours if score = 1 then set score = 2 end'
    ).rules[0]
    assert [type(action) for action in rule.otherwise] == [checked.SetField]
    assert rule.delayed[0].duration == checked.Duration(amount=2, unit="hour")
    assert len(rule.delayed[0].actions) == 1


def test_an_approval_has_steps() -> None:
    source = """approval big "Big" on lead
if score > 10
step one "One" by role finance quorum 2 remind after 1 business day
step two "Two" if score > 20 by owner.manager quorum all delegation allowed skip if owner = "anna" reject to one
on approve then set name = "ok"
on reject then stop
end"""
    (approval,) = _check(source).approvals
    one, two = approval.steps
    assert (one.approver, one.quorum, one.needs_everybody) == (checked.ToRole(role="finance"), 2, False)
    assert (two.needs_everybody, two.is_delegation_allowed, two.rejects_to) == (True, True, "one")
    assert (len(approval.on_approve), approval.on_reject, approval.on_recall) == (1, (), ())


def test_a_test_has_stages() -> None:
    source = """test "T" on lead
given (name = "x", score = 1)
when created
then
    expect owner in queue dach
    expect notified owner via email
    expect task where task.related_to = id
after 2 days
then
    expect score = 2
end"""
    (test,) = _check(source).tests
    assert [field for field, _ in test.given[0]] == ["name", "score"]
    assert [len(stage.expectations) for stage in test.stages] == [3, 1]
    assert test.stages[1].delay == checked.Duration(amount=2, unit="day")


@pytest.mark.parametrize(
    ("body", "code", "hint"),
    [
        ('delete task where subject = "x"', "unknown_field", "task.subject"),
        ("update task (subject = name)", "unknown_field", "task where"),
        ("update name (subject = name)", "wrong_type", ""),
        ("delete id", "wrong_type", ""),
        ("for each name in account.leads do stop end", "duplicate_name", ""),
        ("for each x in account.leads do for each x in account.leads do stop end end", "duplicate_name", ""),
        ("for each x in account.leads limit 0 do delete x end", "bad_limit", ""),
        ("create task (subject = name) as score", "duplicate_name", ""),
        ("set name = $Event.x", "unknown_field", "event NAME"),
        ('send fax to name "x"', "unknown_channel", ""),
        ('send email to email via erp "x"', "wrong_channel", ""),
        ("post webhook erp (a = name, a = name)", "duplicate_name", ""),
        ("set score = 1 else set score = 2", "unreachable", ""),
        ("set score = 1 after 3 business weeks then set score = 2", "bad_schedule", ""),
        ("set score = 1 after 999999 years then set score = 2", "bad_schedule", ""),
    ],
)
def test_faults(body: str, code: str, hint: str) -> None:
    found = _code(f'rule "R" on lead when saved then {body} end')
    assert found[0] == code
    assert hint in found[1]


@pytest.mark.parametrize(
    "when",
    [
        "every hour at 09:00", "every day, month", "every day on day 3", "every 0 days", "2 hours before due_on at 09:00",
        "every month on day 32",
    ],
)  # fmt: skip
def test_schedules_that_make_no_sense(when: str) -> None:
    assert _code(f'rule "R" on lead when {when} then stop end')[0] == "bad_schedule"


def test_names_are_not_taken_twice_by_parameters() -> None:
    rule: Callable[[str], str] = 'rule "R" on lead when called with ({}) then stop end'.format
    assert _code(rule("name text"))[0] == "duplicate_name"
    assert _code(rule("a text, a text"))[0] == "duplicate_name"
    assert _code(rule("a txet"))[0] == "unknown_type"
