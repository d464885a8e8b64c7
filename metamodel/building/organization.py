"""The bodies of what is one for the whole organization -> definitions: labels, settings, currencies, the organization itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from metamodel.building.fields import build_field
from metamodel.component import Component
from metamodel.definitions import Currencies, Label, Organization, Purpose, Setting
from metamodel.fields.field import Field, FieldValueError
from metamodel.picklist_values import PicklistValue


def build_labels(component: Component) -> Iterator[Label]:
    for name, text in (component.body or {}).items():
        yield Label(name=name, text=text, owner=component.owner)


def build_currencies(component: Component) -> Currencies:
    body = component.body or {}
    rates = {code: Decimal(rate) for code, rate in body.get("rates", {}).items()}
    return Currencies(corporate=body["corporate"], rates=MappingProxyType(rates), owner=component.owner)


def build_organization(component: Component) -> Organization:
    body = dict(component.body or {})
    consents = {
        name: Purpose(**purpose | {"name": name, "objects": tuple(purpose["objects"])})
        for name, purpose in body.get("consents", {}).items()
    }
    body |= {"allowed_origins": tuple(body.get("allowed_origins", ())), "consents": MappingProxyType(consents)}
    return Organization(**body, owner=component.owner)


def build_setting(
    component: Component, others: Sequence[Component], picklists: Mapping[str, Sequence[PicklistValue]]
) -> Setting:
    """`others`: the files of other owners that give values, the last one's win. What a field does not take is blank here and
    reported by the checks."""
    body = component.body or {}
    fields = {
        name: build_field(name, field, component.owner, picklists) for name, field in body.get("fields", {}).items()
    }
    given: dict[str, Any] = {}
    for source in (component, *others):
        given |= (source.body or {}).get("values", {})
    return Setting(
        name=component.name,
        label=body.get("label", component.name),
        description=body.get("description"),
        fields=MappingProxyType(fields),
        values=MappingProxyType({name: _parsed(field, given.get(name)) for name, field in fields.items()}),
        owner=component.owner,
    )


def _parsed(field: Field, value: Any) -> Any:
    try:
        return field.parse(field.default if value is None else value)
    except FieldValueError:
        return None
