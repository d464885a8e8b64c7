"""Whether packages build only on packages they say they need."""

from __future__ import annotations

from collections.abc import Iterator

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
        if component.kind in ("layout", "view") and target is not None and not target.is_system:
            yield (component.kind, component.name), target.owner
    for target in draft.objects.values():
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
