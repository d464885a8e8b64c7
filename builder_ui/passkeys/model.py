"""What the pages about passkeys show."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRow:
    """`kept`: where it is, in words; `elsewhere`: the name of another site that it belongs to, "" for this one."""

    id: str
    name: str
    kept: str
    elsewhere: str
    created: str
    used: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkeys:
    """`is_possible`: whether browsers have passkeys for the address in use."""

    rows: tuple[PasskeyRow, ...]
    is_possible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """`options`: JSON for navigator.credentials.create; `name`: proposed."""

    options: str
    name: str
    error: str | None
