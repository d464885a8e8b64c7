"""docs/reference/functions.md: every built-in of the formula language, from its registry entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rule_engine import FUNCTIONS, describe_function
from rule_engine.functions.calendar import calendar_functions
from rule_engine.functions.collections import collection_functions
from rule_engine.functions.entry import Function
from rule_engine.functions.logic import logic_functions
from rule_engine.functions.lookups import lookup_functions
from rule_engine.functions.numeric import number_functions
from rule_engine.functions.textual import text_functions
from tests.docs.reference.markdown import block, code, page

GROUPS: Mapping[str, tuple[Function, ...]] = {
    "Conditions and blanks": logic_functions(),
    "Numbers": number_functions(),
    "Text": text_functions(),
    "Dates, times and places": calendar_functions(),
    "Names and child records": collection_functions(),
    "Other objects and currencies": lookup_functions(),
}
PER_SAVE = ("ISNEW", "ISCLONE", "ISCHANGED", "PRIORVALUE")

INTRODUCTION = """
The functions of formulas, the same in formula fields, validations, filters and rules. Names may be written in any letter case.
`...` is what may be repeated, `|` stands between kinds of values that it takes. [Formulas](../rules.md#formulas) has the operators
and what blank means.

"Not in filters" means that the database cannot compute it: where such a function stands in a formula field, the field is computed
after reading, and lists cannot be filtered or sorted by it.
"""


def render() -> str:
    parts = [part for title, functions in GROUPS.items() for part in (f"## {title}", *_entries(functions))]
    return page("Functions", INTRODUCTION, parts)


def documented() -> tuple[str, ...]:
    """Every name that a formula can call."""
    return tuple(name for name, function in FUNCTIONS.items() if not function.is_internal)


def _entries(functions: Iterable[Function]) -> Iterable[str]:
    for function in functions:
        if not function.is_internal:
            yield _entry(function.name)


def _entry(name: str) -> str:
    about = describe_function(name)
    lines = [f"### {name}", block("text", about.signature), about.summary_en]
    if about.example is not None:
        formula, result = about.example
        lines.append(f"{code(formula)} is {code(result)}.")
    note = _note(FUNCTIONS[name])
    return "\n\n".join([*lines, note] if note else lines)


def _note(function: Function) -> str:
    if function.name in PER_SAVE:
        return "Of the record being saved: for validations, and for conditions and values of rules. Not in filters or formula fields."
    if function.forms and all(form.postgresql is None for form in function.forms):
        return "Not in filters on PostgreSQL."
    return ""
