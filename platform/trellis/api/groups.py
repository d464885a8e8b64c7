"""HTTP for roles, teams and permission sets: which there are, and who has or belongs to them. They themselves are metadata."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.errors import PreconditionFailed
from trellis.api.etags import seen_tag
from trellis.api.members import known_members, text
from trellis.automation.group_members import Group, GroupMember, get_group, list_groups, replace_group_members
from trellis.automation.groups import LABELS, GroupKind
from trellis.errors import Conflict, InvalidRequest

Handler = Callable[[Call], Awaitable[Response]]
READ_ALONG = ("username", "name", "is_active")


async def list_all(kind: GroupKind, call: Call) -> Response:
    call.request.accept_no_parameters()
    groups = await list_groups(call.tenant, call.runtime.access, call.actor, kind)
    model = (await call.tenant.compiled()).model
    shown = [
        {
            "name": one.definition.name,
            "label": model.text(
                call.actor.language, f"{LABELS[kind]}.{one.definition.name}.label", one.definition.label
            ),
            "members": [_member_json(member) for member in one.members],
        }
        for one in groups
    ]
    return json_response({f"{kind}s": shown})


async def list_members(kind: GroupKind, call: Call) -> Response:
    call.request.accept_no_parameters()
    return _answer(await get_group(call.tenant, call.runtime.access, call.actor, kind, call.path["name"]))


async def set_members(kind: GroupKind, call: Call) -> Response:
    """The whole list, in order. With If-Match only when nobody has changed it since."""
    call.request.accept_no_parameters()
    seen = seen_tag(call.request.header(b"if-match"))
    body = await call.request.read_json()
    if not isinstance(body, list):
        raise InvalidRequest(
            "The body must be a JSON array of members, in their order.", hint='Such as [{"user": "mei"}].'
        )
    users = [_read_user(one) for one in body]
    name = call.path["name"]
    try:
        group = await replace_group_members(call.tenant, call.runtime.access, call.actor, kind, name, users, seen=seen)
    except Conflict as error:
        raise PreconditionFailed(error.message, hint=error.hint) from None
    return _answer(group)


def of(kind: GroupKind, handler: Callable[[GroupKind, Call], Awaitable[Response]]) -> Handler:
    """The handler of one address."""
    return partial(handler, kind)


def _answer(group: Group) -> Response:
    return json_response([_member_json(one) for one in group.members], headers={"ETag": f'"{group.tag}"'})


def _member_json(member: GroupMember) -> dict[str, Any]:
    return {
        "user": member.user_id,
        "username": member.username,
        "name": member.name,
        "is_active": member.is_active,
    }


def _read_user(value: Any) -> str:
    """What is read along may be sent back as it came, and changes nothing."""
    if not isinstance(value, dict):
        raise InvalidRequest("Each member must be a JSON object.", hint='Such as {"user": "mei"}.')
    return text(known_members(value, ("user", *READ_ALONG)), "user")
