"""What the pages of approvals show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from builder_ui.display import Fact
from builder_ui.faces import Face
from builder_ui.objects import ObjectLink

Tone = Literal["", "ok", "bad", "now", "ahead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the ladder: what happened, who is asked, or what is ahead. `note`: said below it; `quote`: what somebody said;
    `formula`: the condition that decided."""

    icon: str
    tone: Tone
    title: str
    note: str = ""
    quote: str = ""
    formula: str = ""
    at: str = ""
    at_iso: str = ""
    at_full: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestItem:
    """A request in a list. `tag`: how it stands, where that is not plain from the list."""

    href: str
    title: str
    detail: str
    face: Face
    at: str
    at_iso: str
    at_full: str
    tag: str = ""
    tone: Literal["", "ok", "bad", "warn"] = ""
    icon: str = ""
    is_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The form to decide with. `acts`: approve, reject, delegate, recall; `people`: to whom it could be delegated; `whose`: whose vote
    that could be, where it is not just one's own; `comment`: as typed; `back`: where one goes afterwards."""

    action: str
    acts: frozenset[str]
    people: tuple[Choice, ...]
    whose: tuple[Choice, ...]
    back: str
    reader: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A condition that led here. `sentence`: the same in words; `values`: what it read."""

    formula: str
    sentence: str
    values: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """One request. `reason`: what was said when it was submitted."""

    label: str
    object: ObjectLink
    record_title: str
    record_href: str | None
    tag: str
    tag_tone: str
    tag_icon: str
    submitted_by: str
    submitted_at: str
    submitted_at_full: str
    reason: str
    facts: tuple[Fact, ...]
    process: str
    checks: tuple[Check, ...]
    rungs: tuple[Rung, ...]
    decision: Decision
    problem: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    label: str
    href: str
    is_on: bool
    count: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalsPage:
    """`is_detail`: whether one request was asked for, which is all that a phone shows then."""

    tabs: tuple[Tab, ...]
    items: tuple[RequestItem, ...]
    opened: RequestView | None
    is_detail: bool
    list_href: str
    empty_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An earlier request of a record."""

    label: str
    href: str
    tag: str
    tone: str
    at: str
    at_iso: str
    at_full: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPanel:
    """Of a record's page. `opened`: the request that is pending, `open_href` its page; `submittable`: what it could be submitted for."""

    opened: RequestView | None
    open_href: str
    submit_action: str
    submittable: tuple[Choice, ...]
    past: tuple[Past, ...]
