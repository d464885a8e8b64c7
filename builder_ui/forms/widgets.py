"""A field and what is typed in it -> the widget that shows it: one for each field type."""

from __future__ import annotations

from dataclasses import dataclass, replace

from builder_ui.display import is_number
from builder_ui.forms.model import Widget
from builder_ui.forms.typed import PREFIX, Typed
from builder_ui.lists.model import Choice
from builder_ui.objects import object_link
from builder_ui.record_types import RecordKind
from builder_ui.visit import Visit
from metamodel.definitions import Object
from metamodel.fields.choice import CheckboxField, MultiPicklistField, PicklistField
from metamodel.fields.compound import GeolocationField
from metamodel.fields.contact import EmailField, PhoneField, UrlField
from metamodel.fields.field import Field
from metamodel.fields.number import CurrencyField, NumberField, PercentField
from metamodel.fields.reference import LookupField
from metamodel.fields.text import LongTextField, TextAreaField, TextField
from metamodel.fields.time import DateField, DatetimeField, TimeField


@dataclass(frozen=True, slots=True)
class Widgets:
    """Builds the widgets of one form."""

    visit: Visit
    kind: RecordKind

    @property
    def object(self) -> Object:
        return self.kind.object

    def build(
        self, field: Field, typed: Typed, error: str | None = None, candidates: tuple[Choice, ...] = ()
    ) -> Widget:
        base = Widget(
            kind="input",
            id=f"f-{field.name}",
            name=PREFIX + field.name,
            label=self.visit.labels.field(self.object, field),
            help=self.visit.labels.help(self.object, field),
            text=typed.text,
            error=error,
            is_required=field.required,
        )
        match field:
            case CheckboxField():
                return replace(base, kind="checkbox", is_on=typed.is_on)
            case MultiPicklistField():
                return replace(base, kind="checks", choices=self._values(field, typed.chosen), is_wide=True)
            case PicklistField():
                return self._picklist(base, field, typed)
            case LookupField():
                return self._lookup(base, field, typed, candidates)
            case GeolocationField():
                return replace(base, kind="place", second_text=typed.second)
            case NumberField():
                return self._number(base, field)
            case TextField():
                return self._text(base, field)
        return replace(base, type=_time_type(field))

    def fixed(self, field: Field, text: str) -> Widget:
        """A value that is computed or kept by the platform."""
        words = self.visit.words
        return Widget(
            kind="fixed",
            id=f"f-{field.name}",
            name="",
            label=self.visit.labels.field(self.object, field),
            text=text,
            is_number=is_number(field),
            help=words.say("Kept by Trellis") if field.is_stored else words.say("Computed by a formula"),
        )

    def _values(self, field: PicklistField, chosen: tuple[str, ...]) -> tuple[Choice, ...]:
        """The values that are offered, and those that are chosen although they are not any more."""
        known = self.kind.offered(field)
        names = [*known, *(name for name in chosen if name and name not in known)]
        labels = self.visit.labels
        return tuple(
            Choice(value=name, label=labels.value(self.object, field, name), is_on=name in chosen) for name in names
        )

    def _picklist(self, base: Widget, field: PicklistField, typed: Typed) -> Widget:
        if not field.restricted:
            return replace(base, length=255)
        is_blank_offered = not (field.required and typed.text)
        return replace(
            base,
            kind="select",
            choices=self._values(field, (typed.text,)),
            blank_label=self.visit.words.say("– none –") if is_blank_offered else None,
        )

    def _lookup(self, base: Widget, field: LookupField, typed: Typed, candidates: tuple[Choice, ...]) -> Widget:
        target = self.visit.model.object(field.object)
        link = object_link(self.visit, target)
        return replace(
            base,
            kind="lookup",
            chosen=typed.chosen[0] if typed.chosen else "",
            target=link,
            placeholder=self.visit.words.say("Search %(plural)s", plural=link.plural_label.lower()),
            search_href=f"/app/{self.object.name}/lookup/{field.name}",
            choices=candidates,
        )

    def _number(self, base: Widget, field: NumberField) -> Widget:
        base = replace(base, is_number=True, mode="decimal" if field.scale else "numeric")
        if isinstance(field, CurrencyField):
            return replace(base, prefix=self.visit.formats.currency_symbol(field.currency))
        return replace(base, suffix="%") if isinstance(field, PercentField) else base

    def _text(self, base: Widget, field: TextField) -> Widget:
        if field.encrypted and not isinstance(field, TextAreaField):
            # What stands in it may be a mask, which is no e-mail address.
            return replace(base, autocomplete="off")
        match field:
            case LongTextField():
                return replace(base, kind="textarea", is_wide=True, rows=5)
            case TextAreaField():
                return replace(base, kind="textarea", is_wide=True, rows=3, length=field.length)
            case EmailField():
                return replace(base, type="email", autocomplete="off")
            case PhoneField():
                return replace(base, type="tel", autocomplete="off")
            case UrlField():
                return replace(base, type="text", mode="url", autocomplete="off")
        return replace(base, length=field.length, autocomplete="off")


def _time_type(field: Field) -> str:
    match field:
        case DatetimeField():
            return "datetime-local"
        case DateField():
            return "date"
        case TimeField():
            return "time"
    return "text"
