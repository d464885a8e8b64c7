"""Text that is meant to hurt: nothing but a SourceError ever comes of it, and soon."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rule_engine.errors import Diagnostic, SourceError
from rule_engine.rules import check_rules, format_rules
from rule_engine.rules.analysis import analyse_rules
from tests.rule_engine.rules.names import small_names

NAMES = small_names()
HEAD = 'rule "R" on lead when saved then '
WORDS = (
    *(
        "rule",
        "assignment",
        "validation",
        "approval",
        "test",
        "on",
        "lead",
        "when",
        "created",
        "then",
        "else",
        "end",
        "if",
    ),
    *(
        "for",
        "each",
        "x",
        "in",
        "do",
        "update",
        "task",
        "where",
        "set",
        "score",
        "=",
        "1",
        "(",
        ")",
        ",",
        '"T"',
        "->",
        "queue",
    ),
    *(
        "triage",
        "otherwise",
        "first",
        "match",
        "after",
        "2",
        "days",
        "business",
        "every",
        "09:00",
        "step",
        "by",
        "fail",
        "stop",
    ),
    *("--", "/*", "*/", '"', "'", "\\", "\n", "notify", "owner", "via", "email", "$Event.x", "expect", "given", "🙂"),
)


def _problems(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(SourceError) as caught:
        check_rules(text, NAMES)
    return caught.value.diagnostics


@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
@settings(max_examples=150)
def test_words_in_any_order_are_checked_or_refused(text: str) -> None:
    try:
        check_rules(text, NAMES)
        formatted = format_rules(text)
    except SourceError:
        return
    assert format_rules(formatted) == formatted


@given(st.text(max_size=80))
@settings(max_examples=100)
def test_any_text_is_checked_or_refused(text: str) -> None:
    try:
        check_rules(text, NAMES)
    except SourceError as error:
        assert error.diagnostics  # noqa: PT017  # most texts are refused, not all


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEAD + "stop end\n" + "-" * 5_000_000, "too_long"),
        (HEAD + "if score > 1 then " * 1_000 + "stop " + "end " * 1_001, "too_deep"),
        (HEAD + "for each x in account.leads do " * 60 + "delete x " + "end " * 61, "too_deep"),
        (HEAD + "set score = " + "(" * 20_000, "too_deep"),
        (HEAD + "update x where " * 20_000, "syntax"),
        (HEAD + "update x where (" * 20_000, "syntax"),
        ("/* " * 100_000, "syntax"),
        ('"' + '\\"' * 100_000, "syntax"),
        ('rule "x"\n' * 5_000, "syntax"),
        (HEAD + 'fail "\x00" end', "syntax"),
        (HEAD + 'fail "\ud83d" end', "syntax"),
        ("-- \udc00\n" * 5_000 + HEAD + "stop end", "syntax"),
    ],
    ids=[
        "5MB",
        "ifs",
        "loops",
        "brackets",
        "updates",
        "lists",
        "comments",
        "escapes",
        "heads",
        "NUL",
        "half",
        "halves",
    ],
)
def test_what_is_too_much_is_refused_at_once(text: str, code: str) -> None:
    assert _problems(text)[0].code == code


def test_after_500_problems_no_more_are_looked_for() -> None:
    assert len(_problems(HEAD + "set nothing = 1 " * 600 + "end")) == 500


def test_a_character_that_no_database_stores_is_named_with_its_place() -> None:
    (problem,) = _problems(HEAD + '\n  fail "a\x00b" end')
    assert (problem.line, problem.column) == (2, 10)
    assert "U+0000" in problem.message


def _rules(count: int) -> str:
    return "".join(
        f'rule "R{n}" on lead when score changes if score > {n} then set score = {n} update account (name = "{n}") end\n'
        for n in range(count)
    )


def _table(count: int, condition: str) -> str:
    rows = "\n".join(f"{condition.replace('#', str(n))} -> queue triage" for n in range(count))
    return f'assignment "A" on lead when created first match {rows} end'


@pytest.mark.parametrize(
    "text",
    [
        _rules(500),
        _table(1_000, "score < #"),
        _table(300, '(score = # || employees = # || country = "#") && (due_on = TODAY() || annual_revenue > #)'),
        _table(1_000, "employees > # && score < #"),
    ],
    ids=["rules", "falling", "choices", "corners"],
)
def test_analysis_ends_before_it_takes_long(text: str) -> None:
    """Counted in steps, not in seconds: what is left over is said to be unfinished."""
    analysis = analyse_rules([check_rules(text, NAMES)])
    assert not analysis.is_finished or analysis.unfinished


def test_a_long_cycle_is_named_in_part() -> None:
    text = "".join(
        f'rule "R{n}" on lead when score changes then update account (name = "x") end\n'
        f'rule "S{n}" on account when name changes then update lead where lead.account = id (score = score + {n}) end\n'
        for n in range(100)
    )
    findings = analyse_rules([check_rules(text, NAMES)]).findings
    assert len(findings) == 200
    assert {len(finding.names) + finding.more for finding in findings} == {200}
    assert all(finding.name in finding.names and len(finding.names) < 30 for finding in findings)
