"""One object with a field of every type, and its values as each target wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from rule_engine import EvaluationContext, Kind, Reference, Type
from rule_engine.types import BOOLEAN, DATE, DATETIME, ID, NUMBER, TEXT, TIME, Path

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

LINE_FIELDS: dict[str, Type] = {
    "title": TEXT,
    "quantity": Type(kind=Kind.NUMBER, scale=0),
    "cost": Type(kind=Kind.NUMBER, scale=2),
    "is_gift": BOOLEAN,
    "shipped": DATE,
    "product.name": TEXT,
}
"""What a row of the child list `lines` has."""

GLOBALS: dict[str, Type] = {
    "$org.name": TEXT,
    "$org.seats": NUMBER,
    "$org.founded": DATE,
    "$permission.export": BOOLEAN,
    "$permission.refund": BOOLEAN,
    "$setup.taxes.rate": Type(kind=Kind.NUMBER, percent=True),
    "$objecttype.rate.fields.value": Type(kind=Kind.NUMBER, scale=2),
    "$objecttype.rate.fields.share": Type(kind=Kind.NUMBER, scale=0, percent=True),
    "$objecttype.rate.fields.name": TEXT,
    "$objecttype.zone.fields.name": TEXT,
}

CONTEXT = EvaluationContext(
    now=datetime(2026, 3, 1, 23, 30, 15, 250_000, tzinfo=UTC),
    time_zone=ZoneInfo("Europe/Berlin"),
    user={"id": OWNER, "name": "Anna", "country": "DE"},
    globals={"org.name": "Acme", "org.seats": Decimal(25), "permission.export": True, "setup.taxes.rate": Decimal(19)},
    currency_rates={"USD": Decimal("1.25"), "JPY": Decimal(160)},
    find_value=lambda *names: _VALUES.get(names),
)
_VALUES = {
    ("rate", "value", "name", "Berlin"): Decimal("7.50"),
    ("rate", "share", "name", "Berlin"): Decimal(24),
}


class LineScope:
    """The names of a row of `lines`."""

    def find(self, path: Path) -> Reference | None:
        lowered = tuple(part.lower() for part in path)
        known = LINE_FIELDS.get(".".join(lowered))
        return Reference(path=lowered, type=known) if known else None

    def names(self, prefix: Path) -> Sequence[str]:
        return _following(LINE_FIELDS, prefix)


def _following(fields: Mapping[str, Type], prefix: Path) -> list[str]:
    start = ".".join(prefix).lower() + "." if prefix else ""
    return [name[len(start) :] for name in fields if name.startswith(start) and "." not in name[len(start) :]]


class SampleScope:
    """Names in any letter case; `$User.id`, `$User.name`, `$User.country`; the child list `lines`; some globals."""

    def find(self, path: Path) -> Reference | None:
        lowered = tuple(part.lower() for part in path)
        if lowered[0] == "$user" and len(lowered) == 2 and lowered[1] in ("id", "name", "country"):
            return Reference(path=lowered, type=ID if lowered[1] == "id" else TEXT)
        if lowered == ("lines",):
            return Reference(path=lowered, type=Type(kind=Kind.LIST, target="line"), members=LineScope())
        known = (FIELDS | GLOBALS).get(".".join(lowered))
        return Reference(path=lowered, type=known) if known else None

    def names(self, prefix: Path) -> Sequence[str]:
        return [*_following(FIELDS, prefix), *([] if prefix else ["lines"])]


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
    """A whole record with its `lines`; fields that are not named are blank."""
    lines = [dict.fromkeys(LINE_FIELDS) | _typed(line, LINE_FIELDS) for line in values.get("lines", ())]
    own = {name: value for name, value in values.items() if name != "lines"}
    return BLANK | _typed(own, FIELDS) | {"lines": lines}


def _typed(values: Mapping[str, Any], fields: Mapping[str, Type]) -> dict[str, Any]:
    return {name: value_of(value, fields[name].kind) for name, value in values.items()}
