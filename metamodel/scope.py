"""The names that formulas over one object may use, as the rule engine asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metamodel.definitions import Object
from metamodel.fields.reference import LookupField
from metamodel.paths import find_path
from rule_engine.types import Path, Reference

USER_GLOBAL = "$user"


class ObjectScope:
    """The fields of one object, paths across its lookups, and $User. Remembers what it found: a model is immutable."""

    def __init__(self, objects: Mapping[str, Object], object_name: str) -> None:
        self._objects = objects
        self._object_name = object_name
        self._found: dict[Path, Reference] = {}

    def find(self, path: Path) -> Reference | None:
        canonical = tuple(part.lower() for part in path)
        if canonical not in self._found:
            reference = self._resolve(canonical)
            if reference is None:
                return None
            self._found[canonical] = reference
        return self._found[canonical]

    def names(self, prefix: Path) -> Sequence[str]:
        canonical = tuple(part.lower() for part in prefix)
        if not canonical:
            return (*self._objects[self._object_name].fields, "$User")
        if canonical == (USER_GLOBAL,):
            return tuple(self._objects["user"].fields)
        steps = find_path(self._objects, self._object_name, canonical)
        field = steps[-1].field if steps else None
        target = self._objects.get(field.object) if isinstance(field, LookupField) else None
        return tuple(target.fields) if target else ()

    def _resolve(self, path: Path) -> Reference | None:
        if path[:1] == (USER_GLOBAL,):
            field = self._objects["user"].fields.get(path[1]) if len(path) == 2 else None
            return Reference(path=path, type=field.formula_type) if field else None
        steps = find_path(self._objects, self._object_name, path)
        return Reference(path=path, type=steps[-1].field.formula_type) if steps else None
