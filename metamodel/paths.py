"""Paths across lookups, such as account.owner.name, against the objects of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metamodel.definitions import Object
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField
from metamodel.names import did_you_mean

MAX_HOPS = 10


@dataclass(frozen=True, slots=True)
class Step:
    """A field, and the object it is a field of."""

    object: Object
    field: Field


def find_path(objects: Mapping[str, Object], object_name: str, path: Sequence[str]) -> tuple[Step, ...] | None:
    """One step for each part of `path` in any letter case, all but the last being lookups; None when it leads nowhere."""
    if not path or len(path) > MAX_HOPS + 1:
        return None
    steps: list[Step] = []
    current = objects.get(object_name)
    for part in path:
        field = current.fields.get(part.lower()) if current else None
        if current is None or field is None:
            return None
        steps.append(Step(current, field))
        current = objects.get(field.object) if isinstance(field, LookupField) else None
    return tuple(steps)


def path_fault(objects: Mapping[str, Object], object_name: str, path: str) -> tuple[str, str | None]:
    """What is wrong with a dotted path that find_path did not find, and a hint."""
    parts = path.split(".")
    if len(parts) > MAX_HOPS + 1:
        return f"{path!r:.100} goes across {len(parts) - 1} lookups, at most {MAX_HOPS} are allowed", None
    known = object_name
    for index, part in enumerate(parts):
        fields = objects[known].fields if known in objects else {}
        field = fields.get(part.lower())
        if field is None:
            return f"{known} has no field {part!r}", did_you_mean(part, fields)
        if index < len(parts) - 1:
            if not isinstance(field, LookupField):
                return f"{known}.{part} is a {field.type_name} field, so nothing can follow it in {path!r}", None
            known = field.object
    return f"{path!r} is no field", None
