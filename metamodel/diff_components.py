"""The changes between two models in everything that has no table: settings, screens, picklists, texts and rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any, Literal

from metamodel.access_changes import (
    object_notes,
    permission_group_notes,
    permission_set_notes,
    role_notes,
    sharing_notes,
)
from metamodel.access_definitions import ADMINISTRATOR, PermissionGroup, PermissionSet, Sharing
from metamodel.automation_definitions import Role
from metamodel.changes import AccessNote, ComponentChanged
from metamodel.definitions import Object, Organization
from metamodel.model import Model
from metamodel.record_types import RecordType

_NOT_SETTINGS = ("name", "fields", "indexes", "renamed_from", "record_types", "owner")


def component_changes(old: Model, new: Model, objects: Iterable[tuple[Object, Object]]) -> Iterator[ComponentChanged]:
    """`objects`: the (old, new) pairs of those in both models."""
    yield from _compare("package", old.packages, new.packages)
    yield from _compare("organization", _one(old, "organization"), _one(new, "organization"))
    yield from _compare("currencies", _one(old, "currencies"), _one(new, "currencies"))
    yield from _compare("setting", old.settings, new.settings)
    yield from _compare("labels", old.labels, new.labels)
    yield from _compare("picklist", old.picklists, new.picklists)
    for before, after in objects:
        if _settings(before) != _settings(after):
            notes = tuple(object_notes(before, after))
            yield ComponentChanged(kind="object", name=after.name, label=after.label, what="changed", notes=notes)
        yield from _compare("record_type", _types_of(after, before), _types_of(after, after))
    yield from _compare("layout", _dotted(old.layouts), _dotted(new.layouts))
    yield from _compare("view", _dotted(old.views), _dotted(new.views))
    yield from _compare("app", old.apps, new.apps)
    yield from _compare("queues", old.queues, new.queues)
    yield from _compare("calendars", old.calendars, new.calendars)
    yield from _compare("webhooks", old.webhooks, new.webhooks)
    yield from _compare("roles", old.roles, new.roles)
    yield from _compare("teams", old.teams, new.teams)
    yield from _compare("permission_set", _given(old), _given(new))
    yield from _compare("permission_groups", old.permission_groups, new.permission_groups)
    yield from _compare("sharing", old.sharing, new.sharing)
    yield from _compare("template", old.templates, new.templates)
    yield from _compare("translation", old.translations, new.translations)
    yield from _compare("rule", _rules(old), _rules(new))


def _compare(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[ComponentChanged]:
    for name in sorted({*old, *new}):
        if name in old and name in new and old[name] == new[name]:
            continue
        what = "added" if name not in old else "removed" if name not in new else "changed"
        label = getattr(new.get(name, old.get(name)), "label", name)
        notes = tuple(_notes(old.get(name), new.get(name)))
        yield ComponentChanged(kind=kind, name=name, label=label, what=what, notes=notes)


def _notes(old: Any, new: Any) -> Iterator[AccessNote]:
    """Nobody has a set, a group or a role yet that is new; who had one that goes loses it all."""
    match old, new:
        case PermissionSet(), PermissionSet():
            yield from permission_set_notes(old, new)
        case PermissionGroup(), PermissionGroup():
            yield from permission_group_notes(old, new)
        case Role(), Role():
            yield from role_notes(old, new)
        case (Sharing(), _) | (_, Sharing()):
            yield from sharing_notes(old, new)


def _settings(target: Object) -> tuple[Any, ...]:
    return tuple(getattr(target, field.name) for field in fields(target) if field.name not in _NOT_SETTINGS)


def _types_of(now: Object, one: Object) -> dict[str, RecordType]:
    """Of an object, by the name that it has now."""
    return {f"{now.name}.{name}": found for name, found in one.record_types.items()}


def _one(model: Model, kind: Literal["organization", "currencies"]) -> dict[str, Any]:
    """What there is one of; one that nobody wrote is none."""
    found = getattr(model, kind)
    return {} if found is None or found == Organization() else {kind: found}


def _given(model: Model) -> dict[str, Any]:
    """The permission sets of files."""
    return {name: found for name, found in model.permission_sets.items() if name != ADMINISTRATOR}


def _dotted(definitions: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    return {".".join(key): definition for key, definition in definitions.items()}


def _rules(model: Model) -> dict[str, Any]:
    """Rule files by name; two owners may have files of the same name."""
    return {
        "/".join(part for part in (file.owner, file.path.removeprefix("rules/").removesuffix(".rule")) if part): file
        for file in model.rule_files
    }
