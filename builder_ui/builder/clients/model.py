"""What the pages about OAuth clients show."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.forms.model import Widget


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRow:
    name: str
    id: str
    href: str
    kind: str
    icon: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KindChoice:
    href: str
    icon: str
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientList:
    clients: tuple[ClientRow, ...]
    kinds: tuple[KindChoice, ...]
    keys_since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that the program has to be told."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientForm:
    """A new client, or one there is: then `facts`. `secret`: shown once, on the page that answers its making."""

    title: str
    kind: str
    action: str
    widgets: tuple[Widget, ...]
    errors: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    secret: str = ""
    has_secret: bool = False
