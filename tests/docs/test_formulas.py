"""Formulas in the documents hold: a block ```formula OBJECT has one a line, over an object of the package sales."""

from __future__ import annotations

from functools import cache

import pytest

from metamodel import Model, build_model, read_source
from rule_engine import check_formula
from tests.docs.documents import all_blocks
from trellis.packaging.bundled import bundled_folder
from trellis.packaging.folder import load_folder

LINES = [
    (block.info, f"{block.place}+{number}", line)
    for block in all_blocks("formula")
    for number, line in enumerate(block.text.splitlines(), start=1)
]


@cache
def sales() -> Model:
    return build_model(read_source(load_folder(bundled_folder("sales")), "sales"))


@pytest.mark.parametrize(("object_name", "place", "formula"), LINES)
def test_formula_holds(object_name: str, place: str, formula: str) -> None:
    assert all(one.severity != "error" for one in check_formula(formula, sales().scope(object_name)).warnings)
