"""The field types as the builder offers them: an icon, a word, and what a field's options say in short."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from builder_ui.labels import Labels
from builder_ui.translation import Words
from metamodel.fields.choice import PicklistField
from metamodel.fields.computed import FormulaField
from metamodel.fields.field import Field
from metamodel.fields.number import AutoNumberField, NumberField
from metamodel.fields.reference import LookupField
from metamodel.fields.text import LongTextField, TextField

# icons: letter-case align-left text-wrap mail phone link number-123 cash percentage calendar-event calendar-clock clock square-check
# icons: list-check checklist arrow-up-right sitemap hash map-pin math-function id user box
ICONS: Mapping[str, str] = {
    "text": "letter-case",
    "text_area": "text-wrap",
    "long_text": "align-left",
    "email": "mail",
    "phone": "phone",
    "url": "link",
    "number": "number-123",
    "currency": "cash",
    "percent": "percentage",
    "date": "calendar-event",
    "datetime": "calendar-clock",
    "time": "clock",
    "checkbox": "square-check",
    "picklist": "list-check",
    "multi_picklist": "checklist",
    "lookup": "arrow-up-right",
    "master_detail": "sitemap",
    "auto_number": "hash",
    "geolocation": "map-pin",
    "formula": "math-function",
    "id": "id",
    "version": "history",
}


def icon_of(field: Field) -> str:
    if isinstance(field, LookupField) and field.object == "user":
        return "user"
    return ICONS.get(field.type_name, "box")


def type_label(words: Words, type_name: str) -> str:
    named: Mapping[str, Callable[[], str]] = {
        "text": lambda: words.say("Text"),
        "text_area": lambda: words.say("Lines"),
        "long_text": lambda: words.say("Long text"),
        "email": lambda: words.say("E-mail"),
        "phone": lambda: words.say("Phone"),
        "url": lambda: words.say("Web address"),
        "number": lambda: words.say("Number"),
        "currency": lambda: words.say("Currency"),
        "percent": lambda: words.say("Percent"),
        "date": lambda: words.say("Date"),
        "datetime": lambda: words.say("Date, time"),
        "time": lambda: words.say("Time"),
        "checkbox": lambda: words.say("Checkbox"),
        "picklist": lambda: words.say("Picklist"),
        "multi_picklist": lambda: words.say("Several"),
        "lookup": lambda: words.say("Lookup"),
        "master_detail": lambda: words.say("Part of"),
        "auto_number": lambda: words.say("Auto number"),
        "geolocation": lambda: words.say("Place"),
        "formula": lambda: words.say("Formula"),
        "id": lambda: words.say("ID"),
        "version": lambda: words.say("Version"),
    }
    return named[type_name]() if type_name in named else type_name


def note_of(labels: Labels, field: Field) -> str:
    """What stands in grey beside the type: "120", "7 values", "Account"."""
    match field:
        case FormulaField():
            return type_label(labels.words, field.returns).lower()
        case PicklistField():
            return labels.words.count("%(num)d value", "%(num)d values", len(field.active_values))
        case LookupField():
            target = labels.model.find_object(field.object)
            return labels.object(target) if target else field.object
        case AutoNumberField():
            return field.format_text
        case NumberField():
            return f"{field.precision}, {field.scale}" if field.scale else str(field.precision)
        case LongTextField():
            return ""
        case TextField() if field.type_name in ("text", "text_area"):
            return str(field.length)
    return ""
