"""A client's values -> the widgets of its form, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from builder_ui.forms.model import Widget
from builder_ui.lists.model import Choice
from builder_ui.oauth.scopes import scope_label
from builder_ui.translation import Words
from builder_ui.visit import Visit
from trellis.errors import FieldError
from trellis.security.oauth.clients import ClientInput
from trellis.security.oauth.model import IDENTITY_SCOPES, Client, ClientKind
from trellis.security.scopes import KEY_SCOPES
from trellis.security.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """As it stands in the form. `scopes`: those that have a box; `objects`: the others, and `addresses`, one in a line."""

    name: str = ""
    scopes: frozenset[str] = frozenset({"openid", "profile", "email"})
    objects: str = ""
    addresses: str = ""
    service_user: str = ""


BOXES = (*IDENTITY_SCOPES, *KEY_SCOPES)


def typed_client(client: Client) -> Typed:
    return Typed(
        name=client.name,
        scopes=client.scopes & frozenset(BOXES),
        objects="\n".join(sorted(client.scopes - frozenset(BOXES))),
        addresses="\n".join(client.redirect_uris),
        service_user=client.service_user or "",
    )


def posted_client(visit: Visit) -> Typed:
    chosen = frozenset(one for one in visit.form.getlist("scopes") if isinstance(one, str))
    return Typed(
        name=visit.posted("name").strip(),
        scopes=chosen,
        objects=visit.posted("objects"),
        addresses=visit.posted("redirect_uris"),
        service_user=visit.posted("service_user"),
    )


def client_input(kind: ClientKind, typed: Typed) -> ClientInput:
    return ClientInput(
        name=typed.name,
        kind=kind,
        redirect_uris=tuple(typed.addresses.split()),
        scopes=typed.scopes | frozenset(typed.objects.split()),
        service_user=typed.service_user or None,
    )


def build_widgets(
    words: Words, kind: ClientKind, typed: Typed, users: Sequence[User], refused: Sequence[FieldError]
) -> tuple[Widget, ...]:
    errors = {one.field: one.message for one in refused}
    boxes = KEY_SCOPES if kind == "service" else BOXES
    name = Widget(
        kind="input",
        id="name",
        name="name",
        label=words.say("Name"),
        text=typed.name,
        help=words.say("People read it when they are asked to let it act for them."),
        error=errors.get("name"),
        is_required=True,
        length=100,
        autocomplete="off",
    )
    scopes = Widget(
        kind="checks",
        id="scopes",
        name="scopes",
        label=words.say("What it may ask for"),
        error=errors.get("scopes"),
        is_wide=True,
        choices=tuple(Choice(value=one, label=scope_label(words, one), is_on=one in typed.scopes) for one in boxes),
    )
    objects = Widget(
        kind="textarea",
        id="objects",
        name="objects",
        label=words.say("Single objects"),
        text=typed.objects,
        rows=3,
        help=words.say("One in a line, such as objects.lead:read or objects.lead:write."),
        is_wide=True,
    )
    of_kind = (
        _service_user(words, typed, users, errors) if kind == "service" else _addresses(words, kind, typed, errors)
    )
    return (name, of_kind, scopes, objects)


def _addresses(words: Words, kind: ClientKind, typed: Typed, errors: dict[str | None, str]) -> Widget:
    help_text = (
        words.say("One in a line: https://…, or com.example.app:/… of an app. Compared letter by letter.")
        if kind == "public"
        else words.say("One in a line, such as https://app.example.com/callback. Compared letter by letter.")
    )
    return Widget(
        kind="textarea",
        id="redirect_uris",
        name="redirect_uris",
        label=words.say("Redirect addresses"),
        text=typed.addresses,
        rows=3,
        help=help_text,
        error=errors.get("redirect_uris"),
        is_required=True,
        is_wide=True,
    )


def _service_user(words: Words, typed: Typed, users: Sequence[User], errors: dict[str | None, str]) -> Widget:
    choices = tuple(
        Choice(value=one.id, label=f"{one.name} ({one.username})", is_on=one.id == typed.service_user)
        for one in users
        if one.is_active or one.id == typed.service_user
    )
    return Widget(
        kind="select",
        id="service_user",
        name="service_user",
        label=words.say("Acts as"),
        help=words.say("It may what this user may, as far as its scopes go. Best a user of its own."),
        error=errors.get("service_user"),
        blank_label="–",
        choices=choices,
        is_required=True,
        is_wide=True,
    )
