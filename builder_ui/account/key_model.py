"""What the page about API keys shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """`may`: what it is confined to, in words; `is_ending`: in some days; `is_replaced`: another is in its place, and it ends soon."""

    id: str
    name: str
    prefix: str
    may: tuple[str, ...]
    networks: str
    created: str
    used: str
    expires: str
    is_over: bool
    is_ending: bool
    is_replaced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """Shown once, on the page that answers its making. `old_until`: how long the one that it replaces goes on working."""

    name: str
    token: str
    old_until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectChoice:
    name: str
    label: str
    rights: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyForm:
    """`errors`: what was refused, by the name of the input."""

    name: str
    networks: str
    is_everything: bool
    lifetimes: tuple[Choice, ...]
    general: tuple[Choice, ...]
    objects: tuple[ObjectChoice, ...]
    errors: dict[str, str]

    @property
    def is_by_object(self) -> bool:
        return any(right.is_on and right.value for one in self.objects for right in one.rights)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPage:
    keys: tuple[KeyRow, ...]
    new_key: NewKey | None
    form: KeyForm
