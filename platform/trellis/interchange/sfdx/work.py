"""What the stages of a conversion share: the source, both catalogs of names, and what has been made so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from trellis.interchange.sfdx.catalog import Catalog
from trellis.interchange.sfdx.report import Report
from trellis.interchange.sfdx.settle import Origins
from trellis.interchange.sfdx.source import Item, SfdxSource


@dataclass(slots=True)
class Work:
    """`own`: the bodies of the tenant's own components by path, as they are deployed; `bodies`: those that were made, by path;
    `origins`: as settle has it."""

    source: SfdxSource
    catalog: Catalog
    own: Mapping[str, Mapping[str, Any]]
    report: Report = field(default_factory=Report)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: Origins = field(default_factory=dict)

    def put(self, path: str, body: dict[str, Any], kind: str, name: str, notes: Sequence[str] = ()) -> None:
        """A whole component made of one of the source's."""
        self.bodies[path] = body
        self.origins[path, ""] = (kind, name)
        self._told(kind, name, notes)

    def put_part(
        self, path: str, part: tuple[str, ...], body: dict[str, Any], kind: str, name: str, notes: Sequence[str] = ()
    ) -> None:
        """One of many in a component, such as ("rules", "north") of sharing/lead.yaml. What the tenant has there already stays."""
        holder = self.bodies.setdefault(path, deepcopy(dict(self.own.get(path, {}))))
        for key in part[:-1]:
            holder = holder.setdefault(key, {})
        holder[part[-1]] = body
        self.origins[path, ".".join(part)] = (kind, name)
        self._told(kind, name, notes)

    def items(self, *kinds: str) -> list[Item]:
        return [item for item in self.source.items if item.kind in kinds]

    def _told(self, kind: str, name: str, notes: Sequence[str]) -> None:
        self.report.mapped(kind, name)
        for note in dict.fromkeys(notes):
            self.report.approximated(kind, name, note)
