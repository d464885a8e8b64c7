"""What parses as what, and how errors are told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rule_engine.errors import Diagnostic, SourceError
from rule_engine.rules import parse_rules
from rule_engine.rules.parser import MAX_PROBLEMS, parse_with_problems
from rule_engine.rules.syntax import actions, people, statements, triggers
from rule_engine.syntax import NumberLiteral


def _rule(source: str) -> statements.Rule:
    (statement,) = parse_rules(source).statements
    assert isinstance(statement, statements.Rule)
    return statement


def _actions(body: str) -> tuple[actions.Action, ...]:
    return _rule(f'rule "R" on lead when saved then {body} end').block.actions


def _problems(source: str) -> tuple[Diagnostic, ...]:
    return parse_with_problems(source)[1]


def test_keywords_are_read_in_any_letter_case() -> None:
    rule = _rule('RULE "R" ON Lead WHEN Created OR Country CHANGES THEN SET Rating = "Hot" END')
    assert rule.object.name == "lead"
    assert isinstance(rule.when.triggers[1], triggers.ChangesTrigger)


def test_keywords_are_names_where_no_statement_can_go_on() -> None:
    body = 'set to = user & status, end = 1, set = if, when = created assign to user user.manager notify role via email "x"'
    first, second, third = _actions(body)
    assert isinstance(first, actions.SetAction)
    assert [value.field.name for value in first.values] == ["to", "end", "set", "when"]
    assert isinstance(second, actions.AssignAction)
    assert isinstance(second.assignee, people.UserAssignee)
    assert isinstance(third, actions.NotifyAction)
    assert isinstance(third.recipients[0], people.ExpressionRecipient)


def test_a_field_named_like_an_event_can_change() -> None:
    rule = _rule('rule "R" on lead when created changes or created or event changes from "a" then stop end')
    kinds = [type(trigger).__name__ for trigger in rule.when.triggers]
    assert kinds == ["ChangesTrigger", "EventTrigger", "ChangesTrigger"]


def test_rows_may_begin_with_words_that_name_strategies() -> None:
    source = """assignment "A" on lead when created first match
        round = 1 -> queue a
        weighted > 3 -> queue b least loaded by case where case.x = 1
        ROUND(a, 1) > 2 -> user owner.manager
        IF(a, b, c) -> queue e least loaded by case where case.x = 1
        set = 1 -> queue e
        5 < score -> queue e
        otherwise = "x" -> queue c
        otherwise -> queue d weighted (anna 3, "b o" 1)
    end"""
    (statement,) = parse_rules(source).statements
    assert isinstance(statement, statements.Assignment)
    assert [row.condition is None for row in statement.rows] == [False] * 7 + [True]


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("task.related_to = id (status = 1)", 1),
        ("task.done (a = 1, b = 2)", 2),
        ("ISBLANK(task.x) (a = 1)", 1),
        ('task.x in ("a", "b") && IF (task.y, 1, 2) = 1 (a = 1, b = (2), c = IF(x, 1, 2))', 3),
        ("(task.x = 1) (a = 1)", 1),
    ],
)
def test_the_list_of_an_update_is_the_last_bracket(where: str, count: int) -> None:
    update, stop = _actions(f"update task where {where} stop")
    assert isinstance(update, actions.UpdateAction)
    assert update.where is not None
    assert len(update.values) == count
    assert isinstance(stop, actions.StopAction)


def test_dashes_begin_a_comment_and_comments_are_kept() -> None:
    tree = parse_rules('-- one\nrule "R -- no" on lead when saved /* two */ then set a = 1 -- 2\nend')
    assert [comment.text for comment in tree.comments] == ["-- one", "/* two */", "-- 2"]
    (rule,) = tree.statements
    assert isinstance(rule, statements.Rule)
    assert rule.title.value == "R -- no"
    (action,) = rule.block.actions
    assert isinstance(action, actions.SetAction)
    value = action.values[0].value
    assert isinstance(value, NumberLiteral)
    assert value.value == Decimal(1)


def test_every_node_knows_its_place() -> None:
    source = 'rule "R" on lead when saved\nthen\n    set rating = "Hot"\nend'
    (action,) = _rule(source).block.actions
    assert source[action.start : action.end] == 'set rating = "Hot"'
    assert isinstance(action, actions.SetAction)
    assert source[action.values[0].value.start : action.values[0].value.end] == '"Hot"'


@pytest.mark.parametrize(
    ("source", "line", "part_of_message", "part_of_hint"),
    [
        ('rule "R" on lead\nwhn created then stop end', 2, '"whn" cannot stand here', 'Did you mean "when"'),
        ('rule "R" on lead when creatd then stop end', 1, '"then" cannot', 'Did you mean "created"'),
        ('rule "R" on lead when status then stop end', 1, '"then" cannot', '"changes" after the name of a field'),
        ('rule "R" on lead when created then asign to queue x end', 1, '"asign"', 'Did you mean "assign"'),
        ('rule "R" on lead when created then set a == 1 end', 1, '"=="', '"="'),
        ('rule "R" on lead when created then stop after 2 dayz then stop end', 1, '"dayz"', '"days"'),
        ('rule "R" on lead when created then stop after -2 days then stop end', 1, '"-"', "whole number"),
        ('rule "R" on lead when created then notify owner via email "x\nend', 1, "not closed", "same quote"),
        ('rule "R" on lead when created then set a = "\\q" end', 1, "unknown escape", "backslash"),
        ("/* open", 1, "comment is not closed", "*/"),
        ('rule "R" on lead when created then stop end\nfoo', 2, '"foo"', "a statement (rule"),
        ('rule "Open"\non lead when created\nthen stop\n', 4, 'rule "Open" of line 1 has no "end"', "needs an"),
        ('rule "Open" on lead when created then if a then stop end\nrule "B" on', 2, '"Open" of line 1', "needs an"),
        ('rule "Open" on', 1, "is not finished", "a name"),
        ('assignment "A" on lead when created first match otherwise -> queue a\n b -> queue c end', 2, '"b"', "otherwise"),
        ('rule "R" on lead priority 1 priority 2 when created then stop end', 1, "said twice", ""),
        ('rule "R" on lead when created then assign to queue a least loaded within capacity 1 within capacity 2 end', 1,
         "said twice", ""),
    ],
)  # fmt: skip
def test_syntax_errors_say_what_stands_there_and_what_could(
    source: str, line: int, part_of_message: str, part_of_hint: str
) -> None:
    problem = _problems(source)[0]
    assert problem.code == "syntax"
    assert problem.line == line
    assert part_of_message in problem.message
    assert part_of_hint in (problem.hint or "")


def test_reading_goes_on_after_an_error() -> None:
    source = """rule "A" on lead
