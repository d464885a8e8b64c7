"""Components -> a draft of the model: every definition is built, and what is defined twice is reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from metamodel.access_definitions import (
    ADMINISTRATOR,
    PermissionSet,
    RestrictionRule,
    Sharing,
    SharingRule,
    administrator,
)
from metamodel.building.access import (
    build_permission_groups,
    build_permission_set,
    build_restrictions,
    build_sharing_rules,
)
from metamodel.building.automation import build_calendars, build_roles, build_teams, build_webhooks
from metamodel.building.objects import build_object, build_user_object
from metamodel.building.organization import build_currencies, build_labels, build_organization, build_setting
from metamodel.building.others import (
    build_package,
    build_picklist,
    build_queues,
    build_rule_file,
    build_template,
    build_translation,
)
from metamodel.building.record_types import TYPES, sources_of_types
from metamodel.building.screens import build_app, build_layout, build_view
from metamodel.component import Component
from metamodel.draft import Draft, Key, defined_twice

_FILE_KINDS_WITH_MANY = (
    *("extension", "rule", "translation", "queues", "package", "labels", "setting"),
    *("calendars", "webhooks", "roles", "teams", "permission_groups", "sharing"),
)


def draft_model(components: Iterable[Component]) -> Draft:
    """Builds every definition; what is defined twice is reported and the first one kept."""
    ordered = tuple(sorted(components, key=lambda component: (component.owner, component.path)))
    draft = Draft(components=ordered)
    by_kind: dict[str, list[Component]] = {}
    for component in _without_duplicates(draft):
        by_kind.setdefault(component.kind, []).append(component)
    _add_simple(draft, by_kind)
    _add_organization(draft, by_kind)
    _add_automation(draft, by_kind)
    _add_objects(draft, by_kind)
    _add_access(draft, by_kind)
    return draft


def _without_duplicates(draft: Draft) -> Iterable[Component]:
    for component in draft.components:
        key: Key = (component.kind, component.name)
        if component.kind in _FILE_KINDS_WITH_MANY:
            key = (component.kind, component.name, component.owner)
        if key in draft.origins:
            draft.problems.append(defined_twice(component, f"{component.kind} {component.name}", draft.origins[key][0]))
            continue
        draft.origins[key] = (component, ())
        yield component


def _add_simple(draft: Draft, by_kind: Mapping[str, list[Component]]) -> None:
    for component in by_kind.get("package", ()):
        package = build_package(component)
        if draft.claim(component, ("package", package.name), ("name",)):
            draft.packages[package.name] = package
    draft.picklists = {component.name: build_picklist(component) for component in by_kind.get("picklist", ())}
    for component in by_kind.get("layout", ()):
        layout = build_layout(component)
        draft.layouts[layout.object, layout.name] = layout
    for component in by_kind.get("view", ()):
        view = build_view(component)
        draft.views[view.object, view.name] = view
    draft.apps = {component.name: build_app(component) for component in by_kind.get("app", ())}
    for component in by_kind.get("queues", ()):
        for queue in build_queues(component):
            if draft.claim(component, ("queue", queue.name), (queue.name,)):
                draft.queues[queue.name] = queue
    draft.templates = {component.name: build_template(component) for component in by_kind.get("template", ())}
    draft.translations = [build_translation(component) for component in by_kind.get("translation", ())]
    draft.rule_files = [build_rule_file(component) for component in by_kind.get("rule", ())]


def _add_organization(draft: Draft, by_kind: Mapping[str, list[Component]]) -> None:
    for component in by_kind.get("labels", ()):
        for label in build_labels(component):
            if draft.claim(component, ("label", label.name), (label.name,)):
                draft.labels[label.name] = label
    for component in by_kind.get("currencies", ()):
        draft.currencies = build_currencies(component)
    for component in by_kind.get("organization", ()):
        draft.organization = build_organization(component)
    files: dict[str, list[Component]] = {}
    for component in by_kind.get("setting", ()):
        files.setdefault(component.name, []).append(component)
    values = {name: picklist.values for name, picklist in draft.picklists.items()}
    for name, components in files.items():
        defining = [one for one in components if "fields" in (one.body or {})]
        kept = [one for one in defining if draft.claim(one, ("setting", name), ())]
        if kept:
            # The tenant's own values win; components are in the order of their owners, and the tenant's own is "".
            others = sorted((one for one in components if one not in defining), key=lambda one: one.owner == "")
            draft.settings[name] = build_setting(kept[0], others, values)


def _add_automation(draft: Draft, by_kind: Mapping[str, list[Component]]) -> None:
    """Files that each hold many, and that every owner may have."""
    parts: tuple[tuple[str, str, Callable[[Component], Iterable[Any]], dict[str, Any]], ...] = (
        ("calendars", "calendar", build_calendars, draft.calendars),
        ("webhooks", "webhook", build_webhooks, draft.webhooks),
        ("roles", "role", build_roles, draft.roles),
        ("teams", "team", build_teams, draft.teams),
        ("permission_groups", "permission_group", build_permission_groups, draft.permission_groups),
    )
    for kind, word, build, found in parts:
        for component in by_kind.get(kind, ()):
            for definition in build(component):
                if draft.claim(component, (word, definition.name), (definition.name,)):
                    found[definition.name] = definition


def _add_objects(draft: Draft, by_kind: Mapping[str, list[Component]]) -> None:
    extensions: dict[str, list[Component]] = {}
    for component in by_kind.get("extension", ()):
        extensions.setdefault(component.name, []).append(component)
    values = {name: picklist.values for name, picklist in draft.picklists.items()}
    for component in by_kind.get("object", ()):
        sources = (component, *extensions.get(component.name, ()))
        draft.objects[component.name] = build_object(component, sources[1:], values)
        for source in sources:
            for name in (source.body or {}).get("fields", {}):
                draft.claim(source, ("field", component.name, name), ("fields", name))
        for source in sources_of_types(component, sources[1:]):
            for name in (source.body or {}).get(TYPES, {}):
                draft.claim(source, ("record_type", component.name, name), (TYPES, name))
    if "user" not in draft.objects:
        draft.objects["user"] = build_user_object()


def _add_access(draft: Draft, by_kind: Mapping[str, list[Component]]) -> None:
    draft.permission_sets = {
        ADMINISTRATOR: administrator(draft.objects, draft.apps),
        **{name: found for name, found in _permission_sets(by_kind) if name != ADMINISTRATOR},
    }
    shared: dict[str, tuple[dict[str, SharingRule], dict[str, RestrictionRule]]] = {}
    for component in by_kind.get("sharing", ()):
        _set_openness(draft, component)
        rules, restrictions = shared.setdefault(component.name, ({}, {}))
        for rule in build_sharing_rules(component):
            if draft.claim(component, ("sharing_rule", component.name, rule.name), ("rules", rule.name)):
                rules[rule.name] = rule
        for one in build_restrictions(component):
            at = ("restrictions", one.name)
            if draft.claim(component, ("restriction_rule", component.name, one.name), at):
                restrictions[one.name] = one
    draft.sharing = {
        name: Sharing(object=name, rules=MappingProxyType(rules), restrictions=MappingProxyType(restrictions))
        for name, (rules, restrictions) in shared.items()
    }


def _set_openness(draft: Draft, component: Component) -> None:
    """How open an object is, the organization may say otherwise than its package; whether it may is checked with all other sharing."""
    default, target = (component.body or {}).get("default"), draft.objects.get(component.name)
    if default is not None and target is not None:
        draft.claim(component, ("sharing_default", component.name), ("default",))
        draft.objects[component.name] = replace(target, sharing=default)


def _permission_sets(by_kind: Mapping[str, list[Component]]) -> Iterable[tuple[str, PermissionSet]]:
    return ((component.name, build_permission_set(component)) for component in by_kind.get("permission_set", ()))
