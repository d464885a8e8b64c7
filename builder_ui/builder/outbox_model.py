"""What the pages of the outbox show."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.forms.model import Widget


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxTile:
    title: str
    number: str
    note: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message that was given up. `about`: the object of the record that it is about."""

    href: str
    about: str
    rule: str
    tries: str
    at: str
    at_iso: str
    at_full: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseCard:
    """Messages that failed with the same words. `rows`: the newest of them; `more`: how many others there are, "" for none."""

    kind: str
    kind_label: str
    icon: str
    error: str
    count: int
    count_text: str
    at: str
    at_iso: str
    at_full: str
    rows: tuple[MessageRow, ...]
    more: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxPage:
    """`is_one_cause`: whether the page is about a single cause; `older_href`: its further messages."""

    tiles: tuple[OutboxTile, ...]
    causes: tuple[CauseCard, ...]
    is_one_cause: bool
    older_href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """`widgets`: what can be mended; `fixed`: the rest of what was to be said, as text, "" for nothing; `facts`: label, value."""

    title: str
    icon: str
    action: str
    error: str
    widgets: tuple[Widget, ...]
    fixed: str
    facts: tuple[tuple[str, str], ...]
    record_href: str | None
    record_label: str
    errors: tuple[str, ...] = ()