when created
then
    set a == 1
    set b = 2
    create task subject = 1
end
validation "V" on lead
    fail x "a" whn b
    fail "a" when c
end
rule "B" on lead when created then stop end
"""
    tree, problems = parse_with_problems(source)
    assert [problem.line for problem in problems] == [4, 6, 9]
    assert [type(statement).__name__ for statement in tree.statements] == ["Rule", "Validation", "Rule"]


def test_a_missing_end_costs_one_error_and_the_next_statement_is_read() -> None:
    tree, problems = parse_with_problems(
        'rule "A" on lead when created then set a = 1\nrule "B" on lead when created then stop end'
    )
    assert len(problems) == 1
    assert [statement.title.value for statement in tree.statements] == ["B"]


def test_all_errors_are_in_the_exception() -> None:
    with pytest.raises(SourceError) as caught:
        parse_rules('rule "A" on lead when creatd then stop end\nrule "B" on lead wen created then stop end')
    assert [problem.line for problem in caught.value.diagnostics] == [1, 2]


def test_deep_nesting_is_refused() -> None:
    source = 'rule "R" on lead when saved then ' + "if a then " * 60 + "stop " + "end " * 60 + "end"
    assert _problems(source)[0].code == "too_deep"


def test_an_absurd_file_costs_a_bounded_number_of_errors() -> None:
    assert len(_problems("set a ==\n" * 1_000)) <= MAX_PROBLEMS


@given(st.lists(st.sampled_from(
    ['rule "A" on lead', "when created", "then", "set a = 1", "end", "if a then", "else", "-> queue b", "otherwise", "(", ")",
     '"open', "/*", "--", "\n", "assignment", "first match", "fail x", "update t where", "= id (", "after 2 days", "$", "\\"]
), max_size=25).map(" ".join))  # fmt: skip
def test_any_text_is_either_read_or_refused(source: str) -> None:
    tree, problems = parse_with_problems(source)
    assert all(1 <= problem.line <= source.count("\n") + 1 for problem in problems)
    assert tree.source == source


def test_a_text_behind_refused_makes_it_a_keyword() -> None:
    source = 'test "T" on lead given (name = "x") when created then expect Refused "no" expect refused = "no" end'
    (test,) = parse_rules(source).statements
    assert isinstance(test, statements.Test)
    first, second = test.stages[0].expectations
    assert isinstance(first, statements.ExpectRefused)
    assert first.message.value == "no"
    assert isinstance(second, statements.ExpectCondition)
