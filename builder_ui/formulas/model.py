"""What stands below an editor of formulas, the list of functions, and an explanation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from builder_ui.display import Shown
from builder_ui.objects import ObjectLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`place`: "line 2, column 5"."""

    text: str
    hint: str
    place: str
    is_warning: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of an explanation. `label`: what a field is called, "" for parts that are shown as `code`; `state` of a condition that
    was met or not, of a part that failed, or that nobody needed."""

    code: str
    label: str
    shown: Shown
    state: Literal["", "met", "unmet", "failed", "skipped"] = ""
    problem: str = ""
    parts: tuple[Part, ...] = ()
    left_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a formula gives for the record `name`. `failure`: why it gives nothing."""

    name: str
    shown: Shown
    failure: str
    whole: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Below the text. `state` is empty for no formula yet; `tag` says what it gives; `matches`: how many records a filter finds;
    `notes`: what to know of where it can run."""

    state: Literal["", "right", "wrong"]
    tag: str = ""
    sentence: str = ""
    findings: tuple[Finding, ...] = ()
    result: Result | None = None
    matches: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFunction:
    name: str
    signature: str
    summary: str
    example: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionGroup:
    label: str
    functions: tuple[ListedFunction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionsPage:
    groups: tuple[FunctionGroup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyPage:
    """Why a formula field has its value on one record."""

    object: ObjectLink
    record_href: str
    title: str
    field_label: str
    formula: str
    sentence: str
    shown: Shown
    failure: str
    whole: Part
