"""What the account page shows."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.account.key_model import KeyRow
from builder_ui.faces import Face
from builder_ui.passkeys.model import Passkeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """`device`: a browser and a system, as far as they said; `used`: when it was last used, roughly."""

    id: str
    device: str
    icon: str
    address: str
    begun: str
    begun_iso: str
    begun_full: str
    used: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRow:
    """`said`: what became of it; `icon` and `tone` say it, too."""

    said: str
    icon: str
    tone: str
    device: str
    address: str
    at: str
    at_iso: str
    at_full: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInHistory:
    """`older`: where the next page is, "" after the last; `whose`: "" for one's own."""

    rows: tuple[SignInRow, ...]
    older: str
    whose: str = ""
    back: str = ""
    back_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`keys`: the newest of `key_count`; `errors`: what was refused, by the name of the input."""

    face: Face
    facts: tuple[Fact, ...]
    sessions: tuple[SessionRow, ...]
    sign_ins: tuple[SignInRow, ...]
    has_second_factor: bool
    keys: tuple[KeyRow, ...]
    key_count: int
    passkeys: Passkeys
    errors: dict[str, str]
    shortest: int
