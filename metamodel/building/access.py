"""The bodies of permission sets, groups of them and sharing -> definitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, cast

from metamodel.access_definitions import (
    EVERY_FIELD,
    ObjectPermission,
    PermissionGroup,
    PermissionSet,
    Principal,
    PrincipalKind,
    RestrictionRule,
    SharingRule,
    implied_permissions,
    implied_rights,
)
from metamodel.component import Component

_ALL_FIELDS: Mapping[str, Any] = MappingProxyType({EVERY_FIELD: "edit"})


def build_permission_set(component: Component) -> PermissionSet:
    body = component.body or {}
    return PermissionSet(
        name=component.name,
        label=body["label"],
        description=body.get("description"),
        objects=MappingProxyType({name: _permission(one) for name, one in body.get("objects", {}).items()}),
        system=implied_permissions(body.get("system", ())),
        apps=frozenset(body.get("apps", ())),
        api_only=body.get("api_only", False),
        owner=component.owner,
    )


def build_permission_groups(component: Component) -> Iterator[PermissionGroup]:
    for name, body in (component.body or {}).items():
        yield PermissionGroup(name=name, label=body["label"], sets=tuple(body["sets"]), owner=component.owner)


def build_sharing_rules(component: Component) -> Iterator[SharingRule]:
    for name, body in (component.body or {}).get("rules", {}).items():
        yield SharingRule(
            name=name,
            label=body["label"],
            when=body.get("when"),
            owned_by=_principals(body.get("owned_by", ())),
            share_with=_principals(body["share_with"]),
            access=body.get("access", "read"),
            owner=component.owner,
        )


def build_restrictions(component: Component) -> Iterator[RestrictionRule]:
    for name, body in (component.body or {}).get("restrictions", {}).items():
        yield RestrictionRule(
            name=name,
            label=body["label"],
            when=body["when"],
            applies_to=_principals(body.get("applies_to", ())),
            owner=component.owner,
        )


def _permission(body: Mapping[str, Any]) -> ObjectPermission:
    record_types = body.get("record_types")
    return ObjectPermission(
        rights=implied_rights(body["rights"]),
        fields=MappingProxyType(dict(body.get("fields", _ALL_FIELDS))),
        record_types=None if record_types is None else frozenset(record_types),
    )


def _principals(bodies: Iterable[str | Mapping[str, str]]) -> tuple[Principal, ...]:
    return tuple(_principal(body) for body in bodies)


def _principal(body: str | Mapping[str, str]) -> Principal:
    if isinstance(body, str):
        return Principal(kind="everyone")
    kind, name = next(iter(body.items()))
    return Principal(kind=cast(PrincipalKind, kind), name=name)
