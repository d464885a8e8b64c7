"""A provider's values -> the widgets of its form, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from builder_ui.forms.model import Widget
from builder_ui.translation import Words
from builder_ui.visit import Visit
from trellis.errors import FieldError
from trellis.security.outside.model import Provider, read_mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """As it stands in the form. `groups`: one mapping in a line, such as `CRM Sales = role.rep`; `secret`: "" leaves it as it is."""

    provider: Provider
    groups: str = ""
    secret: str = ""


BLANK = Typed(provider=Provider(name="", label="", issuer="", client_id="", creates_users=True))


def typed_provider(provider: Provider) -> Typed:
    lines = (f"{one.value} = {one.kind}.{one.name}" for one in provider.groups)
    return Typed(provider=provider, groups="\n".join(lines))


def posted_provider(visit: Visit, before: Provider) -> Typed:
    """A name that there is stays."""
    groups = visit.posted("groups")
    provider = replace(
        before,
        name=before.name or visit.posted("name").strip(),
        label=visit.posted("label").strip(),
        issuer=visit.posted("issuer").strip(),
        client_id=visit.posted("client_id").strip(),
        scopes=tuple(visit.posted("scopes").split()),
        creates_users=bool(visit.posted("creates_users")),
        links_by_email=bool(visit.posted("links_by_email")),
        is_active=bool(visit.posted("is_active")),
        second_factor_values=tuple(visit.posted("second_factor_values").split()),
        groups_claim=visit.posted("groups_claim").strip(),
        groups=tuple(read_mapping(line) for line in groups.splitlines() if line.strip()),
    )
    return Typed(provider=provider, groups=groups, secret=visit.posted("client_secret").strip())


def build_widgets(words: Words, typed: Typed, refused: Sequence[FieldError], *, is_new: bool) -> tuple[Widget, ...]:
    errors = {one.field: one.message for one in refused}
    provider = typed.provider

    def line(name: str, label: str, text: str, help_text: str = "", **more: object) -> Widget:
        return Widget(
            kind="input",
            id=name,
            name=name,
            label=label,
            text=text,
            help=help_text,
            error=errors.get(name),
            autocomplete="off",
            **more,  # type: ignore[arg-type]  # texts and flags of a widget only
        )

    def box(name: str, label: str, help_text: str, *, is_on: bool) -> Widget:
        return Widget(kind="checkbox", id=name, name=name, label=label, help=help_text, is_on=is_on, is_wide=True)

    name = line(
        "name",
        words.say("Name"),
        provider.name,
        words.say("Lower-case letters and digits. It stays for good."),
        is_required=True,
    )
    kept = "" if is_new else words.say("Leave it blank to keep the one there is.")
    groups = Widget(
        kind="textarea",
        id="groups",
        name="groups",
        label=words.say("Groups"),
        text=typed.groups,
        rows=4,
        help=words.say(
            "One in a line: what the provider calls it = role.NAME, team.NAME, permission_set.NAME or permission_group.NAME."
        ),
        error=errors.get("groups"),
        is_wide=True,
    )
    return (
        *((name,) if is_new else ()),
        line("label", words.say("Label"), provider.label, words.say("What stands on the button."), is_required=True),
        line("issuer", words.say("Issuer"), provider.issuer, is_required=True, is_wide=True),
        line("client_id", words.say("Client id"), provider.client_id, is_required=True),
        line("client_secret", words.say("Client secret"), "", kept, type="password", is_required=is_new),
        line("scopes", words.say("Scopes"), " ".join(provider.scopes), is_wide=True),
        box(
            "creates_users",
            words.say("Make users"),
            words.say("Who is known there and nobody here gets a user, with the rights of their groups only."),
            is_on=provider.creates_users,
        ),
        box(
            "links_by_email",
            words.say("Know people by their e-mail address"),
            words.say("A user here with an address that the provider has verified is taken for the same person."),
            is_on=provider.links_by_email,
        ),
        line(
            "second_factor_values",
            words.say("Second factor shown there"),
            " ".join(provider.second_factor_values),
            words.say(
                "Values of amr or acr, such as mfa, by which you believe the provider that somebody showed a second factor. "
                "Everybody else who needs one is asked here."
            ),
            is_wide=True,
        ),
        box("is_active", words.say("Offered on the sign-in page"), "", is_on=provider.is_active),
        line(
            "groups_claim",
            words.say("Claim with the groups"),
            provider.groups_claim,
            words.say("Such as groups or roles; blank for none."),
        ),
        groups,
    )
