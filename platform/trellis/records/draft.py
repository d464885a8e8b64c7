"""One record on its way through the pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from trellis.automation.hooks import Change
from trellis.errors import FieldError


@dataclass(slots=True, kw_only=True)
class Draft:
    """`index`: its place in the caller's batch; `given`: the names the caller set."""

    index: int
    change: Change
    given: frozenset[str]

    @property
    def values(self) -> dict[str, Any]:
        return self.change.values

    @property
    def touched(self) -> tuple[str, ...]:
        """The fields whose values differ from before; all of a new record."""
        old = self.change.old
        if old is None:
            return tuple(self.change.values)
        return tuple(name for name, value in self.change.values.items() if value != old[name])

    def touches(self, name: str) -> bool:
        old = self.change.old
        return old is None or self.change.values[name] != old[name]


@dataclass(frozen=True, slots=True)
class Saved:
    """A record that is written. `version` counts its saves from 1; `is_new` tells an upsert's two outcomes apart."""

    id: str
    version: int
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that was left out of a batch that takes what it can."""

    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """What to change of a record. `expected_version`: refuse when it has another by now, None to not look."""

    id: str
    values: Mapping[str, Any]
    expected_version: int | None = None


def changes_of(drafts: Iterable[Draft]) -> list[Change]:
    return [draft.change for draft in drafts]
