"""A layout, what is typed and what is wrong with it -> the form page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from builder_ui.forms.choosing import choosing_href
from builder_ui.forms.fields import form_fields
from builder_ui.forms.live import LiveForm, find_live_form
from builder_ui.forms.model import Clash, FormPage, FormSection, FormType, Widget
from builder_ui.forms.type_change import NO_CHANGE, TypeChange
from builder_ui.forms.typed import NOTHING, PREFIX, TypedValues
from builder_ui.forms.widgets import Widgets
from builder_ui.layouts import placed_sections
from builder_ui.lists.model import Choice
from builder_ui.objects import object_link
from builder_ui.record_types import RecordKind
from builder_ui.visit import Visit
from metamodel.fields.field import Field
from metamodel.record_types import RECORD_TYPE


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
    kind: RecordKind,
    typed: TypedValues,
    *,
    trouble: Trouble = NO_TROUBLE,
    change: TypeChange = NO_CHANGE,
    record_id: str | None = None,
    title: str = "",
    version: int | None = None,
    back: str = "",
) -> FormPage:
    """`record_id` None: a new record."""
    thing = kind.object
    words, link = visit.words, object_link(visit, thing)
    live = find_live_form(visit, kind, is_new=record_id is None)
    focused = change.fields[0].name if change.fields else _focused(visit, kind, trouble)
    sections = _sections(visit, kind, typed, trouble, live, focused, is_new=record_id is None)
    if change.fields:
        sections = (_misfits(visit, kind, change, typed, trouble, focused), *sections)
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
        type=_type(visit, kind, record_id),
        change=change.note,
    )


def _type(visit: Visit, kind: RecordKind, record_id: str | None) -> FormType | None:
    if kind.type is None:
        return None
    return FormType(
        name=PREFIX + RECORD_TYPE,
        value=kind.type.name,
        label=visit.labels.record_type(kind.object, kind.type),
        choose_href=choosing_href(visit, kind, record_id),
    )


def _focused(visit: Visit, kind: RecordKind, trouble: Trouble) -> str:
    """The first field that is wrong, else the first."""
    fields = form_fields(visit, kind)
    return next((one.name for one in fields if one.name in trouble.fields), fields[0].name if fields else "")


def _sections(
    visit: Visit,
    kind: RecordKind,
    typed: TypedValues,
    trouble: Trouble,
    live: LiveForm | None,
    focused: str,
    *,
    is_new: bool,
) -> tuple[FormSection, ...]:
    """The layout's sections that have something to type or to compute as one does."""
    thing = kind.object
    writable = {one.name for one in form_fields(visit, kind)}
    built = []
    for section in placed_sections(visit.labels, thing, kind.layout):
        widgets = [
            _widget(visit, kind, thing.fields[name], typed, trouble, is_focused=name == focused, is_new=is_new)
            if name in writable
            else Widgets(visit, kind).fixed(thing.fields[name], "")
            for name in section.fields
            if name in writable or (live is not None and name in live.shown)
        ]
        if widgets:
            built.append(FormSection(label=section.label, columns=section.columns, widgets=tuple(widgets)))
    return tuple(built)


def _misfits(
    visit: Visit, kind: RecordKind, change: TypeChange, typed: TypedValues, trouble: Trouble, focused: str
) -> FormSection:
    """What the type does not offer and its layout does not show."""
    return FormSection(
        label=visit.words.say("What no longer fits"),
        columns=2,
        widgets=tuple(
            _widget(visit, kind, one, typed, trouble, is_focused=one.name == focused, is_new=False)
            for one in change.fields
        ),
    )


def _widget(
    visit: Visit,
    kind: RecordKind,
    shape: Field,
    typed: TypedValues,
    trouble: Trouble,
    *,
    is_focused: bool,
    is_new: bool,
) -> Widget:
    widget = Widgets(visit, kind).build(
        shape, typed.get(shape.name, NOTHING), trouble.fields.get(shape.name), trouble.candidates.get(shape.name, ())
    )
    if is_new and shape.name == "owner":
        widget = replace(widget, help=visit.words.say("You, unless a rule assigns it or you choose somebody."))
    return replace(widget, is_focused=is_focused)
