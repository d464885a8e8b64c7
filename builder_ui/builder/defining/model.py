"""What the lists of roles, teams, permission sets and groups of them show, and the drawer in which one of them is defined."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.builder.model import State
from builder_ui.faces import Face
from builder_ui.forms.model import Widget
from builder_ui.lists.model import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRow:
    """`href`: of its members, "" for one that is not deployed yet; `edit_href`, `remove_action`: "" for what a package brings; `undo`:
    whether the button takes back what the draft does. `faces`: of the first few who have it; `count`: of all; `names`: all of them, to be
    read out. `fact`: what there is to say beside."""

    name: str
    label: str
    href: str
    package: str
    state: State
    faces: tuple[Face, ...]
    count: int
    names: str
    fact: str = ""
    edit_href: str = ""
    edit_label: str = ""
    remove_action: str = ""
    remove_label: str = ""
    undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleNode:
    """`add_href`: where a role below it is made."""

    row: DefinitionRow
    add_href: str
    add_label: str
    below: tuple[RoleNode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionDrawer:
    """`sets`: the permission sets of a group, () for what has none; `note`: what it comes to."""

    title: str
    file: str
    action: str
    close_href: str
    widgets: tuple[Widget, ...]
    sets: tuple[Choice, ...]
    sets_error: str
    note: str
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionList:
    """`in_draft`: permission sets that are not deployed yet, by address; `new_href`: where one is made; `fact_label`: the heading of
    the rows' facts, "" where they have none. `access_href`: where one sees what the draft comes to, person by person."""

    title: str
    about: str
    empty_title: str
    empty_text: str
    icon: str
    rows: tuple[DefinitionRow, ...]
    tree: tuple[RoleNode, ...] = ()
    new_href: str = ""
    new_label: str = ""
    fact_label: str = ""
    in_draft: tuple[Choice, ...] = ()
    access_href: str = ""
    problems: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    drawer: DefinitionDrawer | None = None
