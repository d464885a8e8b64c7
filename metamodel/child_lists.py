"""The lists of child records that formulas over an object may name: `contacts` of an account, as COUNT(contacts) has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from metamodel.definitions import Object
from metamodel.fields.reference import LookupField

_TAKES_ES = ("s", "x", "z", "ch", "sh")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildList:
    """The records of `object` whose `lookup` points to a record. `is_named`: the lookup has a children_name."""

    name: str
    object: Object
    lookup: LookupField

    @property
    def is_named(self) -> bool:
        return self.lookup.children_name is not None


def plural_name(name: str) -> str:
    """The English plural of an API name: contact -> contacts, opportunity -> opportunities, box -> boxes."""
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(_TAKES_ES) else f"{name}s"


class ChildLists:
    """Of every object of a model. Made once; lookups that the platform keeps (owner, created_by) make no lists."""

    def __init__(self, objects: Iterable[Object]) -> None:
        self._by_object: dict[str, dict[str, list[ChildList]]] = {}
        for child in objects:
            for lookup in child.fields.values():
                if isinstance(lookup, LookupField) and not lookup.is_system:
                    name = lookup.children_name or plural_name(child.name)
                    lists = self._by_object.setdefault(lookup.object, {})
                    lists.setdefault(name, []).append(ChildList(name=name, object=child, lookup=lookup))

    def of(self, object_name: str) -> Mapping[str, list[ChildList]]:
        """The lists by name. More than one of a name: none of them can be read by it, unless one alone has it as its
        children_name."""
        return self._by_object.get(object_name, {})

    def find(self, object_name: str, name: str) -> ChildList | None:
        claimants = self.of(object_name).get(name, [])
        named = [one for one in claimants if one.is_named]
        chosen = named or claimants
        return chosen[0] if len(chosen) == 1 else None

    def names(self, object_name: str) -> tuple[str, ...]:
        """Those that `find` finds."""
        return tuple(name for name in self.of(object_name) if self.find(object_name, name) is not None)
