"""An explanation -> the parts that a reader is shown: fields by their labels, values as the record page has them, constants left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from babel.dates import format_time
from babel.numbers import format_decimal

from builder_ui.columns import resolve_column
from builder_ui.display import EMPTY, Display, Shown
from builder_ui.formats import Formats
from builder_ui.formulas.model import Part
from builder_ui.labels import Labels
from metamodel.definitions import Object
from metamodel.fields.field import Field
from rule_engine.targets.explain import Explanation
from rule_engine.types import Kind

FIELD = "field"
ID_LENGTH = 8
LONGEST_CODE = 160


@dataclass(frozen=True, slots=True)
class PartsOf:
    """Over the records of `thing`."""

    labels: Labels
    formats: Formats
    now: datetime
    thing: Object

    def part(self, one: Explanation) -> Part:
        column = resolve_column(self.labels, self.thing, one.text.strip().lower()) if one.what == FIELD else None
        field = column.field if column and column.names is None else None
        left_out = self.labels.words.count("and %(num)d more row", "and %(num)d more rows", one.rows_left_out)
        return Part(
            code=_shortened(one.text),
            label=column.label if column else "",
            shown=EMPTY
            if one.is_skipped or one.failure
            else self.value(one.value, column.object, field)
            if column and field
            else self.plain(one.value, one.kind),
            state=_state(one),
            problem=one.failure.message if one.failure else "",
            parts=tuple(self.part(child) for child in one.children if child.what != "constant"),
            left_out=left_out if one.rows_left_out else "",
        )

    def value(self, value: Any, owner: Object, field: Field) -> Shown:
        """The value of a field, as the record page shows it."""
        return Display(self.labels, self.formats, self.now).value(owner, field, value)

    def plain(self, value: Any, kind: Kind) -> Shown:
        """A value that belongs to no field."""
        if value is None or value == "" or value == ():
            return EMPTY
        if isinstance(value, bool):
            words = self.labels.words
            return Shown(kind="text", text=words.say("true") if value else words.say("false"))
        return Shown(kind="text", text=self._text(value, kind))

    def _text(self, value: Any, kind: Kind) -> str:
        match value:
            case Decimal():
                return str(format_decimal(value, locale=self.formats.code, decimal_quantization=False))
            case datetime():
                return self.formats.moment(value)
            case date():
                return self.formats.day(value)
            case time():
                return str(format_time(value, "HH:mm:ss", locale=self.formats.code))
            case tuple() | list():
                return ", ".join(self._text(one, kind) for one in value)
        text = str(value)
        return f"{text[:ID_LENGTH]}…" if kind is Kind.ID and len(text) > ID_LENGTH else text


def _state(one: Explanation) -> Any:
    if one.is_skipped:
        return "skipped"
    if one.failure:
        return "failed"
    if one.kind is Kind.BOOLEAN:
        return "met" if one.value else "unmet"
    return ""


def _shortened(code: str) -> str:
    line = " ".join(code.split())
    return line if len(line) <= LONGEST_CODE else f"{line[:LONGEST_CODE]}…"
