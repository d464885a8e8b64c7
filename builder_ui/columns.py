"""A column's path ("stage", "account.name") -> the field it shows, what must be fetched for it, and its place on a phone's card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from builder_ui.labels import Labels
from metamodel.definitions import Object
from metamodel.fields.choice import CheckboxField, PicklistField
from metamodel.fields.computed import FormulaField
from metamodel.fields.field import Field
from metamodel.fields.number import NumberField
from metamodel.fields.reference import LookupField
from metamodel.fields.text import TextField
from metamodel.fields.time import DateField, DatetimeField, TimeField

SHORT_TEXT = 12

Role = Literal["name", "number", "when", "pill", "person", "fact", "rest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownColumn:
    """`object` has the `field`. When the column shows a record by its name, `names` is that record's object, `id_path` and
    `name_path` what to fetch, and `field` the look-up; `there_path` is blank for a record that the reader may not see."""

    path: str
    label: str
    object: Object
    field: Field
    names: Object | None = None
    id_path: str = ""
    name_path: str = ""
    there_path: str = ""

    @property
    def fetched(self) -> tuple[str, ...]:
        if self.names is None:
            return (self.path,)
        return (self.id_path, self.name_path, *((self.there_path,) if self.there_path else ()))

    @property
    def shown_field(self) -> Field:
        return self.field.result if isinstance(self.field, FormulaField) else self.field

    @property
    def sort_path(self) -> str:
        return self.name_path if self.names else self.path


def resolve_column(labels: Labels, thing: Object, path: str) -> ShownColumn | None:
    """None when the path leads nowhere. "account" and "account.name" are the same column: the account by its name."""
    model = labels.model
    *lookups, last = path.split(".")
    owner = thing
    way: list[str] = []
    lookup: tuple[Object, LookupField] | None = None
    for part in lookups:
        field = owner.fields.get(part)
        if not isinstance(field, LookupField):
            return None
        lookup, owner = (owner, field), model.object(field.object)
        way.append(part)
    field = owner.fields.get(last)
    if field is None:
        return None
    if isinstance(field, LookupField):
        return _record_column(labels, path, owner, field)
    if lookup and last == owner.name_field:
        return _record_column(labels, ".".join(way), *lookup)
    label = labels.field(owner, field)
    if lookup:
        label = f"{labels.field(*lookup)}: {label}"
    return ShownColumn(path=path, label=label, object=owner, field=field)


def resolve_columns(labels: Labels, thing: Object, paths: Iterable[str]) -> tuple[ShownColumn, ...]:
    return tuple(column for column in (resolve_column(labels, thing, path) for path in paths) if column)


def _record_column(labels: Labels, path: str, owner: Object, field: LookupField) -> ShownColumn:
    target = labels.model.object(field.object)
    return ShownColumn(
        path=path,
        label=labels.field(owner, field),
        object=owner,
        field=field,
        names=target,
        id_path=path,
        name_path=f"{path}.{target.name_field}",
        there_path="" if target.is_system else f"{path}.id",
    )


def fetch_paths(columns: Sequence[ShownColumn], *others: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*others, *(path for column in columns for path in column.fetched)]))


def roles_of(thing: Object, columns: Sequence[ShownColumn]) -> tuple[Role, ...]:
    """Where each column goes on a phone's card: one of each role, the others are left out there."""
    taken: set[Role] = set()
    roles: list[Role] = []
    for column in columns:
        role = _role(thing, column)
        roles.append("rest" if role in taken else role)
        taken.add(role)
    if "name" not in taken and roles:
        roles[0] = "name"
    return tuple(roles)


def _role(thing: Object, column: ShownColumn) -> Role:
    field = column.shown_field
    if column.path == thing.name_field:
        return "name"
    if column.names:
        return "person" if column.names.name == "user" else "fact"
    if isinstance(field, NumberField):
        return "number"
    if isinstance(field, (DateField, DatetimeField)):
        return "when"
    return "pill" if isinstance(field, PicklistField) else "fact"


def width_of(thing: Object, column: ShownColumn) -> int | None:
    """In rem; None where the column takes what is left."""
    field = column.shown_field
    if column.path == thing.name_field:
        return 15
    if column.names:
        return 10 if column.names.name == "user" else None
    if isinstance(field, TextField) and field.length <= SHORT_TEXT:
        return 6
    widths: tuple[tuple[type[Field], int], ...] = (
        (CheckboxField, 6),
        (PicklistField, 9),
        (NumberField, 8),
        (DatetimeField, 8),
        (DateField, 8),
        (TimeField, 6),
    )
    return next((width for kind, width in widths if isinstance(field, kind)), None)
