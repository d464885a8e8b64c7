"""A number that a formula field gave, as the API shows it: rounded half up to the field's scale."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.fields.computed import FormulaField
from metamodel.fields.field import Field
from rule_engine import CheckedFormula, check_formula, compile_sql
from rule_engine.types import NUMBER, Path, Reference
from trellis.storage.database import DialectName

_NAME = ("result",)


class _OneNumber:
    """A scope that knows the name `result`, so that the rule engine itself does the rounding, alike on both databases."""

    def find(self, path: Path) -> Reference | None:
        return Reference(path=_NAME, type=NUMBER) if path == _NAME else None

    def names(self, prefix: Path) -> Sequence[str]:
        return () if prefix else _NAME


def shown_number(value: sa.ColumnElement[Any], field: Field, dialect: DialectName) -> sa.ColumnElement[Any]:
    """PostgreSQL: numeric; SQLite: canonical decimal text."""
    if not isinstance(field, FormulaField):
        return value
    return compile_sql(_rounding(field.scale), lambda _: value, dialect)


@lru_cache(maxsize=32)
def _rounding(scale: int) -> CheckedFormula:
    return check_formula(f"ROUND(result, {scale})", _OneNumber())
