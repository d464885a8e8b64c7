"""The definitions that say who may see and do what: permission sets, groups of them, and how the records of an object are shared.

Who has a permission set, a role or a seat in a team is data of the tenant; what it means is here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

ObjectRight = Literal["read", "create", "edit", "delete", "view_all", "modify_all"]
FieldRight = Literal["none", "read", "edit"]
SystemPermission = Literal[
    "customize",
    "administer",
    "manage_users",
    "manage_access",
    "view_audit",
    "export",
    "erase",
    "view_all_data",
    "modify_all_data",
]
ObjectSharing = Literal["private", "read", "read_write", "controlled_by_parent"]
PrincipalKind = Literal["role", "role_and_below", "team", "queue", "permission_set", "everyone"]
SharedAccess = Literal["read", "read_write"]

OBJECT_RIGHTS: tuple[ObjectRight, ...] = get_args(ObjectRight)
SYSTEM_PERMISSIONS: tuple[SystemPermission, ...] = get_args(SystemPermission)
EVERY_FIELD = "*"
ADMINISTRATOR = "administrator"
"""The permission set that is in every model and in no file: it grants everything."""

_IMPLIED: Mapping[ObjectRight, tuple[ObjectRight, ...]] = MappingProxyType(
    {
        "read": ("read",),
        "create": ("create", "read"),
        "edit": ("edit", "read"),
        "delete": ("delete", "read"),
        "view_all": ("view_all", "read"),
        "modify_all": ("modify_all", "view_all", "edit", "delete", "read"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPermission:
    """`rights` hold what they imply, too. `fields`: by name, and under "*" every field that is not named, but for encrypted ones; a
    field that neither names is hidden. What may be done with a field is never more than with the record it is in. `record_types`: those
    that whoever may create or edit records may give them, None for all."""

    rights: frozenset[ObjectRight]
    fields: Mapping[str, FieldRight]
    record_types: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionSet:
    """What whoever is given the set may do. `system` holds what it implies, too. `apps`: the applications it opens; `api_only`: who has
    such a set cannot sign in on the web."""

    name: str
    label: str
    description: str | None = None
    objects: Mapping[str, ObjectPermission]
    system: frozenset[SystemPermission] = frozenset()
    apps: frozenset[str] = frozenset()
    api_only: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionGroup:
    """Permission sets that are given together."""

    name: str
    label: str
    sets: tuple[str, ...]
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Those whom a rule of sharing is about. `name` is "" for everyone; "role_and_below": who has the role, or one that reports to it
    at any depth."""

    kind: PrincipalKind
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingRule:
    """Opens records to those it names: the records for which `when` is TRUE, else those whose owner is one of `owned_by`; exactly one of
    the two is there."""

    name: str
    label: str
    when: str | None = None
    owned_by: tuple[Principal, ...] = ()
    share_with: tuple[Principal, ...]
    access: SharedAccess = "read"
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionRule:
    """Leaves of all the records only those for which `when` is TRUE, for those it applies to; () are all but who has view_all_data."""

    name: str
    label: str
    when: str
    applies_to: tuple[Principal, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """The rules of one object by name, those of all owners: sharing/OBJECT.yaml may be in several packages."""

    object: str
    rules: Mapping[str, SharingRule]
    restrictions: Mapping[str, RestrictionRule]


def implied_rights(rights: Iterable[ObjectRight]) -> frozenset[ObjectRight]:
    """The rights with all that they imply: view_all reads, modify_all views all, edits and deletes, all others read."""
    return frozenset(implied for right in rights for implied in _IMPLIED[right])


def implied_permissions(permissions: Iterable[SystemPermission]) -> frozenset[SystemPermission]:
    """modify_all_data views all data."""
    named = frozenset(permissions)
    return named | {"view_all_data"} if "modify_all_data" in named else named


def administrator(objects: Iterable[str], apps: Iterable[str]) -> PermissionSet:
    """Everything: every right, every field, encrypted ones too (whoever decides knows it by its name)."""
    everything = ObjectPermission(rights=frozenset(OBJECT_RIGHTS), fields=MappingProxyType({EVERY_FIELD: "edit"}))
    return PermissionSet(
        name=ADMINISTRATOR,
        label="Administrator",
        objects=MappingProxyType(dict.fromkeys(objects, everything)),
        system=frozenset(SYSTEM_PERMISSIONS),
        apps=frozenset(apps),
    )
