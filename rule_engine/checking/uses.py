"""What one formula reads, gathered while it is checked."""

from __future__ import annotations

from dataclasses import dataclass, field

from rule_engine.types import Path, Reference

Reads = dict[Path, Reference]


@dataclass(slots=True)
class Uses:
    """Each in the order of its first use. `collections`: child lists by path, with what is read of their rows."""

    references: Reads = field(default_factory=dict)
    user_fields: dict[str, None] = field(default_factory=dict)
    globals: dict[str, None] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    collections: dict[Path, tuple[Reference, Reads]] = field(default_factory=dict)

    def of_rows(self, rows: Reference) -> Reads:
        """Where to note what is read of the rows of a child list."""
        return self.collections.setdefault(rows.path, (rows, {}))[1]
