"""All field types by name. To add a type is to add one class and name it here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from metamodel.fields.choice import CheckboxField, MultiPicklistField, PicklistField
from metamodel.fields.compound import GeolocationField
from metamodel.fields.computed import FormulaField
from metamodel.fields.contact import EmailField, PhoneField, UrlField
from metamodel.fields.field import Field
from metamodel.fields.number import AutoNumberField, CurrencyField, NumberField, PercentField
from metamodel.fields.reference import LookupField, MasterDetailField
from metamodel.fields.text import LongTextField, TextAreaField, TextField
from metamodel.fields.time import DateField, DatetimeField, TimeField

FieldTypes = Mapping[str, type[Field]]


def build_field_types() -> FieldTypes:
    """The types a source file may name, in the order a person is offered them."""
    classes: tuple[type[Field], ...] = (
        TextField,
        TextAreaField,
        LongTextField,
        EmailField,
        PhoneField,
        UrlField,
        NumberField,
        CurrencyField,
        PercentField,
        DateField,
        DatetimeField,
        TimeField,
        CheckboxField,
        PicklistField,
        MultiPicklistField,
        LookupField,
        MasterDetailField,
        AutoNumberField,
        GeolocationField,
        FormulaField,
    )
    return MappingProxyType({field_type.type_name: field_type for field_type in classes})


FIELD_TYPES = build_field_types()
