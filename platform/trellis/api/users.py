"""HTTP for the users of a tenant, for administrators."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import flag, known_members, text
from trellis.security.access import require
from trellis.security.invitations import invite
from trellis.security.user_changes import UserChange, change_user, fetch_user, require_to_create
from trellis.security.users import NewUser, User, create_user, list_users

TEXTS = ("name", "email", "language", "time_zone")
FLAGS = ("is_admin", "is_active")
INVITATION_PATH = "/welcome/"


async def list_all(call: Call) -> Response:
    call.request.accept_no_parameters()
    require(call.runtime.access, call.actor, "manage_users")
    return json_response({"users": [user_json(user) for user in await list_users(call.tenant)]})


async def create(call: Call) -> Response:
    """Without a password: an invitation lets the new user set one."""
    call.request.accept_no_parameters()
    require(call.runtime.access, call.actor, "manage_users")
    body = known_members(await call.request.read_object(), ("username", *TEXTS, "is_admin"))
    new = NewUser(
        username=text(body, "username"),
        email=text(body, "email"),
        name=text(body, "name"),
        is_admin=flag(body, "is_admin"),
        language=text(body, "language", default="en"),
        time_zone=text(body, "time_zone", default="UTC"),
    )
    require_to_create(call.runtime.access, call.actor, is_admin=new.is_admin)
    user = await create_user(call.tenant, new, now=datetime.now(UTC), by=call.actor)
    return json_response(user_json(user), 201, {"Location": f"/api/v1/users/{user.id}"})


async def get_one(call: Call) -> Response:
    call.request.accept_no_parameters()
    return json_response(user_json(await fetch_user(call.tenant, call.runtime.access, call.actor, call.path["id"])))


async def change(call: Call) -> Response:
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), (*TEXTS, *FLAGS))
    given: dict[str, Any] = {name: text(body, name) for name in TEXTS if name in body}
    given |= {name: flag(body, name) for name in FLAGS if name in body}
    user = await change_user(
        call.tenant, call.runtime.access, call.actor, call.path["id"], UserChange(**given), now=datetime.now(UTC)
    )
    return json_response(user_json(user))


async def invite_one(call: Call) -> Response:
    """The link is in this answer, and never again."""
    call.request.accept_no_parameters()
    made = await invite(call.tenant, call.runtime.access, call.actor, call.path["id"], now=datetime.now(UTC))
    link = f"{call.runtime.settings.base_url.rstrip('/')}{INVITATION_PATH}{made.token}"
    return json_response({"link": link, "expires_at": made.expires_at}, 201)


def user_json(user: User) -> dict[str, Any]:
    names = ("id", "username", *TEXTS, *FLAGS)
    return {name: getattr(user, name) for name in names}
