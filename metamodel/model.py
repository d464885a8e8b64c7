"""The model of a tenant: every definition, resolved and cross-checked, and what formulas and rules mean in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from metamodel.defaults import DEFAULT_NAME, Child, default_layout, default_view
from metamodel.definitions import (
    App,
    Layout,
    ListView,
    Object,
    Package,
    Picklist,
    Queue,
    RuleFile,
    Template,
    Translation,
)
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField
from metamodel.names import did_you_mean
from metamodel.paths import Step, find_path, path_fault
from metamodel.problems import UnknownName
from metamodel.scope import ObjectScope

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """Immutable. `translations` by language, those of all owners in one; `rule_files` in the order of owner and path."""

    objects: Mapping[str, Object]
    picklists: Mapping[str, Picklist]
    layouts: Mapping[tuple[str, str], Layout]
    views: Mapping[tuple[str, str], ListView]
    apps: Mapping[str, App]
    queues: Mapping[str, Queue]
    templates: Mapping[str, Template]
    translations: Mapping[str, Translation]
    packages: Mapping[str, Package]
    rule_files: tuple[RuleFile, ...]
    children: Mapping[str, tuple[Child, ...]]
    _memo: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def object(self, name: str) -> Object:
        """Raises UnknownName."""
        found = self.objects.get(name)
        if found is None:
            raise UnknownName("object", name, did_you_mean(name, self.objects))
        return found

    def find_object(self, name: str) -> Object | None:
        return self.objects.get(name)

    def field(self, object_name: str, path: str) -> Field:
        """The field at the end of a dotted path from the object. Raises UnknownName."""
        steps = self.find_path(object_name, path)
        if steps is None:
            fault, hint = path_fault(self.objects, object_name, path)
            raise UnknownName("field", path, hint or fault)
        return steps[-1].field

    def find_path(self, object_name: str, path: str) -> tuple[Step, ...] | None:
        """The object and field of each step of a dotted path, None when it leads nowhere."""
        return find_path(self.objects, object_name, path.split("."))

    def children_of(self, object_name: str) -> tuple[Child, ...]:
        """The objects whose lookups point to `object_name`, with the lookup; system lookups (owner, created_by) are left out."""
        return self.children.get(object_name, ())

    def layout_for(self, object_name: str) -> Layout:
        """The layout named "default", else the first by name, else a generated one."""
        return self._remembered(("layout", object_name), lambda: self._choose_layout(object_name))

    def views_for(self, object_name: str) -> tuple[ListView, ...]:
        """The object's list views: "default" first, then "all", then by name; a generated one when there are none."""
        return self._remembered(("views", object_name), lambda: self._choose_views(object_name))

    def scope(self, object_name: str) -> ObjectScope:
        """The names that formulas over the object's records may use. Raises UnknownName."""
        return self._remembered(
            ("scope", object_name), lambda: ObjectScope(self.objects, self.object(object_name).name)
        )

    def text(self, language: str, key: str, fallback: str) -> str:
        """The text of `key` (see definitions.Translation) in the language, else in its plain form (zh for zh-Hant), else `fallback`."""
        for name in (language, language.partition("-")[0]):
            translation = self.translations.get(name)
            if translation and key in translation.texts:
                return translation.texts[key]
        return fallback

    def _choose_layout(self, object_name: str) -> Layout:
        own = sorted(name for target, name in self.layouts if target == object_name)
        if own:
            return self.layouts[object_name, DEFAULT_NAME if DEFAULT_NAME in own else own[0]]
        return default_layout(self.object(object_name), self.children_of(object_name))

    def _choose_views(self, object_name: str) -> tuple[ListView, ...]:
        own = [view for view in self.views.values() if view.object == object_name]
        if not own:
            return (default_view(self.object(object_name), self.objects),)
        return tuple(sorted(own, key=lambda view: (view.name != DEFAULT_NAME, view.name != "all", view.name)))

    def _remembered(self, key: Hashable, build: Callable[[], T]) -> T:
        if key not in self._memo:
            self._memo[key] = build()
        return cast(T, self._memo[key])


def children_by_object(objects: Iterable[Object]) -> dict[str, tuple[Child, ...]]:
    """For each object the children that point to it, by the order of objects and fields."""
    children: dict[str, list[Child]] = {}
    for child in objects:
        for lookup in child.fields.values():
            if isinstance(lookup, LookupField) and not lookup.is_system:
                children.setdefault(lookup.object, []).append((child, lookup))
    return {name: tuple(found) for name, found in children.items()}
