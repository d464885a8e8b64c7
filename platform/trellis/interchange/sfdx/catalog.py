"""Which Salesforce object and field becomes which of ours: the one place that knows both names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from metamodel import Model
from trellis.interchange.sfdx.names import SYSTEM_FIELDS, field_name, object_name

_COMPUTED = ("formula", "auto_number")


@dataclass(slots=True, kw_only=True)
class FieldEntry:
    """`body`: our definition, None where the tenant has the field already; `target`: the Salesforce object that a lookup points to."""

    api: str
    name: str
    body: dict[str, Any] | None
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnField:
    """What permissions ask of a field."""

    name: str
    is_required: bool
    is_writable: bool


@dataclass(slots=True, kw_only=True)
class ObjectEntry:
    """`body`: our definition without its fields, None where the tenant has the object already. `fields` and `record_types` by lower-case
    API name; `type_words`: what formulas of theirs know of each of our record types: its API name and its label; `layouts`: our names by
    lower-case names of theirs, such as home__c-home layout."""

    api: str
    name: str
    body: dict[str, Any] | None
    name_field: str
    fields: dict[str, FieldEntry] = field(default_factory=dict)
    validations: dict[str, dict[str, Any]] = field(default_factory=dict)
    layouts: dict[str, str] = field(default_factory=dict)
    record_types: dict[str, str] = field(default_factory=dict)
    type_words: dict[str, tuple[str, str]] = field(default_factory=dict)


class Catalog:
    """Objects by lower-case API name; grows while a source is converted."""

    def __init__(self, existing: Model) -> None:
        self.existing = existing
        self.objects: dict[str, ObjectEntry] = {}

    def find(self, api: str) -> ObjectEntry | None:
        """The entry of an object; a standard object enters the catalog when it is first asked for."""
        key = api.lower()
        if key not in self.objects:
            standard = {name.lower(): name for name in standard_objects()}
            if key in standard:
                self._add_standard(standard[key])
        return self.objects.get(key)

    def add(self, api: str, body: dict[str, Any]) -> ObjectEntry:
        """A custom object. The tenant's own object of that name is extended, never replaced."""
        name = object_name(api)
        known = self.existing.find_object(name)
        entry = ObjectEntry(
            api=api,
            name=name,
            body=None if known is not None else body,
            name_field=known.name_field if known is not None else "name",
        )
        self.objects[api.lower()] = entry
        return entry

    def find_known(self, api: str) -> ObjectEntry | None:
        """An object that is in the catalog or that the tenant has: none comes into being by being named."""
        key = api.lower()
        if key not in self.objects and self.existing.find_object(object_name(api)) is not None:
            return self.find(api) or self.add(api, {})
        return self.objects.get(key)

    def record_types_of(self, entry: ObjectEntry) -> Mapping[str, str]:
        """Our names by lower-case API name, of an object that the tenant has, too."""
        known = self.existing.find_object(entry.name)
        if entry.body is not None or known is None:
            return entry.record_types
        return {name: name for name in known.record_types}

    def own_field(self, entry: ObjectEntry, api: str) -> OwnField | None:
        """What one of the object's fields is, wherever it is defined."""
        name = self.path(entry.api, (api,))
        known = self.existing.find_object(entry.name)
        if name is None and known is not None:
            name = field_name(api)
        field = known.fields.get(name) if known is not None and name is not None else None
        if field is not None:
            return OwnField(name=field.name, is_required=field.required, is_writable=field.is_writable)
        made = next((one for one in entry.fields.values() if one.name == name), None)
        return None if made is None or made.body is None else _own_field(made.name, made.body)

    def own_fields(self, entry: ObjectEntry) -> list[OwnField]:
        """Those of the catalog."""
        found = (self.own_field(entry, one.api) for one in entry.fields.values())
        return [one for one in found if one is not None]

    def add_field(
        self, entry: ObjectEntry, api: str, body: dict[str, Any], *, name: str = "", target: str | None = None
    ) -> FieldEntry:
        """A field of `entry`. Two API names that become the same name get a number behind."""
        wanted = name or field_name(api)
        taken = {other.name for key, other in entry.fields.items() if key != api.lower()}
        chosen, number = wanted, 2
        while chosen in taken:
            chosen, number = f"{wanted[:37]}_{number}", number + 1
        known = self.existing.find_object(entry.name)
        has = known is not None and chosen in known.fields
        made = FieldEntry(api=api, name=chosen, body=None if has else body, target=target)
        entry.fields[api.lower()] = made
        return made

    def has_target(self, field_entry: FieldEntry) -> bool:
        """False for a standard lookup to an object that neither this source nor the tenant has."""
        target = field_entry.target
        return (
            target is None
            or target.lower() in self.objects
            or self.existing.find_object(object_name(target)) is not None
        )

    def path(self, object_api: str, path: tuple[str, ...]) -> str | None:
        """A field or a path across lookups in our names ("broker.name"), None where a part of it is not mapped."""
        head, *rest = path
        entry = self.find(object_api)
        if entry is None:
            return None
        key = head.lower()
        if not rest:
            return SYSTEM_FIELDS.get(key) or self._field_name(entry, key)
        if SYSTEM_FIELDS.get(key) in ("owner", "created_by", "updated_by"):
            return f"{SYSTEM_FIELDS[key]}.{rest[-1].lower()}" if rest[-1].lower() in ("id", "name", "email") else None
        lookup = entry.fields.get(f"{key[:-3]}__c" if key.endswith("__r") else f"{key}id")
        if lookup is None or lookup.target is None:
            return None
        below = self.path(lookup.target, tuple(rest))
        return f"{lookup.name}.{below}" if below else None

    def lookups(self, object_api: str, path: tuple[str, ...]) -> tuple[str, ObjectEntry] | None:
        """A path across lookups in our names, with a dot behind each, and the object that it leads to; None where it leads nowhere."""
        prefix, entry = "", self.find(object_api)
        for part in path:
            key = part.lower()
            lookup = entry.fields.get(f"{key[:-3]}__c" if key.endswith("__r") else f"{key}id") if entry else None
            if lookup is None or lookup.target is None:
                return None
            prefix, entry = f"{prefix}{lookup.name}.", self.find(lookup.target)
        return None if entry is None else (prefix, entry)

    def _field_name(self, entry: ObjectEntry, key: str) -> str | None:
        found = entry.fields.get(key)
        if found is not None and self.has_target(found):
            return found.name
        return entry.name_field if key == "name" else None

    def _add_standard(self, api: str) -> None:
        definition = standard_objects()[api]
        body = {key: definition[key] for key in ("label", "plural_label", "icon", "hue")}
        entry = self.add(api, body)
        if entry.body is not None:
            entry.name_field = definition["name_field"]
        for field_api, described in definition["fields"].items():
            field_body = {key: value for key, value in described.items() if key != "name"}
            target = api_of(described["object"]) if described["type"] == "lookup" else None
            self.add_field(entry, field_api, field_body, name=described["name"], target=target)


def _own_field(name: str, body: Mapping[str, Any]) -> OwnField:
    is_required = bool(body.get("required")) or body["type"] == "master_detail"
    return OwnField(name=name, is_required=is_required, is_writable=body["type"] not in _COMPUTED)


@cache
def standard_objects() -> Mapping[str, Any]:
    """standard_objects.yaml."""
    text = files("trellis.interchange.sfdx").joinpath("standard_objects.yaml").read_text("utf-8")
    return dict(yaml.safe_load(text))


def api_of(name: str) -> str:
    """The Salesforce name of one of the standard objects, by ours."""
    return next(api for api in standard_objects() if object_name(api) == name)
