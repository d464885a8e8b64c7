"""A record's values -> what a page shows of them: text by locale, pills for picklists, links for records, faces for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from builder_ui.columns import ShownColumn
from builder_ui.faces import Face, face_of
from builder_ui.formats import Formats
from builder_ui.labels import Labels
from builder_ui.markup import link_of
from metamodel.definitions import Object
from metamodel.fields.choice import CheckboxField, MultiPicklistField, PicklistField
from metamodel.fields.computed import FormulaField
from metamodel.fields.contact import EmailField, PhoneField, UrlField
from metamodel.fields.field import Field
from metamodel.fields.number import NumberField
from metamodel.fields.system import VersionField
from metamodel.fields.text import LongTextField, TextAreaField
from metamodel.fields.time import DateField, DatetimeField

Kind = Literal["empty", "hidden", "text", "long", "pill", "pills", "person", "check", "record", "web", "link"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One value as it is shown. `hue` belongs to pills, `person` to people, `items` to several pills; `title` says in full
    what the text says in short."""

    kind: Kind
    text: str = ""
    hue: int | None = None
    href: str | None = None
    person: Face | None = None
    items: tuple[Shown, ...] = ()
    is_true: bool = False
    title: str = ""


EMPTY = Shown(kind="empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A value with its label."""

    label: str
    shown: Shown


@dataclass(frozen=True, slots=True)
class Display:
    labels: Labels
    formats: Formats
    now: datetime

    def list_cell(self, column: ShownColumn, row: Mapping[str, Any]) -> Shown:
        """As `cell`, with moments said in short."""
        value = row.get(column.path)
        if isinstance(value, datetime):
            return Shown(kind="text", text=self.formats.since(value, self.now), title=self.formats.moment(value))
        return self.cell(column, row)

    def cell(self, column: ShownColumn, row: Mapping[str, Any]) -> Shown:
        """The value of a column in a fetched row."""
        if column.names is None:
            return self.value(column.object, column.field, row.get(column.path))
        record_id = row.get(column.id_path)
        if record_id is None:
            return EMPTY
        if column.there_path and column.there_path in row and row[column.there_path] is None:
            words = self.labels.words
            return Shown(kind="hidden", text=words.say("Not visible"), title=words.say("You may not see this record."))
        return self.reference(column.names, record_id, row.get(column.name_path))

    def reference(self, target: Object, record_id: str, name: Any) -> Shown:
        text = str(name or "").strip() or self.labels.words.say("(no name)")
        if target.name == "user":
            return Shown(kind="person", text=text, person=face_of(record_id, text))
        return Shown(kind="record", text=text, href=f"/app/{target.name}/{record_id}")

    def value(self, thing: Object, field: Field, value: Any) -> Shown:
        """A value of `field`, which is not a look-up."""
        if isinstance(field, FormulaField):
            field = field.result
            link = link_of(value) if isinstance(value, str) else None
            if link is not None:
                return Shown(kind="web", text=link.text or _short(link.href), href=link.href)
        if isinstance(field, CheckboxField):
            words = self.labels.words
            return Shown(kind="check", text=words.say("Yes") if value else words.say("No"), is_true=bool(value))
        if value is None or value == () or value == "":
            return EMPTY
        if isinstance(field, MultiPicklistField):
            return Shown(kind="pills", items=tuple(self._pill(thing, field, name) for name in value))
        if isinstance(field, PicklistField):
            return self._pill(thing, field, value)
        if field.name == "owner_queue":
            queue = self.labels.model.queues.get(value)
            return Shown(kind="text", text=self.labels.queue(queue) if queue else str(value))
        return self._plain(field, value)

    def _plain(self, field: Field, value: Any) -> Shown:
        text = self.text(field, value)
        if field.encrypted:
            return Shown(kind="long" if "\n" in text else "text", text=text)
        if isinstance(field, EmailField):
            return Shown(kind="link", text=text, href=f"mailto:{value}")
        if isinstance(field, PhoneField):
            return Shown(kind="link", text=text, href=f"tel:{''.join(c for c in value if c in '+0123456789')}")
        if isinstance(field, UrlField):
            return Shown(kind="web", text=_short(text), href=str(value))
        if isinstance(field, TextAreaField) and ("\n" in text or len(text) > 120):
            return Shown(kind="long", text=text)
        if isinstance(field, LongTextField):
            return Shown(kind="text", text=text)
        return Shown(kind="text", text=text)

    def text(self, field: Field, value: Any) -> str:
        """A value as plain text, "" for blank."""
        if isinstance(field, FormulaField):
            field = field.result
        if isinstance(field, DatetimeField) and isinstance(value, datetime):
            return self.formats.moment(value)
        if isinstance(field, DateField) and isinstance(value, date):
            return self.formats.day(value)
        if isinstance(field, VersionField):
            return self.formats.number(value)
        return field.format(value, self.formats.locale)

    def _pill(self, thing: Object, field: PicklistField, name: str) -> Shown:
        known = next((value for value in field.values if value.name == name), None)
        return Shown(kind="pill", text=self.labels.value(thing, field, name), hue=known.hue if known else None)


def is_number(field: Field) -> bool:
    """Whether its values stand right in a column."""
    if isinstance(field, FormulaField):
        field = field.result
    return isinstance(field, NumberField)


def _short(address: str) -> str:
    return address.removeprefix("https://").removeprefix("http://").rstrip("/")
