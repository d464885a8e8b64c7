"""The names that formulas inside rules may use beside the fields of the triggering record.

Each scope lays names over an `outer` one. A name of another record has its first part in front: ("deal", "stage").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rule_engine.types import TEXT, ExplainingScope, Kind, Path, Reference, Scope, Type
from rule_engine.wording import say

_GLOBAL = "$"
_EVENT = "$event"
_MAX_EVENT_PATH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordScope:
    """`name.field` is a field of another record. A loop variable or an alias stands for the record's id when it stands alone
    (`is_variable`); the object of a `where` does not: alone it may be a field of the triggering record."""

    name: str
    object: str
    inner: Scope
    outer: Scope
    is_variable: bool

    def find(self, path: Path) -> Reference | None:
        if not self._is_named(path):
            return self.outer.find(path)
        if len(path) == 1:
            return Reference(path=(self.name, "id"), type=Type(kind=Kind.ID, target=self.object))
        found = None if path[1].startswith(_GLOBAL) else self.inner.find(path[1:])
        return None if found is None else replace(found, path=(self.name, *found.path))

    def names(self, prefix: Path) -> Sequence[str]:
        if not prefix:
            return [self.name, *self.outer.names(())]
        if prefix[0].lower() == self.name:
            return [name for name in self.inner.names(prefix[1:]) if not name.startswith(_GLOBAL)]
        return self.outer.names(prefix)

    def why_not(self, path: Path) -> tuple[str, str | None] | None:
        if not self._is_named(path):
            reason = _why_not(self.outer, path)
            if reason is None and self.inner.find(path) is not None:
                message = say('There is no field "%(path)s" in the record that the rule is about.', path=".".join(path))
                return message, say('Did you mean "%(name)s"?', name=".".join((self.name, *path)))
            return reason
        return _why_not(self.inner, path[1:]) if len(path) > 1 else None

    def _is_named(self, path: Path) -> bool:
        return path[0].lower() == self.name and (self.is_variable or len(path) > 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetScope:
    """The values of an `update`: what the triggering record does not have is a field of the record that is updated, which `path`
    leads to."""

    path: Path
    inner: Scope
    outer: Scope

    def find(self, path: Path) -> Reference | None:
        known = self.outer.find(path)
        if known is not None or path[0].startswith(_GLOBAL):
            return known
        found = self.inner.find(path)
        return None if found is None else replace(found, path=(*self.path, *found.path))

    def names(self, prefix: Path) -> Sequence[str]:
        known = self.outer.names(prefix)
        return [*known, *(name for name in self.inner.names(prefix) if name not in known)]

    def why_not(self, path: Path) -> tuple[str, str | None] | None:
        return _why_not(self.outer, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenScope:
    """What starts the rule brings: the parameters of `called`, and of an inbound event its members, all of which are texts."""

    parameters: Mapping[str, Type]
    has_event: bool
    outer: Scope

    def find(self, path: Path) -> Reference | None:
        first = path[0].lower()
        if len(path) == 1 and first in self.parameters:
            return Reference(path=(first,), type=self.parameters[first])
        if first == _EVENT:
            is_member = self.has_event and 1 < len(path) <= _MAX_EVENT_PATH
            return Reference(path=(_EVENT, *path[1:]), type=TEXT) if is_member else None
        return self.outer.find(path)

    def names(self, prefix: Path) -> Sequence[str]:
        return self.outer.names(prefix) if prefix else [*self.parameters, *self.outer.names(())]

    def why_not(self, path: Path) -> tuple[str, str | None] | None:
        if path[0].lower() != _EVENT:
            return _why_not(self.outer, path)
        if self.has_event:
            return say("$Event has no value of its own."), say("Name a member of it: $Event.reference.")
        return say("There is no $Event here."), say("It is what a rule with the trigger event NAME was started by.")


def _why_not(scope: Scope, path: Path) -> tuple[str, str | None] | None:
    return scope.why_not(path) if isinstance(scope, ExplainingScope) else None
