"""Filters over encrypted fields: `=`, `in` and ISBLANK are all that they may ask, and the database answers by marks.

The formula is checked as if the field were a text; then its constants become the marks of those texts, and the field's column is that
of its marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from metamodel.fields.field import Field, FieldValueError
from metamodel.model import Model
from rule_engine import CheckedFormula, typed
from rule_engine.types import TEXT, ExplainingScope, Kind, Path, Reference
from trellis.errors import InvalidFilter
from trellis.query.paths import FieldPath, resolve_names
from trellis.query.sealed import mark_of
from trellis.tenancy.compiled import CompiledModel


class FilterScope:
    """The names of another scope, with encrypted fields as texts."""

    def __init__(self, scope: ExplainingScope) -> None:
        self._scope = scope

    def find(self, path: Path) -> Reference | None:
        found = self._scope.find(path)
        return replace(found, type=TEXT) if found is not None and found.type.kind is Kind.SEALED else found

    def names(self, prefix: Path) -> Sequence[str]:
        return self._scope.names(prefix)

    def why_not(self, path: Path) -> tuple[str, str | None] | None:
        return self._scope.why_not(path)


def check_sealed_reads(model: Model, object_name: str, formula: CheckedFormula) -> tuple[FieldPath, ...]:
    """The encrypted fields that are compared with values. Raises InvalidFilter for anything that marks cannot answer."""
    reads = list(_sealed_reads(model, object_name, formula))
    if not reads:
        return ()
    asked: set[int] = set()
    answered: set[int] = set()
    for node in typed.walk(formula.tree):
        if isinstance(node, typed.IsBlank):
            asked.add(id(node.operand))
        elif isinstance(node, typed.Equal) and isinstance(node.right, typed.Constant):
            answered.add(id(node.left))
        elif isinstance(node, typed.Equal) and isinstance(node.left, typed.Constant):
            answered.add(id(node.right))
        elif isinstance(node, typed.OneOf) and all(isinstance(one, typed.Constant) for one in node.values):
            answered.add(id(node.subject))
    for node, path in reads:
        if id(node) not in asked | answered or node.is_prior:
            message = (
                f"{path.key} is encrypted: a filter may compare it with a value by = or in, or ask whether it is blank."
            )
            raise InvalidFilter(message)
    return tuple(path for node, path in reads if id(node) in answered)


def with_marks(compiled: CompiledModel, object_name: str, formula: CheckedFormula) -> CheckedFormula:
    """The formula as the database can answer it. Raises NoMasterKey."""
    sealed = {id(node): path for node, path in _sealed_reads(compiled.model, object_name, formula)}
    if not sealed:
        return formula

    def marked(node: typed.Typed, path: FieldPath) -> typed.Typed:
        if not isinstance(node, typed.Constant) or not isinstance(node.value, str):
            return node
        value = _as_kept(path.field, node.value)
        return replace(node, value=mark_of(compiled, path.objects[-1], path.field, value))

    def change(node: typed.Typed) -> typed.Typed:
        if isinstance(node, typed.Equal):
            if id(node.left) in sealed:
                return replace(node, right=marked(node.right, sealed[id(node.left)]))
            if id(node.right) in sealed:
                return replace(node, left=marked(node.left, sealed[id(node.right)]))
        if isinstance(node, typed.OneOf) and id(node.subject) in sealed:
            path = sealed[id(node.subject)]
            return replace(node, values=tuple(marked(value, path) for value in node.values))
        return node

    return replace(formula, tree=_rebuilt(formula.tree, change))


def _sealed_reads(model: Model, object_name: str, formula: CheckedFormula) -> Iterator[tuple[typed.Read, FieldPath]]:
    """Of the record itself and along its lookups; child lists have scopes of their own."""
    own = {reference.path for reference in formula.references}
    for node in typed.walk(formula.tree):
        if isinstance(node, typed.Read) and node.reference.path in own and node.reference.type is TEXT:
            path = resolve_names(model, object_name, node.reference.path)
            if path.field.encrypted:
                yield node, path


def _as_kept(field: Field, text: str) -> str:
    """A value in the form that it would be stored in; what the field does not take equals none of its values anyway."""
    try:
        return str(field.parse(text))
    except FieldValueError:
        return text


def _rebuilt(node: typed.Typed, change: Callable[[typed.Typed], typed.Typed]) -> typed.Typed:
    """The tree with each node changed before its parts are."""
    node = change(node)
    changed = {}
    for one in fields(node):
        before = getattr(node, one.name)
        after = _part(before, change)
        if after is not before:
            changed[one.name] = after
    return replace(node, **changed) if changed else node


def _part(value: Any, change: Callable[[typed.Typed], typed.Typed]) -> Any:
    if isinstance(value, typed.Typed):
        return _rebuilt(value, change)
    if isinstance(value, tuple):
        parts = tuple(_part(one, change) for one in value)
        return parts if any(new is not old for new, old in zip(parts, value, strict=True)) else value
    return value
