"""What the checker makes of rules, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from rule_engine import EvaluationContext, compile_python
from rule_engine.errors import Diagnostic, SourceError
from rule_engine.rules import CheckedRules, check_rules, checked
from tests.rule_engine.rules.names import small_names

NAMES = small_names()


def _check(source: str) -> CheckedRules:
    return check_rules(source, NAMES)


def _actions(body: str) -> tuple[checked.Action, ...]:
    return _check(f'rule "R" on lead when saved then {body} end').rules[0].actions


def _problems(source: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(SourceError) as caught:
        _check(source)
    return caught.value.diagnostics


def _codes(source: str) -> list[str]:
    return [problem.code for problem in _problems(source)]


def test_a_rule_is_resolved_and_typed() -> None:
    source = """rule "Route" on Lead
inactive
priority 10
runs as system
description "why"
when Created or Country changes from "DE" to NULL or saved or updated
if country in ("DE", "AT") && annual_revenue >= 1000
then
    assign to queue DACH round robin
    set rating = "Hot", score = score + 1
end"""
    (rule,) = _check(source).rules
    assert (rule.name, rule.object, rule.line) == ("Route", "lead", 1)
    assert (rule.is_active, rule.priority, rule.runs_as, rule.description) == (False, 10, "system", "why")
    assert rule.triggers == (
        checked.Created(),
        checked.FieldChanges(field="country", before="DE", after=checked.BLANK),
        checked.Saved(),
        checked.Updated(),
    )
    assert rule.condition is not None
    assert {reference.path for reference in rule.condition.references} == {("country",), ("annual_revenue",)}
    assign, rating, score = rule.actions
    assert assign == checked.Assign(assignee=checked.ToQueue(queue="dach", strategy=checked.RoundRobin()), line=9)
    assert isinstance(rating, checked.SetField)
    assert isinstance(score, checked.SetField)
    assert (rating.field, score.field, score.line) == ("rating", "score", 10)


def test_an_assignment_keeps_its_rows_in_order() -> None:
    source = """assignment "Routing" on lead
when created
first match
    country = "DE" -> user account.owner
    score > 3      -> user "anna"
    score > 2      -> owner.manager
    score > 1      -> queue dach least loaded by task where task.status = "Open" within capacity 5
    otherwise      -> queue triage weighted (anna 3, bo 1)
