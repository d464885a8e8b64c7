"""The names of a scope that an actor may read. What is hidden is as if it were not there: not found, not completed, not a hint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metamodel.definitions import Object
from metamodel.model import Model
from rule_engine.types import ExplainingScope, Path, Reference, Scope
from trellis.query.paths import lookup_target
from trellis.security.access import Access
from trellis.security.actor import Actor

OBJECT_TYPE = "$objecttype"


class ReadableScope:
    """`inner` without the fields, objects and child lists that `actor` may not read."""

    def __init__(self, model: Model, access: Access, actor: Actor, object_name: str, inner: Scope) -> None:
        self._model = model
        self._access = access
        self._actor = actor
        self._object = object_name
        self._inner = inner

    def find(self, path: Path) -> Reference | None:
        found = self._inner.find(path)
        if found is None or not self._is_readable(found.path):
            return None
        if found.members is None or found.type.target is None:
            return found
        members = ReadableScope(self._model, self._access, self._actor, found.type.target, found.members)
        return replace(found, members=members)

    def names(self, prefix: Path) -> Sequence[str]:
        return [name for name in self._inner.names(prefix) if self._is_readable((*prefix, name))]

    def why_not(self, path: Path) -> tuple[str, str | None] | None:
        """Of globals alone: what else there is to say may name what is hidden."""
        is_global = path[0].startswith("$") and path[0].lower() != OBJECT_TYPE
        return self._inner.why_not(path) if is_global and isinstance(self._inner, ExplainingScope) else None

    def _is_readable(self, path: Path) -> bool:
        """Globals are the actor's own, but for $ObjectType, which names fields of any object."""
        names = tuple(name.lower() for name in path)
        if names[0] == OBJECT_TYPE:
            return self._may(names[1], names[3] if len(names) > 3 else None) if len(names) > 1 else True
        if names[0].startswith("$"):
            return True
        owner: Object | None = self._model.find_object(self._object)
        for place, name in enumerate(names):
            field = owner.fields.get(name) if owner else None
            if owner is None or field is None:
                return self._is_readable_list(path[: place + 1])
            if not self._may(owner.name) or not self._may(owner.name, name):
                return False
            owner = self._model.find_object(lookup_target(field) or "")
        return True

    def _is_readable_list(self, path: Path) -> bool:
        """Of a child list, whether its objects may be read; a name that is nothing hides nothing."""
        found = self._inner.find(path)
        return found is None or found.type.target is None or self._may(found.type.target)

    def _may(self, object_name: str, field_name: str | None = None) -> bool:
        return self._access.decide(self._actor, "read", object_name, field_name).allowed


def readable_scope(model: Model, access: Access, actor: Actor, object_name: str) -> ReadableScope:
    """What formulas of the actor over the object's records may name. Raises UnknownName."""
    return ReadableScope(model, access, actor, object_name, model.scope(object_name))
