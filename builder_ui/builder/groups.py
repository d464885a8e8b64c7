"""Who has a role or a permission set, or is in a team: members are data and change at once, without a deploy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from starlette.responses import Response

from builder_ui.builder.frame import PERMISSION_GROUPS, PERMISSION_SETS, ROLES, TEAMS, render_builder
from builder_ui.builder.group_form import Grouping, read_grouping
from builder_ui.builder.group_view import build_page
from builder_ui.confirming import sensitive
from builder_ui.toasts import leave_toast
from builder_ui.visit import Handler, Visit, to
from trellis.automation.group_members import Group, get_group, replace_group_members
from trellis.automation.groups import GroupKind
from trellis.errors import Conflict, FieldError, InvalidRecord
from trellis.security.users import list_users

_HERE = {"role": ROLES, "team": TEAMS, "permission_set": PERMISSION_SETS, "permission_group": PERMISSION_GROUPS}


async def group_page(kind: GroupKind, visit: Visit) -> Response:
    group = await _find(kind, visit)
    return await _show(visit, group, [member.user_id for member in group.members])


async def change_group(kind: GroupKind, visit: Visit) -> Response:
    """What stands in all rows is saved, whichever button was pressed."""
    name = visit.part("name")
    grouping = read_grouping(visit.form)
    if visit.posted("do") == "add" and grouping.added is None:
        text = visit.words.say("Choose whom to add.")
        return await _show(visit, await _find(kind, visit), grouping.users, errors=(text,), status=422)
    access, seen = visit.runtime.access, visit.posted("seen")
    try:
        group = await replace_group_members(visit.tenant, access, visit.actor, kind, name, grouping.users, seen=seen)
    except Conflict:
        group = await _find(kind, visit)
        text = visit.words.say("Somebody else has changed these members meanwhile. This is who they are now.")
        users = [member.user_id for member in group.members]
        return await _show(visit, group, users, errors=(text,), status=409)
    except InvalidRecord as error:
        return await _show(visit, await _find(kind, visit), grouping.users, refused=error.fields, status=422)
    return _done(visit, group, grouping)


def _done(visit: Visit, group: Group, grouping: Grouping) -> Response:
    address = f"/builder/{group.kind}s/{group.definition.name}"
    words = visit.words
    if grouping.moved:
        return to(f"{address}#m-{grouping.moved}")
    if grouping.added:
        return leave_toast(to(address), words.say("%(name)s belongs here now", name=group.members[-1].name))
    return leave_toast(to(address), words.say("Members saved"))


async def _find(kind: GroupKind, visit: Visit) -> Group:
    return await get_group(visit.tenant, visit.runtime.access, visit.actor, kind, visit.part("name"))


async def _show(
    visit: Visit,
    group: Group,
    members: Sequence[str],
    *,
    errors: tuple[str, ...] = (),
    refused: Sequence[FieldError] = (),
    status: int = 200,
) -> Response:
    users = {user.id: user for user in await list_users(visit.tenant)}
    page = build_page(visit, group, users, members, errors=errors, refused=refused)
    return await render_builder(visit, "group.html", page, here=_HERE[group.kind], status=status)


def _of(kind: GroupKind, handler: Callable[[GroupKind, Visit], Awaitable[Response]]) -> Handler:
    return partial(handler, kind)


PAGES: tuple[tuple[str, Handler], ...] = (
    ("/builder/roles/{name}", _of("role", group_page)),
    ("/builder/teams/{name}", _of("team", group_page)),
    ("/builder/permission_sets/{name}", _of("permission_set", group_page)),
    ("/builder/permission_groups/{name}", _of("permission_group", group_page)),
)
ACTIONS: tuple[tuple[str, Handler], ...] = (
    ("/builder/roles/{name}", sensitive(_of("role", change_group))),
    ("/builder/teams/{name}", sensitive(_of("team", change_group))),
    ("/builder/permission_sets/{name}", sensitive(_of("permission_set", change_group))),
    ("/builder/permission_groups/{name}", sensitive(_of("permission_group", change_group))),
)
