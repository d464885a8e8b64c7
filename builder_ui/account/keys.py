"""One's own API keys: which there are, a new one, putting one in the place of another, and revoking."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from starlette.responses import Response

from builder_ui.account.key_model import Choice, KeyForm, KeyPage, KeyRow, NewKey, ObjectChoice
from builder_ui.account.scope_words import general_scopes, scope_words
from builder_ui.confirming import sensitive
from builder_ui.posted import whole_number
from builder_ui.shell import render_page
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from trellis.errors import Conflict, FieldError, InvalidRecord, NotFound
from trellis.security.api_keys import (
    DEFAULT_DAYS,
    LONGEST_NAME,
    MOST_NETWORKS,
    ApiKey,
    KeyTerms,
    create_key,
    list_keys,
    revoke_key,
    rotate_key,
)
from trellis.security.scopes import ADMIN, METADATA, READ, SCIM

ADDRESS = "/account/keys"
_LIFETIMES = (7, 30, 90, 180, 365)
_SOON_DAYS = 7


async def key_page(visit: Visit) -> Response:
    return await _show(visit, KeyTerms(name="", scopes=(READ,)))


@sensitive
async def make_key(visit: Visit) -> Response:
    terms = _posted_terms(visit)
    try:
        issued = await create_key(
            visit.tenant,
            visit.actor.user_id,
            terms,
            [one.name for one in visit.model.objects.values() if visit.may("read", one.name)],
            by=visit.actor,
            now=visit.now,
            longest_days=visit.runtime.settings.key_days,
        )
    except InvalidRecord as error:
        return await _show(visit, terms, refused=error.fields)
    return await _show_token(visit, NewKey(name=terms.name.strip(), token=issued.token))


@sensitive
async def replace_key(visit: Visit) -> Response:
    key_id = visit.posted("key")
    try:
        rotated = await rotate_key(
            visit.tenant,
            visit.actor.user_id,
            key_id,
            by=visit.actor,
            now=visit.now,
            longest_days=visit.runtime.settings.key_days,
        )
    except (NotFound, Conflict):
        return to(ADDRESS)
    name = next(key.name for key in await list_keys(visit.tenant, visit.actor.user_id) if key.id == rotated.issued.id)
    old_until = visit.formats.moment(rotated.old_expires_at)
    return await _show_token(visit, NewKey(name=name, token=rotated.issued.token, old_until=old_until))


async def drop_key(visit: Visit) -> Response:
    with suppress(NotFound):
        await revoke_key(visit.tenant, visit.actor.user_id, visit.posted("key"), by=visit.actor, now=visit.now)
    return leave_toast(to(ADDRESS), visit.words.say("API key revoked"))


def key_row(visit: Visit, key: ApiKey) -> KeyRow:
    words, formats = visit.words, visit.formats
    is_over = key.expires_at is not None and key.expires_at <= visit.now
    left = (key.expires_at - visit.now).days if key.expires_at else None
    return KeyRow(
        id=key.id,
        name=key.name,
        prefix=key.prefix or "",
        may=scope_words(key.scopes, visit.labels, words),
        networks=", ".join(key.networks),
        created=formats.since(key.created_at, visit.now),
        used=_since(visit, key.last_used_at),
        expires=formats.moment(key.expires_at) if key.expires_at else "",
        is_over=is_over,
        is_ending=not is_over and key.replaced_at is None and left is not None and left < _SOON_DAYS,
        is_replaced=key.replaced_at is not None,
    )


async def _show_token(visit: Visit, new: NewKey) -> Response:
    response = await _show(visit, KeyTerms(name="", scopes=(READ,)), new_key=new)
    response.headers["Cache-Control"] = "no-store"
    return response


async def _show(
    visit: Visit, terms: KeyTerms, *, refused: Sequence[FieldError] = (), new_key: NewKey | None = None
) -> Response:
    keys = await list_keys(visit.tenant, visit.actor.user_id)
    page = KeyPage(
        keys=tuple(key_row(visit, one) for one in keys),
        new_key=new_key,
        form=_form(visit, terms, refused),
    )
    return await render_page(visit, "account_keys.html", page, status=422 if refused else 200)


def _form(visit: Visit, terms: KeyTerms, refused: Sequence[FieldError]) -> KeyForm:
    longest = visit.runtime.settings.key_days
    on = frozenset(terms.scopes or ())
    lifetimes = [days for days in _LIFETIMES if days <= longest] or [longest]
    chosen = terms.days or min(DEFAULT_DAYS, lifetimes[-1])
    may = {METADATA: visit.may("customize"), ADMIN: visit.may("administer"), SCIM: visit.may("manage_users")}
    general = [(scope, said) for scope, said in general_scopes(visit.words).items() if may.get(scope, True)]
    return KeyForm(
        name=terms.name,
        networks=", ".join(terms.networks),
        is_everything=terms.scopes is None,
        lifetimes=tuple(Choice(value=str(days), label=_days(visit, days), is_on=days == chosen) for days in lifetimes),
        general=tuple(Choice(value=scope, label=label, is_on=scope in on) for scope, label in general),
        objects=tuple(_object_choice(visit, name, on) for name in visit.model.objects if visit.may("read", name)),
        errors=_errors(visit, refused),
    )


def _object_choice(visit: Visit, name: str, on: frozenset[str]) -> ObjectChoice:
    rights = (
        ("", visit.words.say("Nothing")),
        ("read", visit.words.say("Read")),
        ("write", visit.words.say("Read and change")),
    )
    chosen = next((right for right in ("write", "read") if f"objects.{name}:{right}" in on), "")
    return ObjectChoice(
        name=name,
        label=visit.labels.plural_of(name),
        rights=tuple(Choice(value=value, label=label, is_on=value == chosen) for value, label in rights),
    )


def _posted_terms(visit: Visit) -> KeyTerms:
    scopes: tuple[str, ...] | None = None
    if visit.posted("all") != "1":
        general = tuple(str(scope) for scope in visit.form.getlist("scope"))
        rights = ((name, visit.posted(f"object.{name}")) for name in visit.model.objects)
        scopes = (*general, *(f"objects.{name}:{right}" for name, right in rights if right))
    networks = tuple(part for part in visit.posted("networks").replace(",", " ").split() if part)
    return KeyTerms(
        name=visit.posted("name"), scopes=scopes, days=whole_number(visit.posted("days")), networks=networks
    )


def _errors(visit: Visit, refused: Sequence[FieldError]) -> dict[str, str]:
    words = visit.words
    told = {
        "name": words.say("Say what the key is for, in at most %(most)s characters.", most=LONGEST_NAME),
        "scopes": words.say("Choose what the key may do."),
        "expires_in_days": words.say("Choose how long it works."),
        "networks": words.say(
            "Addresses and networks such as 192.0.2.7 or 10.1.0.0/16, at most %(most)s.", most=MOST_NETWORKS
        ),
    }
    return {fault.field: told[fault.field] for fault in refused if fault.field in told}


def _days(visit: Visit, days: int) -> str:
    return visit.words.count("%(num)d day", "%(num)d days", days)


def _since(visit: Visit, moment: datetime | None) -> str:
    return visit.formats.since(moment, visit.now) if moment else ""


PAGES = ((ADDRESS, key_page),)
ACTIONS = ((f"{ADDRESS}/new", make_key), (f"{ADDRESS}/replace", replace_key), (f"{ADDRESS}/revoke", drop_key))
