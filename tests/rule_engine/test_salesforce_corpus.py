"""Formulas of public Salesforce repositories: all parse, and those whose fields are known are accepted as they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from rule_engine import SourceError, check_formula, format_formula, parse_formula
from tests.rule_engine.salesforce_corpus import lines, scope_of

LINES = lines()


def _codes(line: Mapping[str, Any]) -> frozenset[str]:
    """What is wrong with it in the strict mode; nothing when it is accepted."""
    try:
        check_formula(
            line["formula"], scope_of(line), mode="salesforce", blank_as_zero=line.get("blanks") == "BlankAsZero"
        )
    except SourceError as error:
        return frozenset(diagnostic.code for diagnostic in error.diagnostics)
    return frozenset()


@pytest.mark.parametrize("line", LINES, ids=[f"{line['repo']} {line['object']} {line['name']}" for line in LINES])
def test_a_formula_parses_and_is_accepted_or_named_as_what_it_is(line: Mapping[str, Any]) -> None:
    canonical = format_formula(line["formula"])
    assert format_formula(parse_formula(canonical)) == format_formula(parse_formula(line["formula"]))
    if line["kind"] == "report_summary_formula":
        assert _codes(line) == {"report_dialect"}
    elif line["kind"] == "flow_formula":
        assert _codes(line) <= {"merge_field"}
    else:
        assert _codes(line) <= {"unknown_field"}


def test_nearly_all_are_accepted() -> None:
    """The rest reads fields of packages that are not there."""
    found = Counter(
        not _codes(line) for line in LINES if line["kind"] not in ("report_summary_formula", "flow_formula")
    )
    assert found[False] * 20 <= found[True]
