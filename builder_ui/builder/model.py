"""What the builder's pages show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from builder_ui.forms.model import Widget
from builder_ui.lists.model import Tab

State = Literal["live", "new", "changed", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftBar:
    """The amber bars: how many components wait, and how many problems this version has with what is deployed."""

    count: int
    problem_count: int = 0
    is_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltObject:
    name: str
    label: str
    icon: str
    hue: int | None
    href: str
    field_count: int
    package: str
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectList:
    objects: tuple[BuiltObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectForm:
    title: str
    action: str
    cancel_href: str
    widgets: tuple[Widget, ...]
    icons: tuple[str, ...]
    icon: str
    hues: tuple[int, ...]
    hue: int
    cost: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    icon: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltField:
    name: str
    label: str
    icon: str
    type_label: str
    note: str
    marks: tuple[Mark, ...]
    state: State
    edit_href: str | None
    remove_action: str | None
    remove_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """`note`: of a layout, which records it is for."""

    icon: str
    label: str
    path: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeChoice:
    icon: str
    label: str
    href: str
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDrawer:
    """`types`: what a new field may be, () when the field is there already."""

    title: str
    subtitle: str
    action: str
    close_href: str
    types: tuple[TypeChoice, ...]
    type_name: str
    widgets: tuple[Widget, ...]
    cost_tone: str
    cost_icon: str
    cost_title: str
    cost_text: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPage:
    """`fields` None: the page shows `parts`, source files, instead."""

    object: BuiltObject
    facts: tuple[str, ...]
    tabs: tuple[Tab, ...]
    fields: tuple[BuiltField, ...] | None
    parts: tuple[SourceFile, ...]
    add_href: str
    records_href: str | None
    remove_action: str | None
    note: str
    problems: tuple[str, ...]
    drawer: FieldDrawer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A tile of the plan: how many steps of one cost."""

    cost: str
    icon: str
    tone: str
    title: str
    text: str
    is_there: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OffendingRow:
    """`href`: the record it is, None when the row is not one record."""

    href: str | None
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offending:
    heads: tuple[str, ...]
    rows: tuple[OffendingRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNote:
    """What a change comes to. `opens`: somebody may see or do more."""

    text: str
    icon: str
    opens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """`question`: what must be agreed to before a deploy, under `key`."""

    key: str
    summary: str
    target: str
    cost: str
    text: str = ""
    offending: Offending | None = None
    notes: tuple[ShownNote, ...] = ()
    question: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepGroup:
    cost: str
    icon: str
    tone: str
    title: str
    tag: str
    steps: tuple[ShownStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    icon: str
    tone: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFile:
    path: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProblem:
    place: str
    text: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    title: str
    text: str
    href: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """`here`: the page's address, which is also where it is sent to deploy; `fingerprint`: what was looked at, so that nothing else is
    deployed; `nothing`: instead of a plan; `asks_why`: whether a summary may be given; `access_href`: where one sees who would see more or
    less."""

    title: str
    here: str
    subtitle: str
    fingerprint: str
    asks_why: bool = False
    summary: str = ""
    sums: tuple[Sum, ...] = ()
    groups: tuple[StepGroup, ...] = ()
    files: tuple[DraftFile, ...] = ()
    checks: tuple[Check, ...] = ()
    errors: tuple[PlanProblem, ...] = ()
    error_title: str = ""
    can_deploy: bool = False
    deploy_label: str = ""
    way_back: str = ""
    nothing: Nothing | None = None
    deployed: bool = False
    access_href: str = ""
