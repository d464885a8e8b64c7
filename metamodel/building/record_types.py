"""The record types in the body of an object -> RecordType definitions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from metamodel.record_types import RecordType


def build_record_types(body: Mapping[str, Any]) -> Mapping[str, RecordType]:
    """Of an object's body, in its order."""
    return MappingProxyType({name: _build(name, one) for name, one in body.get("record_types", {}).items()})


def _build(name: str, body: Mapping[str, Any]) -> RecordType:
    picklists: Mapping[str, Mapping[str, Any]] = body.get("picklists", {})
    return RecordType(
        name=name,
        label=body["label"],
        description=body.get("description"),
        is_active=body.get("is_active", True),
        layout=body.get("layout"),
        values=MappingProxyType({field: tuple(one["values"]) for field, one in picklists.items()}),
        defaults=MappingProxyType({field: one["default"] for field, one in picklists.items() if "default" in one}),
    )
