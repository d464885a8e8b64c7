"""What a formula field reads: every field on the way, of its own record and of others."""

from __future__ import annotations

from collections.abc import Iterator

from metamodel.model import Model
from rule_engine.typed import FindValue, walk


def fields_read(model: Model, object_name: str, field_name: str) -> Iterator[tuple[str, str]]:
    """(object, field) of each step of each path that the formula names, lookups included; a field may come more than once. Formula
    fields are named, not followed."""
    formula = model.formula(object_name, field_name)
    for reference in formula.references:
        yield from _along(model, object_name, reference.path)
    for reads in formula.collections:
        path = reads.rows.path
        yield from _along(model, object_name, path[:-1])
        child = model.child_list(object_name, path)
        if child is not None:
            yield child.object.name, child.lookup.name
            for reference in reads.references:
                yield from _along(model, child.object.name, reference.path)
    for node in walk(formula.tree):
        if isinstance(node, FindValue):
            yield node.object, node.field
            yield node.object, node.key_field


def _along(model: Model, object_name: str, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for step in (model.find_path(object_name, ".".join(path)) or ()) if path else ():
        yield step.object.name, step.field.name
