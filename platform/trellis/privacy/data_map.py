"""Model -> where personal data is, and what erasing a person would do to it. Reads no record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from metamodel.definitions import Object
from metamodel.fields.contact import EmailField, PhoneField
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField
from metamodel.fields.text import TextField
from metamodel.model import Model
from metamodel.personal_data import Erasure, PersonalData

Effect = Literal["emptied", "replaced", "kept", "computed"]
"""`replaced`: a text that must be there gets one that says nothing. `kept`: links, numbers that the platform gives, and what must be
there and is no text. `computed`: it goes with what it is computed from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedField:
    field: Field
    category: PersonalData
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedObject:
    """`links`: the lookups that say whose record it is. `unmarked`: addresses and phone numbers that nobody marked."""

    object: Object
    fields: tuple[MarkedField, ...]
    links: tuple[LookupField, ...]
    unmarked: tuple[Field, ...]

    @property
    def erasure(self) -> Erasure:
        return self.object.erasure

    @property
    def erasable(self) -> tuple[Field, ...]:
        """The fields that erasing changes."""
        return tuple(one.field for one in self.fields if one.effect in ("emptied", "replaced"))


def data_map(model: Model) -> tuple[MarkedObject, ...]:
    """The objects that hold personal data, look as if they did, or whose records are kept only so long; by name."""
    found = (marked_object(target) for _, target in sorted(model.objects.items()) if not target.is_system)
    return tuple(one for one in found if one.fields or one.links or one.unmarked or one.object.retention)


def marked_object(target: Object) -> MarkedObject:
    return MarkedObject(
        object=target,
        fields=tuple(_fields(target)),
        links=tuple(field for field in target.fields.values() if _is_link(field)),  # type: ignore[misc]  # it says so
        unmarked=tuple(
            field
            for field in target.fields.values()
            if field.personal_data is None and isinstance(field, EmailField | PhoneField)
        ),
    )


def _is_link(field: Field) -> bool:
    return isinstance(field, LookupField) and field.personal_data is not None


def _fields(target: Object) -> Iterator[MarkedField]:
    for field in target.fields.values():
        if field.personal_data is not None and not _is_link(field):
            yield MarkedField(field=field, category=field.personal_data, effect=effect_of(field))


def effect_of(field: Field) -> Effect:
    if not field.is_stored:
        return "computed"
    if not field.is_writable:
        return "kept"
    if not field.required:
        return "emptied"
    return "replaced" if isinstance(field, TextField) else "kept"
