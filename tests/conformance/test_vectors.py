"""All vectors beside the checkout pass on Python, SQLite and JavaScript; none are collected where they are missing."""

from __future__ import annotations

import json
from argparse import Namespace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rule_engine import SourceError, check_formula
from tests.conformance import adapters
from tests.conformance.run import SHARED, load_judge, time_zone_of

FILES = sorted(SHARED.glob("vectors.*.jsonl"))
REFUSALS = SHARED / "compile_errors.dev.jsonl"
OPTIONS = Namespace(
    native=False, timeout=0, error_class="FormulaError", error_as_null=False, target=None, gold=False,
    strict_boolean_null=False, percent_fraction=False, rel_tol=Decimal("1e-9"), abs_tol=Decimal("1e-12"),
)  # fmt: skip


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


@pytest.mark.parametrize("target", ["python", "sqlite", "javascript"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_vectors_pass(file: Path, target: str) -> None:
    judge = load_judge(SHARED / "check.py")
    evaluate = partial(getattr(adapters, target), time_zone=time_zone_of(file))
    options = Namespace(**(vars(OPTIONS) | {"error_as_null": target == "sqlite"}))
    failed = []
    for vector in _read(file):
        status, reason, got = judge.judge(evaluate, vector, options)
        if status != "pass":
            failed.append((vector["id"], reason, got))
    assert failed == []


@pytest.mark.parametrize("case", _read(REFUSALS) if REFUSALS.exists() else [], ids=lambda case: case["id"])
def test_formulas_to_refuse_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises(SourceError) as raised:
        check_formula(case["formula"], adapters.scope_of(case["fields"]), mode="salesforce")
    code = {"wrong_argument_type": "wrong_type"}.get(case["error"], case["error"])
    assert code in {diagnostic.code for diagnostic in raised.value.diagnostics}
