"""Every formula of a model, checked once: which scope it is in, what it must give, and how it reads blanks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from metamodel.definitions import ListView, Object, Validation
from metamodel.fields.computed import FormulaField
from metamodel.fields.field import Field
from metamodel.scope import ObjectScope
from rule_engine import CheckedFormula, Kind, check_formula
from rule_engine.types import BOOLEAN, Type

Expected = Type | tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaUse:
    """A formula over the records of `object`, that must give what is `expected`."""

    object: str
    source: str
    expected: Expected
    blank_as_zero: bool = False


def use_of_formula_field(object_name: str, field: FormulaField) -> FormulaUse:
    return FormulaUse(
        object=object_name, source=field.formula, expected=field.formula_type, blank_as_zero=field.blanks == "zero"
    )


def use_of_default(object_name: str, field: Field) -> FormulaUse:
    """Picklists and references take text too: it is checked against them when a record is made."""
    kind = field.formula_type.kind
    expected = (kind, Kind.TEXT) if kind in (Kind.PICKLIST, Kind.ID) else (kind,)
    return FormulaUse(object=object_name, source=field.default_formula or "", expected=expected)


def use_of_validation(object_name: str, validation: Validation) -> FormulaUse:
    return FormulaUse(object=object_name, source=validation.formula, expected=BOOLEAN)


def use_of_filter(view: ListView) -> FormulaUse:
    return FormulaUse(object=view.object, source=view.filter or "", expected=BOOLEAN)


class Formulas:
    """Checks formulas over fixed objects and keeps what it checked."""

    def __init__(self, objects: Mapping[str, Object]) -> None:
        self._objects = objects
        self._scopes: dict[str, ObjectScope] = {}
        self._checked: dict[FormulaUse, CheckedFormula] = {}

    def scope(self, object_name: str) -> ObjectScope:
        scope = self._scopes.get(object_name)
        if scope is None:
            scope = self._scopes[object_name] = ObjectScope(self._objects, object_name)
        return scope

    def check(self, use: FormulaUse) -> CheckedFormula:
        """Raises rule_engine.SourceError with all that is wrong."""
        checked = self._checked.get(use)
        if checked is None:
            checked = check_formula(
                use.source, self.scope(use.object), blank_as_zero=use.blank_as_zero, expect=use.expected
            )
            self._checked[use] = checked
        return checked
