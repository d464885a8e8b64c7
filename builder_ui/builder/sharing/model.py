"""What the page of an object's sharing shows: how open its records are, the rules that open them, the restrictions that keep them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from builder_ui.builder.model import BuiltObject, State
from builder_ui.forms.model import Widget
from builder_ui.lists.model import Choice, Tab
from builder_ui.principals import PrincipalPicker, ShownPrincipal

Part = Literal["rules", "restrictions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """`sentence`: its condition in words, with `formula`; or `owned_by`. `people`: whom it shares with or holds for, () for everybody a
    restriction can be about. `reach`: how many records it opens or leaves now, "" where that is not known; `problem`: why it holds for no
    record; `undo`: whether the button takes the removal back."""

    name: str
    label: str
    sentence: str
    formula: str
    owned_by: tuple[ShownPrincipal, ...]
    people: tuple[ShownPrincipal, ...]
    access: str
    reach: str
    package: str
    state: State
    edit_href: str
    remove_action: str
    remove_label: str
    undo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDrawer:
    """A rule, or a restriction, being written. `ways`: by a condition or by the owner, () where there is one way only."""

    title: str
    subtitle: str
    action: str
    close_href: str
    is_rule: bool
    widgets: tuple[Widget, ...]
    ways: tuple[Choice, ...]
    formula: Widget
    owned_by: PrincipalPicker | None
    people: PrincipalPicker
    access: Widget | None
    cost: str
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingPage:
    """`default`: how open the records are without any rule; `openness`: where the organization says so for an object of a package, None
    unless that was asked for; `closed`: why there can be no rules, "" where there can; `seen_by`: where one
    sees what the draft comes to, person by person."""

    object: BuiltObject
    facts: tuple[str, ...]
    tabs: tuple[Tab, ...]
    records_href: str | None
    remove_action: str | None
    problems: tuple[str, ...]
    default: str
    default_hint: str
    settings_href: str
    openness: Widget | None
    openness_action: str
    closed: str
    add_rule_href: str
    add_restriction_href: str
    rules: tuple[RuleRow, ...]
    restrictions: tuple[RuleRow, ...]
    access_href: str
    drawer: RuleDrawer | None
    errors: tuple[str, ...] = ()
