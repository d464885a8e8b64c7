"""What the pages of the history show."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.faces import Face


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDeploy:
    """A row of the history. `title`: what was said of it, else what it did first; `detail`: how much it did; `author`: None when
    nobody is known."""

    revision: int
    href: str
    title: str
    detail: str
    author: Face | None
    at: str
    at_iso: str
    at_full: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """`older_href`: the next page, None on the last one."""

    deploys: tuple[PastDeploy, ...]
    older_href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastStepRow:
    icon: str
    tone: str
    cost: str
    summary: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDeployPage:
    """`back_href`: where the plan of returning to it is, None for the revision in force."""

    deploy: PastDeploy
    summary: str
    steps: tuple[PastStepRow, ...]
    back_href: str | None
