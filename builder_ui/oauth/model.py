"""What the pages of OAuth show."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.faces import Face


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """`may`: what the program asks for, in words; `home`: where the answer goes, as people know it; `action`: the request itself;
    `goes_on`: whether it may while the person is away."""

    program: str
    workspace: str
    face: Face
    email: str
    may: tuple[str, ...]
    home: str
    action: str
    csrf_token: str
    other_href: str
    goes_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    program: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramRow:
    id: str
    name: str
    may: tuple[str, ...]
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    rows: tuple[ProgramRow, ...]
