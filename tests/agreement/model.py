"""The object that random formulas are about: a field of every type, and a child list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from rule_engine import EvaluationContext, Kind, Reference, Type
from rule_engine.types import BOOLEAN, DATE, DATETIME, ID, TEXT, TIME, Path

ANNA = "01890000-0000-7000-8000-000000000001"
BO = "01890000-0000-7000-8000-000000000002"

STATUSES = ("New", "Open", "Closed won")
TAGS = ("vip", "event", "news")

FIELDS: dict[str, Type] = {
    "amount": Type(kind=Kind.NUMBER, scale=2),
    "price": Type(kind=Kind.NUMBER, scale=4),
    "count": Type(kind=Kind.NUMBER, scale=0),
    "discount": Type(kind=Kind.NUMBER, scale=1, percent=True),
    "name": TEXT,
    "city": TEXT,
    "owner.name": TEXT,
    "active": BOOLEAN,
    "closed": BOOLEAN,
    "due": DATE,
    "start": DATE,
    "at": DATETIME,
    "until": DATETIME,
    "clock": TIME,
    "alarm": TIME,
    "status": Type(kind=Kind.PICKLIST, values=STATUSES),
    "tags": Type(kind=Kind.MULTI_PICKLIST, values=TAGS),
    "owner": Type(kind=Kind.ID, target="user"),
}
CHILD_FIELDS: dict[str, Type] = {
    "quantity": Type(kind=Kind.NUMBER, scale=1),
    "label": TEXT,
    "paid": BOOLEAN,
    "shipped": DATE,
}
CHILDREN = "lines"

CONTEXT = EvaluationContext(
    now=datetime(2026, 3, 1, 23, 30, 15, 250_000, tzinfo=UTC),
    time_zone=ZoneInfo("Europe/Berlin"),
    user={"id": ANNA, "name": "Anna", "country": "DE"},
    globals={"org.name": "Acme"},
    currency_rates={"EUR": Decimal("0.92"), "JPY": Decimal("151.5")},
)


@dataclass(frozen=True, eq=False, slots=True)
class TableScope:
    """Fields by name in any letter case."""

    fields: Mapping[str, Type]

    def find(self, path: Path) -> Reference | None:
        lowered = tuple(part.lower() for part in path)
        known = self.fields.get(".".join(lowered))
        return Reference(path=lowered, type=known) if known else None

    def names(self, prefix: Path) -> Sequence[str]:
        return () if prefix else tuple(self.fields)


class RecordScope(TableScope):
    """Also the child list, `$User` and `$Org`."""

    def find(self, path: Path) -> Reference | None:
        lowered = tuple(part.lower() for part in path)
        if lowered == (CHILDREN,):
            return Reference(path=lowered, type=Type(kind=Kind.LIST, target="line"), members=TableScope(CHILD_FIELDS))
        if lowered[0] == "$user" and len(lowered) == 2 and lowered[1] in ("id", "name", "country"):
            return Reference(path=lowered, type=ID if lowered[1] == "id" else TEXT)
        if lowered == ("$org", "name"):
            return Reference(path=lowered, type=TEXT)
        return super().find(path)


SCOPE = RecordScope(FIELDS)
