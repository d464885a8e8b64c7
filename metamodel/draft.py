"""All definitions of a model before they are checked, each with the place in the source that it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from metamodel.access_definitions import PermissionGroup, PermissionSet, Sharing
from metamodel.automation_definitions import Calendar, Role, Team, Webhook
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
from metamodel.words import word_for
from metamodel.yaml_reader import Path
from rule_engine.wording import Wording, say

Key = tuple[str, ...]


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

    def claim(self, component: Component, key: Key, path: Path) -> bool:
        """Keeps the origin of the definition `key`; False where it is defined already, which is reported."""
        if key not in self.origins:
            self.origins[key] = (component, path)
            return True
        what = Wording("%(kind)s %(name)s", {"kind": word_for(key[0]), "name": ".".join(key[1:])})
        self.problems.append(defined_twice(component, what, self.origins[key][0], path))
        return False

    def namespace_of(self, owner: str) -> str:
        package = self.packages.get(owner)
        return package.namespace if package else ""


def defined_twice(component: Component, what: str, first: Component, path: Path = ()) -> MetadataProblem:
    return component.problem(
        "duplicate_name",
        path,
        say("the %(what)s is defined already, in %(where)s", what=what, where=place_of(first)),
        say("Rename one of them."),
    )


def place_of(component: Component) -> Wording:
    """Its file, and whose it is."""
    if component.owner:
        return say("%(path)s of %(owner)s", path=component.path, owner=component.owner)
    return say("%(path)s of the tenant", path=component.path)