end"""
    (assignment,) = _check(source).assignments
    assert [row.line for row in assignment.rows] == [4, 5, 6, 7, 8]
    assignees = [row.assignee for row in assignment.rows]
    assert assignees[1] == checked.ToUser(user="anna")
    assert isinstance(assignees[2], checked.ToUser)
    assert isinstance(assignees[3], checked.ToQueue)
    strategy = assignees[3].strategy
    assert isinstance(strategy, checked.LeastLoaded)
    assert (strategy.object, strategy.capacity) == ("task", 5)
    assert strategy.condition is not None
    assert strategy.condition.references[0].path == ("task", "status")
    assert assignees[4] == checked.ToQueue(queue="triage", strategy=checked.Weighted(weights=(("anna", 3), ("bo", 1))))
    assert assignment.rows[4].condition is None


def test_a_validation_has_messages_and_conditions() -> None:
    source = 'validation "V" on lead fail country "Not " & name when score > 1 fail "No" when do_not_contact end'
    (validation,) = _check(source).validations
    assert [row.field for row in validation.rows] == ["country", None]


@pytest.mark.parametrize(
    ("recipient", "kind"),
    [
        ("owner", checked.Owner),
        ("creator", checked.Creator),
        ("owner.manager", checked.PathRecipient),
        ("account.owner", checked.PathRecipient),
        ('user "bo"', checked.UserRecipient),
        ("user bo", checked.UserRecipient),
        ("user owner.manager", checked.PathRecipient),
        ("queue dach", checked.QueueRecipient),
        ("email", checked.EmailRecipient),
        ('"a@example.org"', checked.EmailRecipient),
    ],
)
def test_recipients(recipient: str, kind: type) -> None:
    (notify,) = _actions(f'notify {recipient} via email "Hello " & name')
    assert isinstance(notify, checked.Notify)
    assert isinstance(notify.recipients[0], kind)
    assert (notify.channels, notify.template) == (("email",), None)


def test_a_template_instead_of_a_message() -> None:
    (notify,) = _actions("notify owner, creator via email, in_app with template lead_assigned")
    assert isinstance(notify, checked.Notify)
    assert (notify.template, notify.message, notify.channels) == ("lead_assigned", None, ("email", "in_app"))


def test_a_created_record_takes_values_over_the_triggering_one() -> None:
    (create,) = _actions("create task (subject = first_name, due_date = TODAY() + 1, related_to = id)")
    assert isinstance(create, checked.CreateRecord)
    assert [field for field, _ in create.values] == ["subject", "due_date", "related_to"]


def test_stop_ends_the_actions() -> None:
    assert len(_actions("set score = 1 stop")) == 1
    assert _codes('rule "R" on lead when saved then stop set score = 1 end') == ["unreachable"]


def test_numbers_and_truth_in_changes() -> None:
    source = 'rule "R" on lead when score changes from -1 to 2.5 or do_not_contact changes to TRUE then stop end'
    assert _check(source).rules[0].triggers == (
        checked.FieldChanges(field="score", before=Decimal("-1"), after=Decimal("2.5")),
        checked.FieldChanges(field="do_not_contact", after=True),
    )


def test_unknown_users_are_fine_where_the_users_are_not_known() -> None:
    class Anybody(type(NAMES)):  # type: ignore[misc]  # a class made from the value's own
        def users(self) -> None:
            return None

    names = small_names()
    names.__class__ = Anybody
    assert check_rules('rule "R" on lead when saved then assign to user "zoe" end', names).rules


@pytest.mark.parametrize(
    ("body", "code", "suggestion"),
    [
        ('set contry = "DE"', "unknown_field", "country"),
        ("set score = scor", "unknown_field", "score"),
        ('set score = "ten"', "wrong_type", ""),
        ("set name = 1", "wrong_type", ""),
        ("set account = owner", "wrong_type", ""),
        ('set rating = "Hott"', "unknown_value", "Hot"),
        ('set rating = IF(score > 1, "Hot", "Boiling")', "unknown_value", ""),
        ('set rating = CASE(country, "DE", "Hot", "Nope")', "unknown_value", ""),
        ("set created_at = NOW()", "read_only_field", ""),
        ("set id = owner", "read_only_field", ""),
        ("assign to queue dah", "unknown_queue", "dach"),
        ('assign to user "ana"', "unknown_user", "anna"),
        ("assign to account", "wrong_type", ".owner"),
        ("assign to user name", "wrong_type", ""),
        ("assign to queue dach weighted (anna 1, nobody 2)", "unknown_user", ""),
        ("assign to queue dach weighted (anna 0)", "bad_weight", ""),
        ("assign to queue dach weighted (anna 1, anna 2)", "duplicate_name", ""),
        ("assign to queue dach least loaded by taks", "unknown_object", "task"),
        ("assign to queue dach least loaded by task where task.statu = 1", "unknown_field", "status"),
        ("assign to queue dach least loaded within capacity 0", "bad_capacity", ""),
        ("notify owner via email with template lead_asigned", "unknown_template", "lead_assigned"),
        ("notify owner via email 1 + 1", "wrong_type", ""),
        ('notify owner via emial "x"', "unknown_channel", "email"),
        ('notify email via in_app "x"', "wrong_channel", ""),
        ('notify score via email "x"', "wrong_type", ""),
        ("create tsk (subject = name)", "unknown_object", "task"),
        ("create task (subjct = name)", "unknown_field", "subject"),
        ("create task (subject = name, subject = name)", "duplicate_name", ""),
        ("create task (id = id)", "read_only_field", ""),
        ("submit for approval discount_aproval", "unknown_approval", "discount_approval"),
        ('post webhook erq (a = "1")', "unknown_webhook", "erp"),
        ("for each x in name do stop end", "wrong_type", ""),
        ("for each x in leeds do stop end", "unknown_field", ""),
        ('notify role finanz via email "x"', "unknown_role", "finance"),
    ],
)
def test_faults_in_actions(body: str, code: str, suggestion: str) -> None:
    problem = _problems(f'rule "R" on lead when saved\nthen\n{body}\nend')[0]
    assert (problem.code, problem.line) == (code, 3)
    assert suggestion in (problem.hint or "")


@pytest.mark.parametrize(
    ("trigger", "code"),
    [
        ("contry changes", "unknown_field"),
        ('rating changes to "Boiling"', "unknown_value"),
        ("score changes to name", "wrong_type"),
        ('score changes to "x"', "wrong_type"),
        ('cron "99 2 * * *"', "bad_schedule"),
        ('cron "* * *"', "bad_schedule"),
        ('cron "5-1 * * * *"', "bad_schedule"),
        ("every mondy at 09:00", "bad_schedule"),
        ("every day at 25:00", "bad_schedule"),
        ("every day at 09:00 in calendar standart", "unknown_calendar"),
        ("3 days before name", "wrong_type"),
        ("3 days before nowhere", "unknown_field"),
        ("on the anniversary of score", "wrong_type"),
    ],
)
def test_faults_in_triggers(trigger: str, code: str) -> None:
    problem = _problems(f'rule "R" on lead\nwhen {trigger}\nthen stop end')[0]
    assert (problem.code, problem.line) == (code, 2)


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ('rule "R" on leed when saved then stop end', ["unknown_object"]),
        ('rule "R" on lead runs as root when saved then stop end', ["unknown_actor"]),
        ('rule "R" on lead priority 0 when saved then stop end', ["bad_priority"]),
        ('rule "R" on lead when saved if score + 1 then stop end', ["wrong_type"]),
        ('rule "R" on lead when saved if rating = "Nope" then stop end', ["unknown_value"]),
        ('rule "R" on lead when saved if name.x = "a" then stop end', ["not_a_reference"]),
        ('rule "R" on lead when saved if FOO(1) then stop end', ["unknown_function"]),
        ('validation "V" on lead fail nme "x" when score end', ["unknown_field", "wrong_type"]),
    ],
)
def test_faults_around_actions(source: str, codes: list[str]) -> None:
    assert _codes(source) == codes


def test_names_are_unique_for_one_kind_on_one_object() -> None:
    rule = 'rule "R" on {} when created then stop end\n'
    assert _codes(rule.format("lead") + rule.format("lead")) == ["duplicate_name"]
    assert len(_check(rule.format("lead") + rule.format("account")).rules) == 2


def test_syntax_and_meaning_are_reported_together_in_source_order() -> None:
    source = """rule "A" on lead when saved then set contry = "DE" end
