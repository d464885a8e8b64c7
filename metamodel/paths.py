"""Paths across lookups, such as account.owner.name, against the objects of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metamodel.definitions import Object
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField
from metamodel.names import did_you_mean
from metamodel.words import word_for
from rule_engine.wording import say

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
        return say(
            "%(path).100r goes across %(count)s lookups, at most %(most)s are allowed",
            path=path,
            count=len(parts) - 1,
            most=MAX_HOPS,
        ), None
    known = object_name
    for index, part in enumerate(parts):
        fields = objects[known].fields if known in objects else {}
        field = fields.get(part.lower())
        if field is None:
            return say("%(object)s has no field %(name)r", object=known, name=part), did_you_mean(part, fields)
        if index < len(parts) - 1:
            if not isinstance(field, LookupField):
                return say(
                    "%(field)s is a %(type)s field, so nothing can follow it in %(path)r",
                    field=f"{known}.{part}",
                    type=word_for(field.type_name),
                    path=path,
                ), None
            known = field.object
    return say("%(path)r is no field", path=path), None
