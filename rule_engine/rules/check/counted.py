"""The names inside `least loaded by X where …`: the fields of the counted object, each written X.field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rule_engine.types import Path, Reference, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedScope:
    """`counted.field` is a field of the counted object, any other name one of the triggering record."""

    counted: str
    inner: Scope
    outer: Scope

    def find(self, path: Path) -> Reference | None:
        if len(path) < 2 or path[0].lower() != self.counted:
            return self.outer.find(path)
        found = self.inner.find(path[1:])
        return None if found is None else replace(found, path=(self.counted, *found.path))

    def names(self, prefix: Path) -> Sequence[str]:
        if not prefix:
            return [self.counted, *self.outer.names(())]
        if prefix[0].lower() == self.counted:
            return self.inner.names(prefix[1:])
        return self.outer.names(prefix)
