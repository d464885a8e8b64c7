"""One object with a field of every type, and its values as each target wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from rule_engine import EvaluationContext, Kind, Reference, Type
from rule_engine.types import BOOLEAN, DATE, DATETIME, ID, TEXT, TIME, Path

OWNER = "01890000-0000-7000-8000-000000000001"
SOMEBODY_ELSE = "01890000-0000-7000-8000-000000000002"

FIELDS: dict[str, Type] = {
    "name": TEXT,
    "city": TEXT,
    "amount": Type(kind=Kind.NUMBER, scale=2),
    "price": Type(kind=Kind.NUMBER, scale=2),
    "count": Type(kind=Kind.NUMBER, scale=0),
    "discount": Type(kind=Kind.NUMBER, scale=2, percent=True),
    "active": BOOLEAN,
    "due": DATE,
    "start": DATE,
    "at": DATETIME,
    "until": DATETIME,
    "clock": TIME,
    "status": Type(kind=Kind.PICKLIST, values=("New", "Open", "Closed won")),
    "tags": Type(kind=Kind.MULTI_PICKLIST, values=("vip", "event", "news")),
    "owner": Type(kind=Kind.ID, target="user"),
    "owner.name": TEXT,
    "place": Type(kind=Kind.GEOLOCATION),
}
BLANK: dict[str, Any] = dict.fromkeys(FIELDS)

CONTEXT = EvaluationContext(
    now=datetime(2026, 3, 1, 23, 30, 15, 250_000, tzinfo=UTC),
    time_zone=ZoneInfo("Europe/Berlin"),
    user={"id": OWNER, "name": "Anna", "country": "DE"},
)


class SampleScope:
    """Names in any letter case; `$User.id`, `$User.name`, `$User.country`."""

    def find(self, path: Path) -> Reference | None:
        lowered = tuple(part.lower() for part in path)
        if lowered[0] == "$user" and len(lowered) == 2 and lowered[1] in ("id", "name", "country"):
            return Reference(path=lowered, type=ID if lowered[1] == "id" else TEXT)
        known = FIELDS.get(".".join(lowered))
        return Reference(path=lowered, type=known) if known else None

    def names(self, prefix: Path) -> Sequence[str]:
        start = ".".join(prefix).lower() + "." if prefix else ""
        return [name[len(start) :] for name in FIELDS if name.startswith(start) and "." not in name[len(start) :]]


SCOPE = SampleScope()


def value_of(text: Any, kind: Kind) -> Any:
    """A value written in a table of cases."""
    if text is None or isinstance(text, bool):
        return text
    if kind is Kind.NUMBER:
        return Decimal(str(text))
    if kind is Kind.DATE:
        return text if isinstance(text, date) else date.fromisoformat(text)
    if kind is Kind.DATETIME:
        return datetime.fromisoformat(text).astimezone(UTC)
    if kind is Kind.TIME:
        return time.fromisoformat(text)
    return tuple(text) if kind is Kind.MULTI_PICKLIST else text


def record_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """A whole record; fields that are not named are blank."""
    return BLANK | {name: value_of(value, FIELDS[name].kind) for name, value in values.items()}
