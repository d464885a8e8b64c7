"""Whether packages build only on packages they say they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from metamodel.access_definitions import ADMINISTRATOR, Principal
from metamodel.building.record_types import DEFAULT
from metamodel.definitions import Object
from metamodel.draft import Draft, Key
from metamodel.fields.choice import PicklistField
from metamodel.fields.reference import LookupField
from metamodel.problems import MetadataProblem
from rule_engine.wording import say


def check_dependencies(draft: Draft) -> Iterator[MetadataProblem]:
    needed = {name: _all_needed(draft, name) for name in draft.packages}
    for key, owner in _uses(draft):
        component, _ = draft.origins[key]
        user = component.owner
        if user in needed and owner != user and owner not in needed[user]:
            what = say("the package %(owner)r", owner=owner) if owner else say("the tenant's own metadata")
            hint = (
                say("Add %(owner)s to the dependencies in package.yaml.", owner=owner)
                if owner
                else say("A package cannot build on it.")
            )
            yield draft.problem(
                key,
                "missing_dependency",
                say("it builds on %(what)s, which %(user)r does not depend on", what=what, user=user),
                hint,
            )


def _uses(draft: Draft) -> Iterator[tuple[Key, str]]:
    """(definition, owner of what it builds on)"""
    for component in draft.components:
        target = draft.objects.get(component.name.partition(".")[0])
        if component.kind == "extension" and target is not None and not target.is_system:
            yield ("extension", component.name, component.owner), target.owner
        if component.kind in ("object", "extension") and target is not None and not target.is_system:
            key: Key = ("object", component.name)
            if component.kind == "extension":
                key = ("extension", component.name, component.owner)
            yield from _owners(key, target.record_types, [(component.body or {}).get(DEFAULT, "")])
        if component.kind in ("layout", "view") and target is not None and not target.is_system:
            yield (component.kind, component.name), target.owner
    yield from _access_uses(draft)
    for target in draft.objects.values():
        yield from _record_type_uses(draft, target)
        for field in target.fields.values():
            key = ("field", target.name, field.name)
            if key not in draft.origins:
                continue
            referenced = draft.objects.get(field.object) if isinstance(field, LookupField) else None
            if referenced is not None and not referenced.is_system:
                yield key, referenced.owner
            shared = draft.picklists.get(field.picklist or "") if isinstance(field, PicklistField) else None
            if shared is not None:
                yield key, shared.owner


def _record_type_uses(draft: Draft, target: Object) -> Iterator[tuple[Key, str]]:
    """The layouts and picklists that types name."""
    for one in target.record_types.values():
        key = ("record_type", target.name, one.name)
        if (target.name, one.layout) in draft.layouts:
            yield key, draft.origins["layout", f"{target.name}.{one.layout}"][0].owner
        yield from _owners(key, target.fields, one.values)


def _access_uses(draft: Draft) -> Iterator[tuple[Key, str]]:
    for permission_set in draft.permission_sets.values():
        key: Key = ("permission_set", permission_set.name)
        if key in draft.origins:
            yield from _owners(key, draft.objects, permission_set.objects)
            for name, permission in permission_set.objects.items():
                if name in draft.objects:
                    yield from _owners(key, draft.objects[name].record_types, permission.record_types or ())
            yield from _owners(key, draft.apps, permission_set.apps)
    for group in draft.permission_groups.values():
        yield from _owners(("permission_group", group.name), draft.permission_sets, group.sets)
    for role in draft.roles.values():
        yield from _owners(("role", role.name), draft.roles, [role.reports_to] if role.reports_to else [])
    for component in draft.components:
        if component.kind == "sharing":
            yield from _owners(("sharing", component.name, component.owner), draft.objects, [component.name])
    for sharing in draft.sharing.values():
        for rule in sharing.rules.values():
            key = ("sharing_rule", sharing.object, rule.name)
            yield from _principal_uses(draft, key, (*rule.owned_by, *rule.share_with))
        for one in sharing.restrictions.values():
            yield from _principal_uses(draft, ("restriction_rule", sharing.object, one.name), one.applies_to)


def _principal_uses(draft: Draft, key: Key, principals: Iterable[Principal]) -> Iterator[tuple[Key, str]]:
    known: dict[str, Mapping[str, Any]] = {
        "role": draft.roles,
        "role_and_below": draft.roles,
        "team": draft.teams,
        "queue": draft.queues,
        "permission_set": draft.permission_sets,
    }
    for principal in principals:
        yield from _owners(key, known.get(principal.kind, {}), [principal.name])


def _owners(key: Key, definitions: Mapping[str, Any], names: Iterable[str]) -> Iterator[tuple[Key, str]]:
    """What is built in is nobody's."""
    for name in names:
        found = definitions.get(name)
        if found is not None and name not in (ADMINISTRATOR, "user"):
            yield key, found.owner


def _all_needed(draft: Draft, name: str) -> set[str]:
    """The packages that a package depends on, and those that they depend on."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        package = draft.packages.get(waiting.pop())
        for dependency in package.dependencies if package else ():
            if dependency.name not in found:
                found.add(dependency.name)
                waiting.append(dependency.name)
    return found
