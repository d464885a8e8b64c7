"""A component: one source file, read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metamodel.problems import MetadataProblem
from metamodel.yaml_reader import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """`path` is relative to the owner's source, such as "objects/lead.yaml"; `owner` is a package, "" for the tenant itself; `body`
    is what the file says (None for rule files); `positions` gives the line where each node begins."""

    kind: str
    name: str
    owner: str
    path: str
    source: str
    body: Mapping[str, Any] | None
    positions: Mapping[Path, int] = field(repr=False, compare=False, default_factory=dict)

    @property
    def hash(self) -> str:
        """SHA-256 of kind, path and source, in hexadecimal."""
        text = f"{self.kind}\0{self.path}\0{self.source}"
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def problem(self, code: str, path: Path, message: str, hint: str | None = None) -> MetadataProblem:
        """A problem at the node at `path`, or at the nearest node around it."""
        return MetadataProblem(
            code=code, file=self.path, line=line_of(self.positions, path), path=dotted(path), message=message, hint=hint
        )


def line_of(positions: Mapping[Path, int], path: Path) -> int:
    """The line of the node at `path`, or of the nearest one around it; 1 when there is none."""
    while path not in positions and path:
        path = path[:-1]
    return positions.get(path, 1)


def dotted(path: Path) -> str:
    """("values", 0, "hue") -> "values[0].hue" """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
