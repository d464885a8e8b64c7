"""A user's values -> the widgets of the form, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import available_timezones

from builder_ui.forms.complaints import complaint
from builder_ui.forms.model import Widget
from builder_ui.lists.model import Choice
from builder_ui.translation import LANGUAGES, Words
from builder_ui.visit import Visit
from trellis.errors import FieldError
from trellis.security.users import User

Typed = Mapping[str, str]
BLANK: Typed = {"username": "", "name": "", "email": "", "language": "en", "time_zone": "UTC", "is_admin": ""}


def typed_user(user: User) -> Typed:
    return {
        "username": user.username,
        "name": user.name,
        "email": user.email,
        "language": user.language,
        "time_zone": user.time_zone,
        "is_admin": "1" if user.is_admin else "",
    }


def posted_user(visit: Visit) -> Typed:
    return {name: visit.posted(name).strip() for name in BLANK}


def build_widgets(words: Words, typed: Typed, refused: Sequence[FieldError], *, is_new: bool) -> tuple[Widget, ...]:
    errors = {one.field: _said(words, one) for one in refused}

    def text(name: str, label: str, **more: str) -> Widget:
        return Widget(
            kind="input",
            id=name,
            name=name,
            label=label,
            text=typed[name],
            error=errors.get(name),
            is_required=True,
            length=200,
            **more,  # type: ignore[arg-type]  # only texts are given
        )

    def choice(name: str, label: str, choices: Sequence[tuple[str, str]]) -> Widget:
        shown = tuple(Choice(value=value, label=said, is_on=value == typed[name]) for value, said in choices)
        return replace(text(name, label), kind="select", choices=shown)

    user_name = text("username", words.say("User name"), help=words.say("To sign in with. It stays for good."))
    widgets = (
        text("name", words.say("Name"), autocomplete="off"),
        text("email", words.say("E-mail"), type="email", autocomplete="off"),
        choice("language", words.say("Language"), tuple(LANGUAGES.items())),
        choice("time_zone", words.say("Time zone"), [(zone, zone.replace("_", " ")) for zone in _zones(typed)]),
        Widget(
            kind="checkbox",
            id="is_admin",
            name="is_admin",
            label=words.say("Administrator"),
            help=words.say("May do everything: see all records, change the application, manage users."),
            error=errors.get("is_admin"),
            is_on=bool(typed["is_admin"]),
            is_wide=True,
        ),
    )
    return (user_name, *widgets) if is_new else widgets


def homeless(words: Words, refused: Sequence[FieldError]) -> tuple[str, ...]:
    """What is wrong with nothing that the form shows."""
    return tuple(_said(words, one) for one in refused if one.field not in BLANK)


def _zones(typed: Typed) -> list[str]:
    """Places only, not the historical names."""
    regions = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    zones = {zone for zone in available_timezones() if zone.startswith(regions)}
    return ["UTC", *sorted(zones | ({typed["time_zone"]} - {"UTC", ""}))]


def _said(words: Words, error: FieldError) -> str:
    known = {
        ("username", "invalid_username"): lambda: words.say("Letters, digits and . _ @ + - only, at most 80."),
        ("username", "not_unique"): lambda: words.say("Another user has this name."),
        ("email", "invalid_email"): lambda: words.say("Type one e-mail address, such as name@example.com."),
        ("email", "not_unique"): lambda: words.say("Another user has this address."),
        ("name", "invalid_name"): lambda: words.say("Type a name of at most 200 characters."),
        ("is_admin", "against_oneself"): lambda: words.say("Another administrator can take away your rights."),
        ("is_active", "against_oneself"): lambda: words.say("You cannot freeze yourself."),
    }
    found = known.get((error.field or "", error.code))
    return found() if found else complaint(words, error.code, error.message)
