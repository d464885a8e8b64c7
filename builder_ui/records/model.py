"""What the record page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from builder_ui.approvals.model import ApprovalPanel
from builder_ui.display import Fact, Shown
from builder_ui.lists.model import Head, Row
from builder_ui.objects import ObjectLink
from builder_ui.records.consent_card import ConsentCard


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownField:
    """`mark`: whether a formula computes it or the platform keeps it; `why_href`: where it is explained; `reveal`: the
    encrypted field whose value may be asked for."""

    label: str
    shown: Shown
    help: str = ""
    is_wide: bool = False
    mark: Literal["", "formula", "system"] = ""
    formula: str = ""
    why_href: str = ""
    reveal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSection:
    label: str
    columns: int
    fields: tuple[ShownField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    label: str
    value: str
    state: Literal["done", "now", "ahead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePath:
    label: str
    action: str
    steps: tuple[PathStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    id: str
    label: str
    object: ObjectLink
    columns: tuple[Head, ...]
    rows: tuple[Row, ...]
    count: str
    new_href: str | None
    all_href: str | None
    empty_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """`problem`: why the last thing one did was refused; `is_read_only`: the reader may change this record not at all, though others of
    the object; `type`: the record's type."""

    title: str
    object: ObjectLink
    list_href: str
    edit_href: str | None
    copy_href: str | None
    delete_action: str | None
    api_href: str | None
    version: int
    facts: tuple[Fact, ...]
    path: StagePath | None
    sections: tuple[ShownSection, ...]
    related: tuple[Related, ...]
    system: tuple[Fact, ...]
    reveal_action: str
    history_href: str
    sharing_href: str
    problem: tuple[str, ...] = ()
    approval: ApprovalPanel | None = None
    is_read_only: bool = False
    consents: ConsentCard | None = None
    type: Shown | None = None
    change_type_href: str | None = None