rule "B" on lead whn saved then stop end
rule "C" on lead when saved then assign to queue dah end"""
    problems = _problems(source)
    assert [(problem.line, problem.code) for problem in problems] == [
        (1, "unknown_field"),
        (2, "syntax"),
        (3, "unknown_queue"),
    ]
    assert problems[0].column == 38


def test_an_empty_file_says_nothing() -> None:
    assert _check("-- nothing here\n") == CheckedRules()


def test_a_percent_is_what_people_see() -> None:
    (validation,) = _check('validation "V" on lead fail "Too much" when discount > 40 end').validations
    run = compile_python(validation.rows[0].condition)
    context = EvaluationContext(now=datetime(2025, 1, 1, tzinfo=UTC), time_zone=UTC, user={}, prior=None, is_new=True)
    assert run({"discount": Decimal(41)}, context) is True
    assert run({"discount": Decimal(40)}, context) is False


@pytest.mark.parametrize(
    "value", ["COUNT(account.leads)", "SUM(account.leads, score)", "MAX(account.leads, score, NOT(do_not_contact))"]
)
def test_values_go_over_the_rows_of_child_lists(value: str) -> None:
    source = f'rule "R" on lead when saved then set score = {value} end'
    (rule,) = check_rules(source, small_names()).rules
    (reads,) = rule.actions[0].value.collections
    assert reads.rows.path == ("account", "leads")
