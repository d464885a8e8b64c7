"""What became of every component of a Salesforce source: mapped, approximated or not mapped, with the reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["mapped", "approximated", "not_mapped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`kind`: object, field, value set, layout ...; `name`: Property__c.Price__c; `reason`: what differs, "" when nothing does."""

    kind: str
    name: str
    status: Status
    reason: str = ""


@dataclass(slots=True)
class Report:
    """Outcomes by (kind, name); a later, worse finding replaces an earlier one and adds its reason."""

    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)

    def mapped(self, kind: str, name: str) -> None:
        self.outcomes.setdefault((kind, name), Outcome(kind=kind, name=name, status="mapped"))

    def approximated(self, kind: str, name: str, reason: str) -> None:
        known = self.outcomes.get((kind, name))
        if known is not None and known.status == "not_mapped":
            return
        reasons = [known.reason] if known is not None and known.reason else []
        self.outcomes[kind, name] = Outcome(
            kind=kind, name=name, status="approximated", reason="; ".join([*reasons, reason])
        )

    def not_mapped(self, kind: str, name: str, reason: str) -> None:
        self.outcomes[kind, name] = Outcome(kind=kind, name=name, status="not_mapped", reason=reason)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(outcome.status for outcome in self.outcomes.values())
        return {status: found[status] for status in ("mapped", "approximated", "not_mapped")}

    def to_json(self) -> dict[str, Any]:
        components = [
            {"kind": o.kind, "name": o.name, "status": o.status, "reason": o.reason}
            for o in sorted(self.outcomes.values(), key=lambda o: (o.kind, o.name))
        ]
        return {"counts": self.counts, "components": components}
