"""The shared examples of rules, when they lie beside the checkout: what must parse, check and be refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rule_engine.errors import SourceError
from rule_engine.rules import check_rules, format_rules, parse_rules
from tests.rule_engine.rules.names import DescribedNames

EXAMPLES = Path(__file__).parents[4] / "shared" / "rules"
AVAILABLE = ("02_assignment_table", "03_validation", "17_case_insensitive", "18_chinese")


def _names() -> DescribedNames:
    return DescribedNames(json.loads((EXAMPLES / "schema.json").read_text(encoding="utf-8")))


if EXAMPLES.is_dir():
    VALID = {path.stem: path.read_text(encoding="utf-8") for path in sorted((EXAMPLES / "valid").glob("*.rule"))}
    INVALID = {path.stem: path.read_text(encoding="utf-8") for path in sorted((EXAMPLES / "invalid").glob("*.rule"))}
    EXPECTED: dict[str, list[dict[str, Any]]] = json.loads(
        (EXAMPLES / "invalid/expected.json").read_text(encoding="utf-8")
    )

    @pytest.mark.parametrize("name", VALID)
    def test_valid_examples_have_a_stable_canonical_form_with_all_comments(name: str) -> None:
        formatted = format_rules(VALID[name])
        assert format_rules(formatted) == formatted
        before, after = parse_rules(VALID[name]), parse_rules(formatted)
        assert [comment.text for comment in before.comments] == [comment.text for comment in after.comments]

    @pytest.mark.parametrize("name", VALID)
    def test_valid_examples_check_or_use_what_comes_later(name: str) -> None:
        names = _names()
        if name in AVAILABLE:
            checked = check_rules(VALID[name], names, names.coming)
            assert checked.rules or checked.assignments or checked.validations
        else:
            with pytest.raises(SourceError) as caught:
                check_rules(VALID[name], names, names.coming)
            assert {problem.code for problem in caught.value.diagnostics} == {"not_available"}

    @pytest.mark.parametrize("name", INVALID)
    def test_invalid_examples_are_refused_where_and_why(name: str) -> None:
        names = _names()
        with pytest.raises(SourceError) as caught:
            check_rules(INVALID[name], names, names.coming)
        problems = caught.value.diagnostics
        assert len(problems) >= len(EXPECTED[name])
        for problem, expected in zip(problems, EXPECTED[name], strict=False):
            assert (problem.line, problem.code) == (expected["line"], expected["code"])
            assert expected.get("suggests", "") in (problem.hint or "")
