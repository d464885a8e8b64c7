"""A layout, what is typed and what is wrong with it -> the form page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from builder_ui.forms.fields import form_fields
from builder_ui.forms.live import LiveForm, find_live_form
from builder_ui.forms.model import Clash, FormPage, FormSection, Widget
from builder_ui.forms.typed import NOTHING, TypedValues
from builder_ui.forms.widgets import Widgets
from builder_ui.layouts import placed_sections
from builder_ui.lists.model import Choice
from builder_ui.objects import object_link
from builder_ui.visit import Visit
from metamodel.definitions import Object
from metamodel.fields.field import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a form comes back: `fields` by name, `others` of the record as a whole."""

    fields: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    candidates: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    clash: Clash | None = None


NO_TROUBLE = Trouble()


def build_form(
    visit: Visit,
    thing: Object,
    typed: TypedValues,
    *,
    trouble: Trouble = NO_TROUBLE,
    record_id: str | None = None,
    title: str = "",
    version: int | None = None,
    back: str = "",
) -> FormPage:
    """`record_id` None: a new record."""
    words, link = visit.words, object_link(visit, thing)
    live = find_live_form(visit, thing, is_new=record_id is None)
    sections = _sections(visit, thing, typed, trouble, live, is_new=record_id is None)
    wrong = tuple(widget for section in sections for widget in section.widgets if widget.error)
    base = f"/app/{thing.name}"
    return FormPage(
        title=words.say("Edit %(name)s", name=title) if record_id else link.new_label,
        object=link,
        action=f"{base}/{record_id}/edit" if record_id else f"{base}/new",
        cancel_href=back or (f"{base}/{record_id}" if record_id else base),
        save_label=words.say("Save %(label)s", label=link.label.lower()),
        sections=sections,
        has_required=any(widget.is_required for section in sections for widget in section.widgets),
        can_save_and_new=record_id is None,
        version=version,
        back=back,
        errors=trouble.others,
        wrong=wrong,
        conflict=trouble.clash,
        live=live,
    )


def _sections(
    visit: Visit, thing: Object, typed: TypedValues, trouble: Trouble, live: LiveForm | None, *, is_new: bool
) -> tuple[FormSection, ...]:
    """The layout's sections that have something to type or to compute as one does; the first field that is wrong, else the first,
    gets the focus."""
    fields = form_fields(visit, thing)
    writable = {one.name for one in fields}
    focused = next((one.name for one in fields if one.name in trouble.fields), fields[0].name if fields else "")
    built = []
    for section in placed_sections(visit.labels, thing, visit.model.layout_for(thing.name)):
        widgets = [
            _widget(visit, thing, thing.fields[name], typed, trouble, is_focused=name == focused, is_new=is_new)
            if name in writable
            else Widgets(visit, thing).fixed(thing.fields[name], "")
            for name in section.fields
            if name in writable or (live is not None and name in live.shown)
        ]
        if widgets:
            built.append(FormSection(label=section.label, columns=section.columns, widgets=tuple(widgets)))
    return tuple(built)


def _widget(
    visit: Visit,
    thing: Object,
    shape: Field,
    typed: TypedValues,
    trouble: Trouble,
    *,
    is_focused: bool,
    is_new: bool,
) -> Widget:
    widget = Widgets(visit, thing).build(
        shape, typed.get(shape.name, NOTHING), trouble.fields.get(shape.name), trouble.candidates.get(shape.name, ())
    )
    if is_new and shape.name == "owner":
        widget = replace(widget, help=visit.words.say("You, unless a rule assigns it or you choose somebody."))
    return replace(widget, is_focused=is_focused)
