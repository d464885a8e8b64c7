"""What the pages about users show."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.account.key_model import KeyRow
from builder_ui.faces import Face
from builder_ui.forms.model import Widget
from builder_ui.passkeys.model import PasskeyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    face: Face
    username: str
    email: str
    href: str
    language: str
    is_admin: bool
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UserList:
    users: tuple[UserRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Shown once, on the page that answers its making."""

    href: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserForm:
    """A new user, or one there is: then `face`, and the actions at `action` + "/…". `is_oneself`: who looks at their own page;
    `locked_until`: "" for not."""

    title: str
    action: str
    widgets: tuple[Widget, ...]
    errors: tuple[str, ...] = ()
    face: Face | None = None
    username: str = ""
    is_active: bool = True
    is_oneself: bool = False
    link: Link | None = None
    locked_until: str = ""
    has_second_factor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UserKeys:
    """`back`: the user's own page; `action`: what the forms' addresses begin with."""

    name: str
    back: str
    action: str
    keys: tuple[KeyRow, ...]
    passkeys: tuple[PasskeyRow, ...]
