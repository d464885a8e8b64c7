"""What an event from outside says when a test sends it: so much that rules find the record by it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rule_engine import CheckedFormula, typed

_EVENT = "event."


def content_of(matching: Iterable[CheckedFormula], values: Mapping[str, Any]) -> dict[str, Any]:
    """`matching`: the conditions by which rules find their records; a member that one compares with a field has what the record
    has there. `id` is the record's."""
    content: dict[str, Any] = {"id": values["id"]}
    for formula in matching:
        for member, field in _compared(formula):
            names = member.removeprefix(_EVENT).split(".")
            inner = content
            for name in names[:-1]:
                inner = inner.setdefault(name, {})
            value = values.get(field)
            inner[names[-1]] = value if value is None or isinstance(value, bool) else str(value)
    return content


def _compared(formula: CheckedFormula) -> Iterator[tuple[str, str]]:
    """(member of the event, field of the record)"""
    for node in typed.walk(formula.tree):
        if isinstance(node, typed.Equal):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if (
                    isinstance(one, typed.ContextRead)
                    and isinstance(other, typed.Read)
                    and len(other.reference.path) == 1
                ):
                    yield one.name, other.reference.path[0]
