"""The names of an object as rules see them: a percent is what people see, so that `discount > 40` means above 40 %."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rule_engine.types import Path, Reference, Scope


@dataclass(frozen=True, slots=True)
class DisplayScope:
    """`inner`, with percents in the units they are shown, set and stored in; formula fields see 0.4 for 40 %."""

    inner: Scope

    def find(self, path: Path) -> Reference | None:
        found = self.inner.find(path)
        if found is None or not found.type.percent:
            return found
        return replace(found, type=replace(found.type, percent=False))

    def names(self, prefix: Path) -> Sequence[str]:
        return self.inner.names(prefix)
