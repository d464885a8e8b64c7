"""The text of a filter -> a checked formula."""

from __future__ import annotations

from metamodel.model import Model
from rule_engine import CheckedFormula, SourceError, check_formula
from rule_engine.types import ExplainingScope, Kind
from trellis.errors import InvalidFilter
from trellis.query.sealed_filters import FilterScope, check_sealed_reads
from trellis.tenancy.compiled import CompiledModel


def prepared_filter(compiled: CompiledModel, object_name: str, text: str) -> CheckedFormula:
    """As check_filter, made once."""
    return compiled.prepared(
        ("query", "filter", object_name, text), lambda: check_filter(compiled.model, object_name, text)
    )


def check_filter(
    model: Model, object_name: str, text: str, *, by_marks: bool = False, scope: ExplainingScope | None = None
) -> CheckedFormula:
    """`by_marks`: what encrypted fields equal may be asked, for with_marks to answer; `scope`: the names it may use, None for all.
    Raises InvalidFilter with every diagnostic."""
    if "\0" in text:
        raise InvalidFilter("The filter holds a NUL character, which no stored text has.")
    scope = scope or model.scope(object_name)
    try:
        checked = check_formula(text, FilterScope(scope) if by_marks else scope, expect=(Kind.BOOLEAN,))
    except SourceError as error:
        raise InvalidFilter(f"The filter cannot be read. {error}") from error
    if by_marks:
        check_sealed_reads(model, object_name, checked)
    return checked
