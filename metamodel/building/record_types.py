"""The record types in the bodies of an object and of its extensions -> RecordType definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from metamodel.component import Component
from metamodel.record_types import RecordType

TYPES, DEFAULT = "record_types", "default_record_type"


def build_record_types(sources: Iterable[Component]) -> Mapping[str, RecordType]:
    """`sources`: in their order. A type that is there already is kept."""
    found: dict[str, RecordType] = {}
    for source in sources:
        for name, one in (source.body or {}).get(TYPES, {}).items():
            found.setdefault(name, _build(name, one, source.owner))
    return MappingProxyType(found)


def sources_of_types(component: Component, extensions: Iterable[Component]) -> tuple[Component, ...]:
    """An object's types are its own, then those that packages add, then those that the tenant adds."""
    return (component, *sorted(extensions, key=lambda extension: extension.owner == ""))


def who_says_default(sources: Iterable[Component]) -> Component | None:
    """The object says what new records are; where it has no types of its own, the first that does."""
    for source in sources:
        body = source.body or {}
        if DEFAULT in body:
            return source
        if source.kind == "object" and TYPES in body:
            return None
    return None


def default_record_type(sources: Iterable[Component]) -> str | None:
    source = who_says_default(sources)
    return None if source is None else (source.body or {})[DEFAULT]


def _build(name: str, body: Mapping[str, Any], owner: str) -> RecordType:
    picklists: Mapping[str, Mapping[str, Any]] = body.get("picklists", {})
    return RecordType(
        name=name,
        label=body["label"],
        description=body.get("description"),
        is_active=body.get("is_active", True),
        layout=body.get("layout"),
        values=MappingProxyType({field: tuple(one["values"]) for field, one in picklists.items()}),
        defaults=MappingProxyType({field: one["default"] for field, one in picklists.items() if "default" in one}),
        owner=owner,
    )
