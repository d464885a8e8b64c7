"""The shared examples of rules, when they lie beside the checkout: what must parse, check and be refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rule_engine.rules import format_rules, parse_rules
from tests.rules.adapters import check

EXAMPLES = Path(__file__).parents[4] / "shared" / "rules"


if EXAMPLES.is_dir():
    SCHEMA = (EXAMPLES / "schema.json").read_text(encoding="utf-8")
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
    def test_valid_examples_check_without_errors(name: str) -> None:
        assert check(VALID[name], SCHEMA) == []

    @pytest.mark.parametrize("name", INVALID)
    def test_invalid_examples_are_refused_where_and_why(name: str) -> None:
        problems = check(INVALID[name], SCHEMA)
        assert len(problems) >= len(EXPECTED[name])
        for problem, expected in zip(problems, EXPECTED[name], strict=False):
            assert {key: problem[key] for key in expected} == expected
