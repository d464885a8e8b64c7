"""One's own passkeys: making one, naming it, removing it. The list of them is part of the account page."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from builder_ui.account.devices import device_of
from builder_ui.confirming import sensitive
from builder_ui.passkeys.model import NewPasskey, PasskeyRow, Passkeys
from builder_ui.passkeys.site import site_of
from builder_ui.shell import render_page
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from trellis.errors import InvalidRecord, NotFound
from trellis.security.passkeys.service import (
    LONGEST_NAME,
    begin_registration,
    finish_registration,
    remove_passkey,
    rename_passkey,
)
from trellis.security.passkeys.store import Passkey, list_passkeys

ADDRESS = "/account/passkeys"
ACCOUNT = "/account#passkeys"


async def load_passkeys(visit: Visit) -> Passkeys:
    found = await list_passkeys(visit.tenant, visit.actor.user_id)
    return Passkeys(rows=passkey_rows(visit, found), is_possible=site_of(visit.request) is not None)


def passkey_rows(visit: Visit, found: Sequence[Passkey]) -> tuple[PasskeyRow, ...]:
    site = site_of(visit.request)
    return tuple(_row(visit, one, site.id if site else "") for one in found)


@sensitive
async def new_passkey(visit: Visit) -> Response:
    """The page from which the browser makes one."""
    return await _show_new(visit, device_of(visit.request.headers.get("user-agent"), visit.words)[0], None)


@sensitive
async def keep_passkey(visit: Visit) -> Response:
    site, name = site_of(visit.request), visit.posted("name")
    if site is None:
        return to(ACCOUNT)
    try:
        await finish_registration(visit.identity, site, visit.posted("credential"), name, now=visit.now)
    except InvalidRecord:
        return await _show_new(visit, name, _refusal(visit, name))
    return leave_toast(to(ACCOUNT), visit.words.say("Passkey added"))


async def name_passkey(visit: Visit) -> Response:
    try:
        await rename_passkey(visit.tenant, visit.actor.user_id, visit.posted("passkey"), visit.posted("name"))
    except (InvalidRecord, NotFound):
        return to(ACCOUNT)
    return leave_toast(to(ACCOUNT), visit.words.say("Passkey renamed"))


@sensitive
async def drop_passkey(visit: Visit) -> Response:
    try:
        await remove_passkey(visit.tenant, visit.actor.user_id, visit.posted("passkey"), by=visit.actor, now=visit.now)
    except NotFound:
        return to(ACCOUNT)
    return leave_toast(to(ACCOUNT), visit.words.say("Passkey removed"))


async def _show_new(visit: Visit, name: str, error: str | None) -> Response:
    site = site_of(visit.request)
    if site is None:
        return to(ACCOUNT)
    try:
        options = await begin_registration(visit.identity, site, now=visit.now)
    except InvalidRecord:
        return leave_toast(to(ACCOUNT), visit.words.say("You have as many passkeys as one may have"))
    page = NewPasskey(options=options, name=name, error=error)
    response = await render_page(visit, "passkey_new.html", page, status=422 if error else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


def _refusal(visit: Visit, name: str) -> str:
    if not 1 <= len(name.strip()) <= LONGEST_NAME or not name.strip().isprintable():
        return visit.words.say("Name it in at most %(most)s characters.", most=LONGEST_NAME)
    return visit.words.say("That did not work. Try again, or with another device.")


def _row(visit: Visit, passkey: Passkey, site: str) -> PasskeyRow:
    words, formats = visit.words, visit.formats
    return PasskeyRow(
        id=passkey.id,
        name=passkey.name,
        kept=words.say("kept by your account there") if passkey.is_backed_up else words.say("on one device only"),
        elsewhere=passkey.party if passkey.party != site else "",
        created=formats.since(passkey.created_at, visit.now),
        used=formats.since(passkey.last_used_at, visit.now) if passkey.last_used_at else "",
    )


ACTIONS = (
    (f"{ADDRESS}/new", new_passkey),
    (f"{ADDRESS}/keep", keep_passkey),
    (f"{ADDRESS}/rename", name_passkey),
    (f"{ADDRESS}/remove", drop_passkey),
)
