"""Where a function runs: a call of each of its forms over fields is compiled for every target."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from rule_engine import CheckedFormula, UnsupportedOnTarget, check_formula, compile_python, compile_sql
from rule_engine.functions.entry import Form, Function
from rule_engine.targets.javascript import compile_javascript
from rule_engine.targets.sql import ChildRows
from rule_engine.types import Kind
from tests.docs.reference.function_notes import CALLS
from tests.rule_engine.sample import SCOPE

_FIELDS = {
    Kind.NUMBER: "amount",
    Kind.TEXT: "name",
    Kind.BOOLEAN: "active",
    Kind.DATE: "due",
    Kind.DATETIME: "at",
    Kind.TIME: "clock",
    Kind.GEOLOCATION: "place",
    Kind.ID: "owner",
}
_LINES = sa.table("lines", sa.column("place"), sa.column("is_gift"), sa.column("cost"))
_CHILDREN = ChildRows(source=_LINES, link=sa.true(), columns=lambda path: sa.column(".".join(path)))


def _columns(path: tuple[str, ...]) -> sa.ColumnElement[Any]:
    return sa.column(".".join(path))


TARGETS: Mapping[str, Callable[[CheckedFormula], object]] = {
    "Python": compile_python,
    "SQLite": lambda checked: compile_sql(checked, _columns, "sqlite", lambda _: _CHILDREN),
    "PostgreSQL": lambda checked: compile_sql(checked, _columns, "postgresql", lambda _: _CHILDREN),
    "JavaScript": compile_javascript,
}


def targets_of(function: Function) -> tuple[str, ...]:
    """The names of the targets that take every form of the function."""
    checked = [check_formula(call, SCOPE) for call in _calls(function)]
    return tuple(name for name, compile_it in TARGETS.items() if all(_takes(compile_it, one) for one in checked))


def _takes(compile_it: Callable[[CheckedFormula], object], checked: CheckedFormula) -> bool:
    try:
        compile_it(checked)
    except UnsupportedOnTarget:
        return False
    return True


def _calls(function: Function) -> Iterator[str]:
    if function.name in CALLS:
        yield CALLS[function.name]
        return
    for form in function.forms:
        yield f"{function.name}({', '.join(_FIELDS[kind] for kind in _kinds(form))})"


def _kinds(form: Form) -> tuple[Kind, ...]:
    repeated = (form.repeated,) if form.repeated is not None else ()
    return (*form.required, *form.optional, *repeated)
