"""What the pages of the audit show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from builder_ui.faces import Face
from builder_ui.forms.model import Widget


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """`said`: what happened; `about`: to what, "" where that says nothing more; `face`: who did it, None for nobody who is known; `place`:
    the address, or by which way."""

    number: int
    href: str
    icon: str
    tone: str
    said: str
    about: str
    face: Face | None
    place: str
    at: str
    at_iso: str
    at_full: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What verifying said."""

    is_intact: bool
    text: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """`asked`: the filter as it came, for the export; `subject`: what is filtered by, `about`: how
    it is called; "" for nothing."""

    lines: tuple[AuditLine, ...]
    filters: tuple[Widget, ...]
    asked: Mapping[str, str]
    subject: str
    about: str
    is_filtered: bool
    older_href: str | None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFact:
    label: str
    text: str
    href: str = ""
    is_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRowPage:
    """`details`: name and value as they are kept; `about_href`: everything that was done to the same subject,
    `by_href`: everything that the same person did; "" for nothing."""

    line: AuditLine
    facts: tuple[AuditFact, ...]
    details: tuple[AuditFact, ...]
    about_href: str
    by_href: str
