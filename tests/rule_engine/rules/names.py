"""Rule names made from a plain description, in the form of the shared examples' schema.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rule_engine.rules import Declared, FieldInfo
from rule_engine.types import BOOLEAN, DATE, DATETIME, ID, NUMBER, TEXT, Kind, Path, Reference, Scope, Type

_PLAIN = {
    "text": TEXT,
    "long_text": TEXT,
    "email": TEXT,
    "phone": TEXT,
    "currency": NUMBER,
    "number": NUMBER,
    "percent": Type(kind=Kind.NUMBER, percent=True),
    "checkbox": BOOLEAN,
    "date": DATE,
    "datetime": DATETIME,
    "id": ID,
}
_SYSTEM = ("id", "created_at", "updated_at")

SMALL: dict[str, Any] = {
    "objects": {
        "lead": {
            "name": "text",
            "first_name": "text",
            "country": "text",
            "status": "picklist:New,Working,Qualified",
            "rating": "picklist:Hot,Warm,Cold",
            "annual_revenue": "currency",
            "score": "number",
            "discount": "percent",
            "employees": "number",
            "do_not_contact": "checkbox",
            "due_on": "date",
            "email": "email",
            "user": "text",
            "to": "text",
            "created": "text",
            "account": "lookup:account",
            "owner": "user",
            "created_at": "datetime",
        },
        "account": {"name": "text", "owner": "user", "leads": "children:lead.account", "tier": "picklist:Gold,Silver"},
        "task": {"subject": "text", "due_date": "date", "related_to": "lookup:*", "owner": "user", "status": "text"},
    },
    "user": {
        "id": "id",
        "name": "text",
        "username": "text",
        "email": "email",
        "manager": "user",
        "is_active": "checkbox",
    },
    "queues": ["dach", "triage"],
    "users": ["anna", "bo"],
    "templates": ["lead_assigned"],
    "roles": ["finance"],
    "webhooks": ["erp"],
    "calendars": ["standard"],
    "approvals": ["discount_approval"],
}


class ObjectScope:
    """The fields of one object and the paths across its lookups."""

    def __init__(self, names: DescribedNames, object_name: str) -> None:
        self._names, self._object = names, object_name

    def find(self, path: Path) -> Reference | None:
        lowered = tuple(part.lower() for part in path)
        owner: str | None = "user" if lowered[0] == "$user" else self._object
        rest = lowered[1:] if lowered[0] == "$user" else lowered
        rows = self._rows(lowered)
        if rows is not None:
            return rows
        found: Type | None = None
        for step in rest:
            info = self._names.field(owner, step) if owner else None
            if info is None:
                return None
            found, owner = info.type, info.target
        return None if found is None else Reference(path=lowered, type=found)

    def _rows(self, path: Path) -> Reference | None:
        """The child list that a path leads to, at most across one lookup."""
        owner: str | None = self._object
        if len(path) == 2:
            info = self._names.field(self._object, path[0])
            owner = info.target if info else None
        child = self._names.child(owner, path[-1]) if owner and len(path) <= 2 else None
        if child is None:
            return None
        return Reference(path=path, type=Type(kind=Kind.LIST, target=child), members=ObjectScope(self._names, child))

    def names(self, prefix: Path) -> Sequence[str]:
        if not prefix:
            return [*self._names.fields(self._object), *self._names.children(self._object)]
        found = self.find(prefix)
        return [] if found is None or found.type.target is None else self._names.fields(found.type.target)


class DescribedNames:
    """A RuleNames over a description."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self._objects: dict[str, Mapping[str, str]] = {**description["objects"], "user": description["user"]}
        self._description = description

    def object_scope(self, object_name: str, /) -> Scope | None:
        return ObjectScope(self, object_name) if object_name in self._objects else None

    def field(self, object_name: str, name: str, /) -> FieldInfo | None:
        if name == "id" and object_name in self._objects:
            return FieldInfo(type=Type(kind=Kind.ID, target=object_name), is_system=True, is_writable=False)
        described = self._objects.get(object_name, {}).get(name)
        if described is None or described.startswith("children:"):
            return None
        is_system = name in _SYSTEM
        found = _type(described)
        return FieldInfo(type=found, is_system=is_system, is_writable=not is_system, target=found.target)

    def fields(self, object_name: str) -> Sequence[str]:
        return [name for name in ("id", *self._objects[object_name]) if self.field(object_name, name)]

    def child(self, object_name: str, name: str) -> str | None:
        """The object whose records are in a child list."""
        described = self._objects.get(object_name, {}).get(name, "")
        return described.partition(":")[2].partition(".")[0] if described.startswith("children:") else None

    def children(self, object_name: str, /) -> Sequence[str]:
        fields = self._objects.get(object_name, {})
        return [name for name, described in fields.items() if described.startswith("children:")]

    def objects(self) -> Sequence[str]:
        return list(self._objects)

    def queues(self) -> Sequence[str]:
        return list(self._description["queues"])

    def templates(self) -> Sequence[str]:
        return list(self._description["templates"])

    def users(self) -> Sequence[str] | None:
        return list(self._description["users"])

    def calendars(self) -> Sequence[str] | None:
        return self._described("calendars")

    def webhooks(self) -> Sequence[str] | None:
        return self._described("webhooks")

    def consenting_objects(self, template: str, /) -> Sequence[str] | None:
        return self._description.get("consenting_objects", {}).get(template)

    def carried_channels(self) -> Sequence[str] | None:
        return self._described("carried_channels")

    def roles(self) -> Sequence[str] | None:
        return self._described("roles")

    def teams(self) -> Sequence[str] | None:
        return self._described("teams")

    def declared(self) -> Declared:
        return Declared(approvals=tuple((name, "") for name in self._description.get("approvals", ())))

    def _described(self, kind: str) -> Sequence[str] | None:
        return tuple(self._description[kind]) if kind in self._description else None


def _type(described: str) -> Type:
    kind, _, detail = described.partition(":")
    if kind in ("picklist", "multi_picklist"):
        return Type(kind=Kind(kind), values=tuple(detail.split(",")))
    if kind in ("lookup", "master_detail", "user"):
        target = "user" if kind == "user" else detail
        return Type(kind=Kind.ID, target=None if target == "*" else target)
    return _PLAIN[kind]


def small_names() -> DescribedNames:
    return DescribedNames(SMALL)
