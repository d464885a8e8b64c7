"""What the list page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from builder_ui.columns import Role
from builder_ui.display import Shown
from builder_ui.formulas.editor import Editor
from builder_ui.objects import ObjectLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    label: str
    href: str
    is_here: bool = False
    count: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A column's head. `width` in rem, None for what is left; `sorted`: "ascending", "descending" or None."""

    label: str
    is_number: bool
    width: int | None = None
    sorted: str | None = None
    sort_href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    shown: Shown
    role: Role
    is_number: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    href: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: str
    label: str
    is_on: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The second half of the add-filter form, for one field: `values` to tick, else an `input` of that type, else nothing."""

    operators: tuple[Choice, ...]
    values: tuple[Choice, ...] = ()
    input: str = ""
    text: str = ""
    step: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adder:
    """The add-filter form. `kept`: hidden fields, so that adding a filter keeps the view and the sort."""

    action: str
    list_href: str
    condition_href: str
    kept: tuple[tuple[str, str], ...]
    fields: tuple[Choice, ...]
    condition: Condition
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    text: str
    remove_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterBar:
    """`text`: the whole filter; `error`: what the parser says of it; `sentence`: what it says, for people."""

    chips: tuple[Chip, ...]
    text: str
    example: str
    adder: Adder
    editor: Editor
    error: str | None = None
    sentence: str = ""
    save_hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """What leaving out one condition would show."""

    text: str
    count_text: str
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    kind: Literal["first", "no_match", "bad_filter"]
    title: str
    text: str = ""
    clear_href: str = ""
    drops: tuple[Drop, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    title: str
    object: ObjectLink
    new_href: str | None
    new_label: str
    take_action: str | None
    here: str
    tabs: tuple[Tab, ...]
    filters: FilterBar
    columns: tuple[Head, ...]
    table_width: int
    rows: tuple[Row, ...]
    more_href: str | None
    shown_text: str
    empty: Empty | None
