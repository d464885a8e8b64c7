"""Any formula over any row gives the same on every target."""

from __future__ import annotations

import os
import random
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from rule_engine import Kind, UnsupportedOnTarget, check_formula
from tests.agreement.comparison import are_equal, first_difference, shown
from tests.agreement.databases import PostgresqlTarget, SqliteTarget
from tests.agreement.formulas import Case, cases
from tests.agreement.model import SCOPE
from tests.agreement.rows import BLANK_ROW, Row, make_rows
from tests.agreement.targets import JavascriptTarget, PythonTarget, Target

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "cases.toml").read_text())["case"]
# Run long and at random: TRELLIS_TEST_EXAMPLES=100000 pytest tests/agreement
EXAMPLES = int(os.environ.get("TRELLIS_TEST_EXAMPLES", "0"))
LEAST_SUPPORTED = {"sqlite": 0.99, "postgresql": 0.9, "javascript": 0.9}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return make_rows(random.Random(None if EXAMPLES else 1), 30)


@pytest.fixture(scope="module")
def targets(rows: list[Row], postgresql_server: str) -> Iterator[list[Target]]:
    opened: list[Target] = [SqliteTarget(rows), PostgresqlTarget(rows, postgresql_server), JavascriptTarget(rows)]
    yield opened
    for target in opened:
        target.close()


def _is_as_written(value: Any, written: str | None) -> bool:
    if isinstance(value, Decimal):
        return written is not None and are_equal(value, Decimal(written), Kind.NUMBER)
    return (str(value).lower() if isinstance(value, bool) else value) == written


@pytest.mark.parametrize("case", CASES, ids=[case["formula"] for case in CASES])
def test_what_disagreed_once(rows: list[Row], targets: list[Target], case: dict[str, Any]) -> None:
    checked = check_formula(case["formula"], SCOPE)
    for target in (PythonTarget(rows), *targets):
        with suppress(UnsupportedOnTarget):
            value = target.evaluate(checked)[BLANK_ROW]
            assert _is_as_written(value, case.get("result")), (target.name, value)


def test_targets_agree(rows: list[Row], targets: list[Target]) -> None:
    python = PythonTarget(rows)
    tally: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES or 1_200,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases())
    def agree(case: Case) -> None:
        checked = check_formula(case.text, SCOPE, mode=case.mode, blank_as_zero=case.blank_as_zero)
        expected = python.evaluate(checked)
        tally["all"] += 1
        for target in targets:
            try:
                found = target.evaluate(checked)
            except UnsupportedOnTarget:
                continue
            tally[target.name] += 1
            place = first_difference(expected, found, checked.type.kind)
            assert place is None, (
                f"{case.text} of {shown(checked, rows[place])} is {expected[place]!r} in Python, "
                f"{found[place]!r} on {target.name}"
            )

    agree()
    shares = {target.name: tally[target.name] / tally["all"] for target in targets}
    assert all(share >= LEAST_SUPPORTED[name] for name, share in shares.items()), shares
