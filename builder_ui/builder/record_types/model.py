"""What the pages of an object's record types show."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.builder.model import BuiltObject, State
from builder_ui.forms.model import Widget
from builder_ui.lists.model import Choice, Tab


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRow:
    """`offers`: a line for each picklist of which not all is offered; `count`: how many records have the type, "" where none can yet;
    `undo`: whether the button takes the removal back; `package`: the label of the one that it comes from, "" for the tenant's own."""

    label: str
    name: str
    description: str
    layout: str
    offers: tuple[str, ...]
    count: str
    state: State
    is_default: bool
    is_active: bool
    edit_href: str
    remove_action: str
    remove_label: str
    undo: bool
    package: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypesPage:
    """`note`: whose they are, where not all are the tenant's own."""

    object: BuiltObject
    facts: tuple[str, ...]
    tabs: tuple[Tab, ...]
    records_href: str | None
    remove_action: str | None
    problems: tuple[str, ...]
    rows: tuple[TypeRow, ...]
    add_href: str
    note: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedValues:
    """What a type offers of one picklist. `is_all`: also the values to come; `default`: None for a picklist of several values."""

    label: str
    name: str
    note: str
    is_all: bool
    values: tuple[Choice, ...]
    default: Widget | None
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeForm:
    title: str
    object_label: str
    object_href: str
    types_href: str
    action: str
    widgets: tuple[Widget, ...]
    picklists: tuple[OfferedValues, ...]
    cost_tone: str
    cost_icon: str
    cost_title: str
    cost_text: str
    errors: tuple[str, ...]
