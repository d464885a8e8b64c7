"""Every formula of a model, checked once: which scope it is in, what it must give, and how it reads blanks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from metamodel.access_formulas import fit_for_access
from metamodel.definitions import ListView, Validation
from metamodel.fields.computed import FormulaField
from metamodel.fields.field import Field
from metamodel.scope import AccessScope, ObjectScope, Vocabulary
from metamodel.unaccepted import failing_formula
from rule_engine import CheckedFormula, Kind, SourceError, check_formula
from rule_engine.types import BOOLEAN, Type

Mode = Literal["trellis", "salesforce"]
Reach = Literal["everything", "record", "record_and_user"]
Expected = Type | tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaUse:
    """A formula over the records of `object`, that must give what is `expected`. `gives_fraction`: its result of 0.24 stands for 24 %,
    which everything else of the model reads as 24. `reach`: what it may read; less than everything decides access."""

    object: str
    source: str
    expected: Expected
    blank_as_zero: bool = False
    mode: Mode = "trellis"
    gives_fraction: bool = False
    reach: Reach = "everything"


def use_of_formula_field(object_name: str, field: FormulaField) -> FormulaUse:
    return FormulaUse(
        object=object_name,
        source=field.formula,
        expected=field.formula_type,
        blank_as_zero=field.blanks == "zero",
        mode=field.syntax,
        gives_fraction=field.syntax == "salesforce" and field.returns == "percent",
    )


def use_of_default(object_name: str, field: Field) -> FormulaUse:
    """Picklists and references take text too: it is checked against them when a record is made."""
    kind = field.formula_type.kind
    expected = (kind, Kind.TEXT) if kind in (Kind.PICKLIST, Kind.ID) else (kind,)
    return FormulaUse(object=object_name, source=field.default_formula or "", expected=expected)


def use_of_validation(object_name: str, validation: Validation) -> FormulaUse:
    # Salesforce reads a blank number as zero in validations, always.
    is_salesforce = validation.syntax == "salesforce"
    return FormulaUse(
        object=object_name,
        source=validation.formula,
        expected=BOOLEAN,
        blank_as_zero=is_salesforce,
        mode=validation.syntax,
    )


def use_of_filter(view: ListView) -> FormulaUse:
    return use_of_condition(view.object, view.filter or "")


def use_of_condition(object_name: str, source: str) -> FormulaUse:
    return FormulaUse(object=object_name, source=source, expected=BOOLEAN)


def use_in_access(object_name: str, source: str, *, knows_user: bool = True) -> FormulaUse:
    """A condition of sharing; one that shares with others does not know who asks."""
    reach: Reach = "record_and_user" if knows_user else "record"
    return FormulaUse(object=object_name, source=source, expected=BOOLEAN, reach=reach)


class Formulas:
    """Checks formulas over a fixed vocabulary and keeps what it checked. `are_deployed`: they were accepted when they were deployed, so
    one that this version does not accept stands for one that fails whenever it is evaluated."""

    def __init__(self, vocabulary: Vocabulary, *, are_deployed: bool = False) -> None:
        self._vocabulary = vocabulary
        self._are_deployed = are_deployed
        self._scopes: dict[str, ObjectScope] = {}
        self._checked: dict[FormulaUse, CheckedFormula] = {}

    def scope(self, object_name: str) -> ObjectScope:
        scope = self._scopes.get(object_name)
        if scope is None:
            scope = self._scopes[object_name] = ObjectScope(self._vocabulary, object_name)
        return scope

    def check(self, use: FormulaUse) -> CheckedFormula:
        """Raises rule_engine.SourceError with all that is wrong, unless the formulas are deployed ones."""
        checked = self._checked.get(use)
        if checked is None:
            checked = self._checked[use] = self._check_or_stand_in(use)
        return checked

    def _check_or_stand_in(self, use: FormulaUse) -> CheckedFormula:
        try:
            checked = self._check(use, use.source)
            return self._check(use, f"({use.source}) * 100") if use.gives_fraction else checked
        except SourceError:
            if not self._are_deployed:
                raise
            return failing_formula(use.expected)

    def _check(self, use: FormulaUse, source: str) -> CheckedFormula:
        if use.reach == "everything":
            return check_formula(
                source, self.scope(use.object), mode=use.mode, blank_as_zero=use.blank_as_zero, expect=use.expected
            )
        fields = self._vocabulary.objects[use.object].fields
        narrow = AccessScope(self.scope(use.object), fields, knows_user=use.reach == "record_and_user")
        return fit_for_access(check_formula(source, narrow, expect=use.expected))
