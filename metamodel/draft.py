"""All definitions of a model before they are checked, each with the place in the source that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from metamodel.access_definitions import (
    ADMINISTRATOR,
    PermissionGroup,
    PermissionSet,
    RestrictionRule,
    Sharing,
    SharingRule,
    administrator,
)
from metamodel.automation_definitions import Calendar, Role, Team, Webhook
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
from metamodel.building.screens import build_app, build_layout, build_view
from metamodel.component import Component
from metamodel.definitions import (
    App,
    Currencies,
    Label,
    Layout,
    ListView,
    Object,
    Organization,
    Package,
    Picklist,
    Queue,
    RuleFile,
    Setting,
    Template,
    Translation,
)
from metamodel.problems import MetadataProblem
from metamodel.yaml_reader import Path
from rule_engine.wording import say

Key = tuple[str, ...]
_FILE_KINDS_WITH_MANY = (
    *("extension", "rule", "translation", "queues", "package", "labels", "setting"),
    *("calendars", "webhooks", "roles", "teams", "permission_groups", "sharing"),
)


@dataclass(slots=True, kw_only=True)
class Draft:
    """`origins`: ("object", "lead") or ("field", "lead", "status") -> the component and the path in its body."""

    components: tuple[Component, ...]
    problems: list[MetadataProblem] = field(default_factory=list)
    origins: dict[Key, tuple[Component, Path]] = field(default_factory=dict)
    objects: dict[str, Object] = field(default_factory=dict)
    picklists: dict[str, Picklist] = field(default_factory=dict)
    layouts: dict[tuple[str, str], Layout] = field(default_factory=dict)
    views: dict[tuple[str, str], ListView] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    permission_sets: dict[str, PermissionSet] = field(default_factory=dict)
    permission_groups: dict[str, PermissionGroup] = field(default_factory=dict)
    sharing: dict[str, Sharing] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    translations: list[Translation] = field(default_factory=list)
    packages: dict[str, Package] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    currencies: Currencies | None = None
    organization: Organization = field(default_factory=Organization)
    rule_files: list[RuleFile] = field(default_factory=list)

    def problem(self, key: Key, code: str, message: str, hint: str | None = None, at: Path = ()) -> MetadataProblem:
        """A problem with the definition `key`, at `at` below its place."""
        component, path = self.origins[key]
        return component.problem(code, (*path, *at), message, hint)

    def body(self, key: Key) -> Any:
        """What the source says at the place of the definition `key`."""
        component, path = self.origins[key]
        body: Any = component.body
        for part in path:
            body = body[part]
        return body

    def namespace_of(self, owner: str) -> str:
        package = self.packages.get(owner)
        return package.namespace if package else ""


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
            draft.problems.append(
                _defined_twice(component, f"{component.kind} {component.name}", draft.origins[key][0])
            )
            continue
        draft.origins[key] = (component, ())
        yield component


def _add_simple(draft: Draft, by_kind: Mapping[str, list[Component]]) -> None:
    for component in by_kind.get("package", ()):
        package = build_package(component)
        if not _is_twice(draft, component, ("package", package.name), ("name",)):
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
            if not _is_twice(draft, component, ("queue", queue.name), (queue.name,)):
                draft.queues[queue.name] = queue
    draft.templates = {component.name: build_template(component) for component in by_kind.get("template", ())}
    draft.translations = [build_translation(component) for component in by_kind.get("translation", ())]
    draft.rule_files = [build_rule_file(component) for component in by_kind.get("rule", ())]


def _add_organization(draft: Draft, by_kind: Mapping[str, list[Component]]) -> None:
    for component in by_kind.get("labels", ()):
        for label in build_labels(component):
            if not _is_twice(draft, component, ("label", label.name), (label.name,)):
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
        kept = [one for one in defining if not _is_twice(draft, one, ("setting", name), ())]
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
                if not _is_twice(draft, component, (word, definition.name), (definition.name,)):
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
            for name in (source.body or {})["fields"]:
                _is_twice(draft, source, ("field", component.name, name), ("fields", name))
    if "user" not in draft.objects:
        draft.objects["user"] = build_user_object()


def _add_access(draft: Draft, by_kind: Mapping[str, list[Component]]) -> None:
    draft.permission_sets = {
        ADMINISTRATOR: administrator(draft.objects, draft.apps),
        **{name: found for name, found in _permission_sets(by_kind) if name != ADMINISTRATOR},
    }
    shared: dict[str, tuple[dict[str, SharingRule], dict[str, RestrictionRule]]] = {}
    for component in by_kind.get("sharing", ()):
        rules, restrictions = shared.setdefault(component.name, ({}, {}))
        for rule in build_sharing_rules(component):
            if not _is_twice(draft, component, ("sharing_rule", component.name, rule.name), ("rules", rule.name)):
                rules[rule.name] = rule
        for one in build_restrictions(component):
            at = ("restrictions", one.name)
            if not _is_twice(draft, component, ("restriction_rule", component.name, one.name), at):
                restrictions[one.name] = one
    draft.sharing = {
        name: Sharing(object=name, rules=MappingProxyType(rules), restrictions=MappingProxyType(restrictions))
        for name, (rules, restrictions) in shared.items()
    }


def _permission_sets(by_kind: Mapping[str, list[Component]]) -> Iterable[tuple[str, PermissionSet]]:
    return ((component.name, build_permission_set(component)) for component in by_kind.get("permission_set", ()))


def _is_twice(draft: Draft, component: Component, key: Key, path: Path) -> bool:
    """Whether `key` is defined already, which is reported; else its origin is kept."""
    if key in draft.origins:
        what = " ".join((key[0], ".".join(key[1:])))
        draft.problems.append(_defined_twice(component, what, draft.origins[key][0], path))
        return True
    draft.origins[key] = (component, path)
    return False


def _defined_twice(component: Component, what: str, first: Component, path: Path = ()) -> MetadataProblem:
    where = say("%(path)s of the tenant", path=first.path)
    if first.owner:
        where = say("%(path)s of %(owner)s", path=first.path, owner=first.owner)
    return component.problem(
        "duplicate_name",
        path,
        say("the %(what)s is defined already, in %(where)s", what=what, where=where),
        say("Rename one of them."),
    )
