"""Findings about assignment tables, held to every record of a small world."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from rule_engine.rules.analysis import Finding
from rule_engine.rules.analysis.tables import Table
from rule_engine.rules.checked import Assignment, AssignmentRow, ToQueue
from tests.rule_engine.rules.analysis.grid import CONDITIONS, FAILING, OPAQUE, RECORDS, formula, holds

_NOBODY = dict.fromkeys(RECORDS[0]) | {"is_big": False}


def _table(texts: Sequence[str | None]) -> Assignment:
    rows = [
        AssignmentRow(
            condition=None if text is None else formula(text), assignee=ToQueue(queue=f"q{number}"), line=number + 1
        )
        for number, text in enumerate(texts, 1)
    ]
    return Assignment(name="Table", object="deal", triggers=(), rows=tuple(rows), start=0, end=1, line=1)


def _findings(*texts: str | None) -> list[Finding]:
    return list(Table(_table(texts)).findings())


def _shown(*texts: str | None) -> list[dict[str, object]]:
    shown = [finding.to_json() for finding in _findings(*texts)]
    return [{key: one[key] for key in ("finding", "row", "by", "rows", "example") if key in one} for one in shown]


@given(st.lists(st.one_of(CONDITIONS, FAILING, OPAQUE), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_every_finding_is_so(texts: list[str]) -> None:
    found = [holds(formula(text)) for text in texts]
    for finding in _findings(*texts):
        record = [_NOBODY | (finding.example or {})]
        shown = [holds(formula(text), record)[0] for text in texts]
        if finding.code == "shadowed":
            assert finding.row is not None
            taken = [any(found[by - 1][index] is not False for by in finding.by) for index in range(len(RECORDS))]
            assert all(taken[index] for index, is_so in enumerate(found[finding.row - 1]) if is_so)
            assert finding.example is None or shown[finding.row - 1] is True
        elif finding.code == "overlap":
            first, second = finding.rows
            assert shown[first - 1] is True
            assert shown[second - 1] is True
        else:
            assert finding.code == "uncovered"
            assert shown == [False] * len(texts)


@given(st.lists(CONDITIONS, min_size=1, max_size=3))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_nothing_is_missing_where_all_can_be_decided(texts: list[str]) -> None:
    found = [holds(formula(text)) for text in texts]
    findings = _findings(*texts)
    shadowed = {finding.row for finding in findings if finding.code == "shadowed"}
    overlapping = {finding.rows for finding in findings if finding.code == "overlap"}
    for second, row in enumerate(found):
        earlier = found[:second]
        is_shadowed = any(row) and all(any(one[at] for one in earlier) for at, is_so in enumerate(row) if is_so)
        assert (second + 1 in shadowed) == is_shadowed
        for first, other in enumerate(earlier):
            meet = any(one and two for one, two in zip(other, row, strict=True))
            is_exception = all(two for one, two in zip(other, row, strict=True) if one)
            assert ((first + 1, second + 1) in overlapping) == (meet and not is_exception and not is_shadowed)
    is_uncovered = any(map(any, found)) and any(not any(column) for column in zip(*found, strict=True))
    assert ("uncovered" in {finding.code for finding in findings}) == is_uncovered


def test_a_narrower_row_behind_a_wider_one_never_decides() -> None:
    assert _shown("amount > 1", 'amount > 2 && country = "DE"', None) == [
        {"finding": "shadowed", "row": 2, "by": 1, "example": {"amount": 3, "country": "DE"}}
    ]


def test_rows_that_take_a_later_one_together_are_all_named() -> None:
    assert _shown("amount < 2", "amount >= 2", "amount > 1", None)[0]["by"] == [1, 2]


def test_an_exception_before_the_rule_is_no_overlap() -> None:
    assert _shown('amount > 2 && country = "DE"', "amount > 1", None) == []


def test_a_gap_at_the_border_is_shown_by_the_border() -> None:
    assert _shown("amount < 100", "amount > 100") == [{"finding": "uncovered", "example": {"amount": 100}}]


def test_blank_is_a_gap_too() -> None:
    assert _shown("amount < 100", "amount >= 100") == [{"finding": "uncovered", "example": {"amount": None}}]


def test_nothing_is_said_of_gaps_that_depend_on_the_day() -> None:
    assert _shown("due < TODAY()", "due > TODAY()") == []


def test_a_large_table_is_compared_row_by_row_only_where_rows_can_meet() -> None:
    texts = [f'country = "C{number % 250}" && amount >= {number} && amount < {number + 250}' for number in range(1_000)]
    table = Table(_table([*texts, *texts]))
    findings = list(table.findings())
    assert table.is_finished
    assert [finding.row for finding in findings if finding.code == "shadowed"] == list(range(1_001, 2_001))
    assert not [finding for finding in findings if finding.code == "overlap"]


def test_a_table_too_large_to_compare_says_so() -> None:
    table = Table(_table([f"amount > {number}" for number in range(50, 0, -1)]), max_steps=1_000)
    assert [finding.code for finding in table.findings()] == ["uncovered"]
    assert not table.is_finished
