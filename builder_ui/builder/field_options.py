"""The options of a field: a definition -> widgets, and what was typed in them -> a definition. One table for all field types."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from builder_ui.builder.field_types import type_label
from builder_ui.forms.model import Widget
from builder_ui.formulas.editor import Editor
from builder_ui.labels import Labels
from builder_ui.lists.model import Choice
from builder_ui.posted import whole_number
from builder_ui.translation import Words
from metamodel import FIELD_TYPES, Model
from metamodel.fields.computed import RESULT_TYPES
from metamodel.personal_data import CATEGORY_WORDS, PERSONAL_DATA
from metamodel.schema import field_schema

Body = dict[str, Any]
_FIRST_HUE, _NEXT_HUE = 210, 67


@dataclass(frozen=True, slots=True)
class Options:
    """`type_name`: of the field; `body`: its definition so far, {} for a new one; `name`: its API name, "" for a new one; `editor` and
    `sample`: of its formula, where it is to be edited."""

    words: Words
    model: Model
    type_name: str
    body: Mapping[str, Any]
    name: str = ""
    editor: Editor | None = None
    sample: Widget | None = None

    def widgets(self, form: FormData | None = None, errors: Mapping[str, str] | None = None) -> tuple[Widget, ...]:
        """With a form, what was typed in it; else what the definition says."""
        values = typed_values(form) if form is not None else self._current()
        return tuple(self._widget(one, values, errors or {}) for one in self._shown())

    def read(self, form: FormData) -> tuple[str, Body]:
        """The API name and the definition that were typed; what the drawer does not show stays as it was."""
        values = typed_values(form)
        body: Body = {**self.body, "type": self.type_name}
        for option in self._shown():
            if option.key == "name":
                continue
            value = option.read(values.get(option.key, ""), self.body)
            body.pop(option.key, None)
            if value is not None:
                body[option.key] = value
        if "picklist" in body:
            body.pop("values", None)
        return self.name or values.get("name", "").strip() or api_name(values.get("label", "")), body

    def _shown(self) -> tuple[_Option, ...]:
        field_type = FIELD_TYPES[self.type_name]
        allowed = {*field_type.own_properties, *field_type.shared_properties, "label", "help"}
        if not self.name:
            allowed.add("name")
        if "history" in field_schema(self.type_name)["properties"]:
            allowed.add("history")
        allowed.add("personal_data")
        return tuple(option for option in _options(self) if option.key in allowed)

    def _current(self) -> Mapping[str, str]:
        return {option.key: option.show(self.body.get(option.key)) for option in _options(self)}

    def _widget(self, option: _Option, values: Mapping[str, str], errors: Mapping[str, str]) -> Widget:
        text = values.get(option.key, "")
        return Widget(
            kind=option.kind,  # type: ignore[arg-type]  # one of Widget's kinds, said in _options
            id=f"o-{option.key}",
            name=f"f.{option.key}",
            label=option.label,
            text=text,
            help=option.help,
            error=errors.get(option.key),
            is_required=option.is_required,
            is_on=bool(text),
            is_wide=True,
            is_focused=option.key == "label" and not self.name,
            length=option.length,
            rows=option.rows,
            blank_label=option.blank,
            choices=tuple(Choice(value=value, label=label, is_on=value == text) for value, label in option.choices),
            editor=self.editor if option.kind == "formula" else None,
            sample=self.sample if option.kind == "formula" else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    """One property of a field. `show`: its value in the source -> text in the form; `read`: back, None to leave it out."""

    key: str
    label: str
    kind: str = "input"
    help: str = ""
    is_required: bool = False
    length: int | None = None
    rows: int = 4
    blank: str | None = None
    choices: tuple[tuple[str, str], ...] = ()
    show: Callable[[Any], str] = lambda value: "" if value is None else str(value)
    read: Callable[[str, Mapping[str, Any]], Any] = lambda text, _: text.strip() or None


def typed_values(form: FormData) -> Mapping[str, str]:
    return {
        name.removeprefix("f."): value
        for name, value in form.items()
        if name.startswith("f.") and isinstance(value, str)
    }


def api_name(label: str) -> str:
    """A name made of a label: "Cost centre" -> cost_centre."""
    return re.sub(r"^[^a-z]+|_+$", "", re.sub(r"[^a-z0-9]+", "_", label.lower()))[:40]


def _options(options: Options) -> tuple[_Option, ...]:
    words, labels = options.words, Labels(options.model, options.words)
    return (
        _Option(key="label", label=words.say("Label"), is_required=True, length=80),
        _Option(
            key="name",
            label=words.say("Name in formulas"),
            help=words.say("Lower-case letters, digits and underscores. It cannot be changed here later."),
            length=40,
        ),
        *_choices_of_values(words, options.model),
        *_references(words, options.model, labels),
        *_results(words),
        *_numbers(words),
        _Option(
            key="format",
            label=words.say("Format"),
            help=words.say("The zeros in braces are counted up, such as INV-{0000}."),
            is_required=True,
            length=40,
        ),
        _Option(key="length", label=words.say("Most characters"), read=_read_number, length=6),
        _Option(key="formula", label=words.say("Formula"), kind="formula", rows=5, is_required=True),
        _Option(key="help", label=words.say("Help below the field"), length=1000),
        _flag("required", words.say("Required")),
        _flag("unique", words.say("Unique")),
        _flag("indexed", words.say("Indexed: lists filter and sort fast by it")),
        *_encryption(words),
        _history(words),
        _personal_data(words),
    )


def _choices_of_values(words: Words, model: Model) -> tuple[_Option, ...]:
    shared = tuple((one.name, one.label) for one in model.picklists.values())
    own = _Option(
        key="values",
        label=words.say("Values"),
        kind="textarea",
        rows=6,
        help=words.say("One a line. Colours are given in turn; a value that is there keeps its own."),
        show=_show_values,
        read=_read_values,
    )
    if not shared:
        return (own,)
    blank = words.say("– its own, below –")
    return (_Option(key="picklist", label=words.say("Values from"), kind="select", blank=blank, choices=shared), own)


def _references(words: Words, model: Model, labels: Labels) -> tuple[_Option, ...]:
    objects = tuple((thing.name, labels.object(thing)) for thing in model.objects.values())
    on_delete = (
        ("clear", words.say("Leave this field empty")),
        ("restrict", words.say("Refuse while records point to it")),
        ("cascade", words.say("Delete the records, too")),
    )
    return (
        _Option(key="object", label=words.say("Points to"), kind="select", choices=objects, is_required=True),
        _Option(
            key="on_delete",
            label=words.say("When that record is deleted"),
            kind="select",
            choices=on_delete,
            show=lambda value: value or "clear",
        ),
        _Option(
            key="children_name",
            label=words.say("Name of its list in formulas"),
            help=words.say(
                "What formulas over that record call these records. Blank: the plural of this object's name."
            ),
            length=60,
        ),
    )


def _numbers(words: Words) -> tuple[_Option, ...]:
    currencies = tuple((code, code) for code in ("EUR", "USD", "CNY", "GBP", "CHF", "JPY", "SEK", "PLN", "INR", "AUD"))
    return (
        _Option(
            key="currency",
            label=words.say("Currency"),
            kind="select",
            choices=currencies,
            show=lambda value: value or "EUR",
        ),
        _Option(key="scale", label=words.say("Digits after the point"), read=_read_number, length=2),
    )


def _results(words: Words) -> tuple[_Option, ...]:
    """What a formula gives; builder.css shows what depends on it."""
    results = tuple((name, type_label(words, name)) for name in RESULT_TYPES)
    return (_Option(key="returns", label=words.say("Result"), kind="select", choices=results, is_required=True),)


def _encryption(words: Words) -> tuple[_Option, ...]:
    return (
        _flag("encrypted", words.say("Encrypted: shown by a mask, and in the clear to who asks")),
        _Option(
            key="mask",
            label=words.say("Mask of an encrypted field"),
            kind="select",
            help=words.say(
                "With one, whoever may read all fields sees it; without, only those see the dots who may ask."
            ),
            blank=words.say("– none –"),
            choices=(
                ("all", words.say("Dots only")),
                ("last4", words.say("The last four characters")),
                ("email", words.say("The first letter and the domain")),
            ),
        ),
    )


def _history(words: Words) -> _Option:
    kept = {"yes": True, "no": False}
    return _Option(
        key="history",
        label=words.say("History of changes"),
        kind="select",
        blank=words.say("– as the object says –"),
        choices=(("yes", words.say("Kept")), ("no", words.say("Not kept"))),
        show=lambda value: "" if value is None else "yes" if value else "no",
        read=lambda text, _: kept.get(text),
    )


def _personal_data(words: Words) -> _Option:
    return _Option(
        key="personal_data",
        label=words.say("Personal data"),
        kind="select",
        help=words.say(
            "What of a person it holds, for finding, exporting and erasing it. At a lookup: whose record this is."
        ),
        blank=words.say("– nothing of a person –"),
        choices=tuple((name, words.tell(CATEGORY_WORDS[name])) for name in PERSONAL_DATA),
    )


def _flag(key: str, label: str) -> _Option:
    return _Option(
        key=key,
        label=label,
        kind="checkbox",
        show=lambda value: "1" if value else "",
        read=lambda text, _: True if text else None,
    )


def _read_number(text: str, _: Mapping[str, Any]) -> Any:
    """A number; anything else stays as it was typed, so that the model says what is wrong with it."""
    trimmed = text.strip()
    number = whole_number(trimmed)
    return (trimmed or None) if number is None else number


def _show_values(value: Any) -> str:
    return "\n".join(_value_name(one) for one in value or ())


def _read_values(text: str, body: Mapping[str, Any]) -> Any:
    known: dict[str, Any] = {_value_name(one): one for one in body.get("values") or ()}
    names = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    values: Sequence[Any] = [known.get(name) or {"name": name, "hue": _hue(index)} for index, name in enumerate(names)]
    return list(values) or None


def _hue(index: int) -> int:
    return (_FIRST_HUE + index * _NEXT_HUE) % 360


def _value_name(value: Any) -> str:
    return str(value["name"]) if isinstance(value, Mapping) else str(value)
