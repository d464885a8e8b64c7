"""A permission set -> what it grants, as a table of objects and rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from builder_ui.translation import Words
from builder_ui.visit import Visit
from metamodel.access_definitions import (
    ADMINISTRATOR,
    EVERY_FIELD,
    OBJECT_RIGHTS,
    ObjectPermission,
    ObjectRight,
    PermissionSet,
    SystemPermission,
)
from metamodel.definitions import Object


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """`rights`: one for each column, whether it is granted; `fields`: in words."""

    label: str
    name: str
    icon: str
    hue: int | None
    rights: tuple[bool, ...]
    fields: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTable:
    """`system` and `apps`: labels; `file`: where it is written; `description`: what it is for; `edit_href`: "" for what is built in or
    of a package, `copy_href`: "" for what is built in; `package`: whose it is, "" for one's own."""

    columns: tuple[str, ...]
    rows: tuple[GrantRow, ...]
    system: tuple[str, ...]
    apps: tuple[str, ...]
    file: str
    description: str
    is_api_only: bool
    edit_href: str
    copy_href: str
    package: str


def grant_table(visit: Visit, granted: PermissionSet) -> GrantTable:
    words, model = visit.words, visit.model
    is_own = granted.name == ADMINISTRATOR
    named = [(model.objects[name], one) for name, one in granted.objects.items() if name in model.objects]
    return GrantTable(
        columns=tuple(right_label(words, right) for right in OBJECT_RIGHTS),
        rows=tuple(_row(visit, thing, one) for thing, one in named if not (is_own and thing.is_system)),
        system=tuple(system_label(words, one) for one in sorted(granted.system)),
        apps=tuple(visit.labels.app(model.apps[name]) for name in sorted(granted.apps) if name in model.apps),
        file="" if is_own else f"permissions/{granted.name}.yaml",
        description=words.say("Everything. It is built in.")
        if is_own
        else visit.labels.text(f"permissions.{granted.name}.description", granted.description or ""),
        is_api_only=granted.api_only,
        edit_href="" if is_own or granted.owner else f"/builder/permission_sets/{granted.name}/edit",
        copy_href="" if is_own else f"/builder/permission_sets/new?copy={granted.name}",
        package=model.packages[granted.owner].label if granted.owner in model.packages else granted.owner,
    )


def _row(visit: Visit, thing: Object, one: ObjectPermission) -> GrantRow:
    return GrantRow(
        label=visit.labels.plural(thing),
        name=thing.name,
        icon="user" if thing.is_system else thing.icon,
        hue=thing.hue,
        rights=tuple(right in one.rights for right in OBJECT_RIGHTS),
        fields="; ".join(part for part in (_fields(visit, thing, one), _types(visit, thing, one)) if part),
    )


def _fields(visit: Visit, thing: Object, one: ObjectPermission) -> str:
    """What differs from field to field."""
    words = visit.words
    every = one.fields.get(EVERY_FIELD, "none")
    named = {name: right for name, right in one.fields.items() if name in thing.fields and right != every}
    by_right = {
        "none": (words.say("hidden"), _labels(visit, thing, named, "none")),
        "read": (words.say("read only"), _labels(visit, thing, named, "read")),
        "edit": (words.say("editable"), _labels(visit, thing, named, "edit")),
    }
    rest = {
        "none": words.say("other fields hidden"),
        "read": words.say("all fields read only") if not named else words.say("other fields read only"),
        "edit": words.say("all fields") if not named else "",
    }[every]
    parts = [f"{word}: {labels}" for word, labels in by_right.values() if labels]
    return "; ".join([*parts, *([rest] if rest else [])])


def _types(visit: Visit, thing: Object, one: ObjectPermission) -> str:
    if one.record_types is None or not thing.record_types:
        return ""
    names = [
        visit.labels.record_type(thing, two) for name, two in thing.record_types.items() if name in one.record_types
    ]
    return visit.words.say("record types: %(names)s", names=", ".join(names) or "–")


def _labels(visit: Visit, thing: Object, named: Mapping[str, str], right: str) -> str:
    chosen: Iterable[str] = (name for name, one in named.items() if one == right)
    return ", ".join(visit.labels.field(thing, thing.fields[name]) for name in chosen)


def right_label(words: Words, right: ObjectRight) -> str:
    return {
        "read": words.say("Read"),
        "create": words.say("Create"),
        "edit": words.say("Edit"),
        "delete": words.say("Delete"),
        "view_all": words.say("View all"),
        "modify_all": words.say("Modify all"),
    }[right]


def system_label(words: Words, name: SystemPermission) -> str:
    return {
        "customize": words.say("Change objects, layouts and rules"),
        "administer": words.say("Run the tenant: queues, outbox, timers, secrets"),
        "manage_users": words.say("Manage users"),
        "manage_access": words.say("Give permission sets, roles and teams to people"),
        "view_audit": words.say("Read the audit"),
        "export": words.say("Export the audit and personal data"),
        "erase": words.say("Find and erase personal data"),
        "view_all_data": words.say("See all records of the objects above"),
        "modify_all_data": words.say("Change all records of the objects above"),
    }[name]
