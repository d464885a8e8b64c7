"""What a form shows: widgets in sections, and what went wrong when it was last sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from builder_ui.forms.live import LiveForm
from builder_ui.formulas.editor import Editor
from builder_ui.lists.model import Choice
from builder_ui.objects import ObjectLink

Kind = Literal["input", "select", "textarea", "checkbox", "checks", "lookup", "place", "fixed", "formula"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """One field of a form. `text`: what stands in it, as it was typed; `chosen`: the id of a look-up's record; `choices`: the values
    to choose from, or the records that a look-up's text may mean; `editor`: of a formula, `sample`: the choice of a record to try it on."""

    kind: Kind
    id: str
    name: str
    label: str
    text: str = ""
    second_text: str = ""
    help: str = ""
    error: str | None = None
    is_required: bool = False
    is_wide: bool = False
    is_focused: bool = False
    is_number: bool = False
    is_on: bool = False
    type: str = "text"
    mode: str = ""
    autocomplete: str = ""
    length: int | None = None
    rows: int = 4
    prefix: str = ""
    suffix: str = ""
    blank_label: str | None = None
    choices: tuple[Choice, ...] = ()
    chosen: str = ""
    placeholder: str = ""
    search_href: str = ""
    target: ObjectLink | None = None
    editor: Editor | None = None
    sample: Widget | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSection:
    label: str
    columns: int
    widgets: tuple[Widget, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that somebody else changed meanwhile."""

    label: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    title: str
    text: str
    fields: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormType:
    """The record type that the form is for. `choose_href`: where one chooses another, "" where there is none."""

    name: str
    value: str
    label: str
    choose_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeNote:
    """What another record type brings with it."""

    title: str
    text: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """`errors`: of the record as a whole; `wrong`: the widgets with an error, for the save bar."""

    title: str
    object: ObjectLink
    action: str
    cancel_href: str
    save_label: str
    sections: tuple[FormSection, ...]
    has_required: bool
    can_save_and_new: bool
    version: int | None = None
    back: str = ""
    errors: tuple[str, ...] = ()
    wrong: tuple[Widget, ...] = ()
    conflict: Clash | None = None
    live: LiveForm | None = None
    type: FormType | None = None
    change: ChangeNote | None = None
