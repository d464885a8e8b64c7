"""The bodies of objects and of their extensions -> Object definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from metamodel.access_definitions import ObjectSharing
from metamodel.building.fields import build_field
from metamodel.building.record_types import build_record_types, default_record_type, sources_of_types
from metamodel.component import Component
from metamodel.definitions import Index, Object, Validation
from metamodel.fields.choice import CheckboxField
from metamodel.fields.contact import EmailField, PhoneField
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField, MasterDetailField
from metamodel.fields.system import IdField, VersionField, system_fields
from metamodel.fields.text import TextField
from metamodel.fields.time import DatetimeField
from metamodel.personal_data import Retention
from metamodel.picklist_values import PicklistValue


def build_object(
    component: Component, extensions: Sequence[Component], picklists: Mapping[str, Sequence[PicklistValue]]
) -> Object:
    """`extensions`: of this object, in the order in which their fields follow its own. A field that is there already is kept."""
    body = component.body or {}
    fields: dict[str, Field] = {}
    for source in (component, *extensions):
        for name, field in (source.body or {}).get("fields", {}).items():
            fields.setdefault(name, build_field(name, field, source.owner, picklists))
    has_owner = body.get("owned", True)
    sources = sources_of_types(component, extensions)
    record_types, default = build_record_types(sources), default_record_type(sources)
    for system_field in system_fields(
        component.name,
        has_owner=has_owner,
        record_types=record_types.values(),
        default_record_type=default if default in record_types else None,
    ):
        fields.setdefault(system_field.name, system_field)
    return Object(
        name=component.name,
        label=body["label"],
        plural_label=body["plural_label"],
        name_field=body["name_field"],
        fields=MappingProxyType(fields),
        icon=body.get("icon", "box"),
        hue=body.get("hue"),
        description=body.get("description"),
        validations=tuple(
            Validation(name=name, **validation) for name, validation in body.get("validations", {}).items()
        ),
        indexes=tuple(_build_index(index) for index in body.get("indexes", ())),
        renamed_from=tuple(body.get("renamed_from", ())),
        has_owner=has_owner,
        sharing=body.get("sharing") or default_sharing(has_owner=has_owner, has_master=_has_master(fields.values())),
        history=body.get("history", False),
        erasure=body.get("erasure", "anonymize"),
        retention=tuple(Retention(name=name, **rule) for name, rule in body.get("retention", {}).items()),
        record_types=record_types,
        default_record_type=default,
        owner=component.owner,
    )


def build_user_object() -> Object:
    """The platform's own object: the people of the tenant."""
    fields: tuple[Field, ...] = (
        TextField(name="name", label="Name", required=True, is_system=True),
        EmailField(name="email", label="Email", required=True, unique=True, is_system=True),
        TextField(name="username", label="Username", required=True, unique=True, is_system=True),
        PhoneField(name="phone", label="Phone", is_system=True),
        TextField(name="chat_id", label="Chat ID", length=255, is_system=True),
        TextField(name="language", label="Language", length=20, is_system=True),
        TextField(name="time_zone", label="Time zone", length=64, is_system=True),
        LookupField(name="manager", label="Manager", object="user", is_system=True),
        CheckboxField(name="is_active", label="Active", is_system=True),
        CheckboxField(name="is_admin", label="Administrator", is_system=True),
        IdField(name="id", label="ID", object="user", is_system=True),
        DatetimeField(name="created_at", label="Created", is_system=True),
        DatetimeField(name="updated_at", label="Updated", is_system=True),
        VersionField(name="version", label="Version", is_system=True),
    )
    return Object(
        name="user",
        label="User",
        plural_label="Users",
        name_field="name",
        fields=MappingProxyType({field.name: field for field in fields}),
        icon="user",
        has_owner=False,
        sharing="read",
        is_system=True,
    )


def default_sharing(*, has_owner: bool, has_master: bool) -> ObjectSharing:
    """The sharing of an object that says nothing of it. `has_master`: a master_detail field."""
    if has_owner:
        return "private"
    return "controlled_by_parent" if has_master else "read_write"


def _has_master(fields: Iterable[Field]) -> bool:
    return any(isinstance(field, MasterDetailField) for field in fields)


def _build_index(body: Mapping[str, Any]) -> Index:
    return Index(fields=tuple(body["fields"]), unique=body.get("unique", False))
