"""What a user comes in by beside the password: API keys and passkeys, for those who manage users to see and to take away."""

from __future__ import annotations

from contextlib import suppress

from starlette.responses import Response

from builder_ui.account.keys import key_row
from builder_ui.builder.frame import USERS, render_builder
from builder_ui.builder.users.model import UserKeys
from builder_ui.confirming import sensitive
from builder_ui.passkeys.own import passkey_rows
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from trellis.errors import NotFound
from trellis.security.api_keys import list_keys, revoke_key
from trellis.security.passkeys.service import remove_passkey
from trellis.security.passkeys.store import list_passkeys
from trellis.security.user_changes import fetch_user, fetch_user_below

ADDRESS = "/builder/users/{id}/keys"


async def keys_of_user(visit: Visit) -> Response:
    user = await fetch_user(visit.tenant, visit.runtime.access, visit.actor, visit.part("id"))
    page = UserKeys(
        name=user.name,
        back=f"/builder/users/{user.id}",
        action=ADDRESS.format(id=user.id),
        keys=tuple(key_row(visit, one) for one in await list_keys(visit.tenant, user.id)),
        passkeys=passkey_rows(visit, await list_passkeys(visit.tenant, user.id)),
    )
    return await render_builder(visit, "user_keys.html", page, here=USERS)


async def revoke_key_of_user(visit: Visit) -> Response:
    user_id = (await fetch_user_below(visit.tenant, visit.runtime.access, visit.actor, visit.part("id"))).id
    with suppress(NotFound):
        await revoke_key(visit.tenant, user_id, visit.posted("key"), by=visit.actor, now=visit.now)
    return leave_toast(to(ADDRESS.format(id=user_id)), visit.words.say("API key revoked"))


@sensitive
async def remove_passkey_of_user(visit: Visit) -> Response:
    user_id = (await fetch_user_below(visit.tenant, visit.runtime.access, visit.actor, visit.part("id"))).id
    with suppress(NotFound):
        await remove_passkey(visit.tenant, user_id, visit.posted("passkey"), by=visit.actor, now=visit.now)
    return leave_toast(to(ADDRESS.format(id=user_id)), visit.words.say("Passkey removed"))


PAGES = ((ADDRESS, keys_of_user),)
ACTIONS = ((f"{ADDRESS}/revoke", revoke_key_of_user), (f"{ADDRESS}/remove", remove_passkey_of_user))
