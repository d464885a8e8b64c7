"""The model of a tenant: every definition, resolved and cross-checked, and what formulas and rules mean in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from metamodel.access_definitions import PermissionGroup, PermissionSet, Sharing
from metamodel.automation_definitions import Calendar, Role, Team, Webhook
from metamodel.child_lists import ChildList, ChildLists
from metamodel.defaults import DEFAULT_NAME, Child, default_layout, default_view
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
from metamodel.fields.computed import FormulaField
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField
from metamodel.formulas import (
    Formulas,
    use_of_condition,
    use_of_default,
    use_of_filter,
    use_of_formula_field,
    use_of_validation,
)
from metamodel.names import did_you_mean
from metamodel.paths import Step, find_path, path_fault
from metamodel.problems import UnknownName
from metamodel.rules import CheckedValidation, Rules, validations_of
from metamodel.scope import ObjectScope
from rule_engine import CheckedFormula
from rule_engine.rules import CheckedRules, RuleNames

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Model:
    """Immutable. `translations` by language, those of all owners in one; `rule_files` in the order of owner and path.
    `permission_sets`: with the built-in administrator; `sharing` by object, those without rules left out."""

    objects: Mapping[str, Object]
    picklists: Mapping[str, Picklist]
    layouts: Mapping[tuple[str, str], Layout]
    views: Mapping[tuple[str, str], ListView]
    apps: Mapping[str, App]
    queues: Mapping[str, Queue]
    calendars: Mapping[str, Calendar]
    webhooks: Mapping[str, Webhook]
    roles: Mapping[str, Role]
    teams: Mapping[str, Team]
    permission_sets: Mapping[str, PermissionSet]
    permission_groups: Mapping[str, PermissionGroup]
    sharing: Mapping[str, Sharing]
    templates: Mapping[str, Template]
    translations: Mapping[str, Translation]
    packages: Mapping[str, Package]
    labels: Mapping[str, Label]
    settings: Mapping[str, Setting]
    currencies: Currencies | None
    organization: Organization
    rule_files: tuple[RuleFile, ...]
    children: Mapping[str, tuple[Child, ...]]
    child_lists: ChildLists
    _formulas: Formulas = field(repr=False)
    _rules: Rules = field(repr=False)
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

    def child_list(self, object_name: str, path: Sequence[str]) -> ChildList | None:
        """The child list that a path from the object leads to, as formulas name it; None when it leads to none."""
        owner = object_name
        if len(path) > 1:
            steps = find_path(self.objects, object_name, path[:-1])
            last = steps[-1].field if steps else None
            if not isinstance(last, LookupField):
                return None
            owner = last.object
        return self.child_lists.find(owner, path[-1])

    def layout_for(self, object_name: str) -> Layout:
        """The layout named "default", else the first by name, else a generated one."""
        return self._remembered(("layout", object_name), lambda: self._choose_layout(object_name))

    def views_for(self, object_name: str) -> tuple[ListView, ...]:
        """The object's list views: "default" first, then "all", then by name; a generated one when there are none."""
        return self._remembered(("views", object_name), lambda: self._choose_views(object_name))

    def scope(self, object_name: str) -> ObjectScope:
        """The names that formulas over the object's records may use. Raises UnknownName."""
        return self._formulas.scope(self.object(object_name).name)

    def formula(self, object_name: str, field_name: str) -> CheckedFormula:
        """The formula of a formula field. Raises UnknownName when it is none."""
        field = self.object(object_name).fields.get(field_name)
        if not isinstance(field, FormulaField):
            raise UnknownName("formula field", f"{object_name}.{field_name}")
        return self._formulas.check(use_of_formula_field(object_name, field))

    def default_formula(self, object_name: str, field_name: str) -> CheckedFormula | None:
        """The formula that gives a new record's value, None when the field has none. Raises UnknownName."""
        field = self.field(object_name, field_name)
        return None if field.default_formula is None else self._formulas.check(use_of_default(object_name, field))

    def view_filter(self, view: ListView) -> CheckedFormula | None:
        """The filter of a list view of this model, None when it shows all records."""
        return None if view.filter is None else self._formulas.check(use_of_filter(view))

    def access_condition(self, object_name: str, source: str) -> CheckedFormula:
        """What `when` of a sharing rule or a restriction of this model says. One that this version does not accept holds for no record,
        so that nothing is shared by it, and what it restricts is kept back."""
        return self._formulas.check(use_of_condition(object_name, source))

    @property
    def rules(self) -> Mapping[str, CheckedRules]:
        """What rule files say, by object; objects without rules are left out."""
        return self._rules.by_object

    def rules_for(self, object_name: str) -> CheckedRules:
        return self._rules.by_object.get(object_name) or CheckedRules()

    @property
    def rule_names(self) -> RuleNames:
        """The names that rules over this model may use, to check rules that are not in it."""
        return self._rules.names

    def validations_for(self, object_name: str) -> tuple[CheckedValidation, ...]:
        """The active validations of an object: its own, then those of rule files. Raises UnknownName."""
        return self._remembered(
            ("validations", object_name), lambda: self._collect_validations(self.object(object_name))
        )

    @property
    def validations(self) -> Mapping[str, tuple[CheckedValidation, ...]]:
        """The active validations of every object that has some."""
        return {name: found for name in self.objects if (found := self.validations_for(name))}

    def text(self, language: str, key: str, fallback: str) -> str:
        """The text of `key` (see definitions.Translation) in the language, else in its plain form (zh for zh-Hant), else `fallback`."""
        for name in (language, language.partition("-")[0]):
            translation = self.translations.get(name)
            if translation and key in translation.texts:
                return translation.texts[key]
        return fallback

    def _collect_validations(self, target: Object) -> tuple[CheckedValidation, ...]:
        conditions = [self._formulas.check(use_of_validation(target.name, known)) for known in target.validations]
        return validations_of(target, conditions, self.rules_for(target.name))

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
