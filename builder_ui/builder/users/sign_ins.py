"""How a user signed in, and the end of a wait: for those who manage users."""

from __future__ import annotations

from starlette.responses import Response

from builder_ui.account.model import SignInHistory
from builder_ui.account.sign_ins import AT_ONCE, asked_before, older_than, sign_in_rows
from builder_ui.builder.frame import USERS, render_builder
from builder_ui.confirming import sensitive
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from trellis.security.second_factor.service import reset_second_factor
from trellis.security.sessions import end_sessions_of_user
from trellis.security.sign_in.oversight import list_sign_ins_of, unlock
from trellis.security.user_changes import fetch_any_user

ADDRESS = "/builder/users/{id}"


async def sign_ins_of_user(visit: Visit) -> Response:
    user_id = visit.part("id")
    found = await list_sign_ins_of(
        visit.tenant, visit.runtime.access, visit.actor, user_id, limit=AT_ONCE, before=asked_before(visit)
    )
    user = await fetch_any_user(visit.tenant, user_id)
    here = ADDRESS.format(id=user.id)
    page = SignInHistory(
        rows=sign_in_rows(visit, found),
        older=older_than(found, f"{here}/sign-ins"),
        whose=user.name,
        back=here,
        back_label=user.name,
    )
    return await render_builder(visit, "user_sign_ins.html", page, here=USERS)


async def unlock_user(visit: Visit) -> Response:
    user_id = visit.part("id")
    await unlock(visit.tenant, visit.runtime.access, visit.actor, user_id, now=visit.now)
    return leave_toast(to(ADDRESS.format(id=user_id)), visit.words.say("The wait is over"))


@sensitive
async def sign_out_user(visit: Visit) -> Response:
    user_id = visit.part("id")
    await end_sessions_of_user(visit.tenant, visit.runtime.access, visit.actor, user_id, now=visit.now)
    return leave_toast(to(ADDRESS.format(id=user_id)), visit.words.say("Signed out everywhere"))


@sensitive
async def reset_factor(visit: Visit) -> Response:
    user_id, words = visit.part("id"), visit.words
    was_on = await reset_second_factor(visit.tenant, visit.runtime.access, visit.actor, user_id, now=visit.now)
    text = words.say("The second factor is taken away") if was_on else words.say("There was no second factor")
    return leave_toast(to(ADDRESS.format(id=user_id)), text)


PAGES = ((f"{ADDRESS}/sign-ins", sign_ins_of_user),)
ACTIONS = (
    (f"{ADDRESS}/unlock", unlock_user),
    (f"{ADDRESS}/sign-out", sign_out_user),
    (f"{ADDRESS}/second-factor", reset_factor),
)
