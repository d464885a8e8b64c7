"""The users: the list of all, a new one, and one alone with what can be done about them. Who may come in is data, not metadata: it
changes at once."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from builder_ui.builder.frame import USERS, render_builder
from builder_ui.builder.users import keys, sign_ins
from builder_ui.builder.users.form import BLANK, Typed, build_widgets, homeless, posted_user, typed_user
from builder_ui.builder.users.model import Link, UserForm, UserList, UserRow
from builder_ui.confirming import sensitive
from builder_ui.faces import face_of
from builder_ui.toasts import leave_toast
from builder_ui.translation import LANGUAGES
from builder_ui.visit import Visit, to
from builder_ui.welcome import ADDRESS as WELCOME
from trellis.errors import FieldError, InvalidRecord
from trellis.security.access import require
from trellis.security.invitations import invite
from trellis.security.second_factor.service import fetch_second_factor
from trellis.security.sign_in.oversight import fetch_lock
from trellis.security.user_changes import UserChange, change_user, fetch_user, require_to_create
from trellis.security.users import NewUser, User, create_user, list_users

ADDRESS = "/builder/users"


async def user_list(visit: Visit) -> Response:
    require(visit.runtime.access, visit.actor, "manage_users")
    rows = tuple(_row(user) for user in await list_users(visit.tenant))
    return await render_builder(visit, "users.html", UserList(users=rows), here=USERS)


async def new_user(visit: Visit) -> Response:
    require(visit.runtime.access, visit.actor, "manage_users")
    return await _show_new(visit, BLANK)


@sensitive
async def add_user(visit: Visit) -> Response:
    """The invitation is made along, so that its link can be handed on."""
    require(visit.runtime.access, visit.actor, "manage_users")
    typed = posted_user(visit)
    new = NewUser(
        username=typed["username"],
        name=typed["name"],
        email=typed["email"],
        language=typed["language"],
        time_zone=typed["time_zone"],
        is_admin=bool(typed["is_admin"]),
    )
    require_to_create(visit.runtime.access, visit.actor, is_admin=new.is_admin)
    try:
        user = await create_user(visit.tenant, new, now=visit.now, by=visit.actor)
    except InvalidRecord as error:
        return await _show_new(visit, typed, error.fields)
    return await _show_with_link(visit, user)


async def user_page(visit: Visit) -> Response:
    user = await fetch_user(visit.tenant, visit.runtime.access, visit.actor, visit.part("id"))
    return await _show(visit, user, typed_user(user))


@sensitive
async def save_user(visit: Visit) -> Response:
    user = await fetch_user(visit.tenant, visit.runtime.access, visit.actor, visit.part("id"))
    typed = posted_user(visit)
    change = UserChange(
        name=typed["name"],
        email=typed["email"],
        language=typed["language"],
        time_zone=typed["time_zone"],
        is_admin=bool(typed["is_admin"]),
    )
    return await _change(visit, user, change, typed, visit.words.say("%(name)s saved", name=typed["name"]))


@sensitive
async def freeze_user(visit: Visit) -> Response:
    user = await fetch_user(visit.tenant, visit.runtime.access, visit.actor, visit.part("id"))
    is_active = visit.posted("do") == "let in"
    words = visit.words
    text = (
        words.say("%(name)s may sign in again", name=user.name)
        if is_active
        else words.say("%(name)s is frozen and signed out", name=user.name)
    )
    return await _change(visit, user, UserChange(is_active=is_active), typed_user(user), text)


@sensitive
async def invite_user(visit: Visit) -> Response:
    user = await fetch_user(visit.tenant, visit.runtime.access, visit.actor, visit.part("id"))
    try:
        return await _show_with_link(visit, user)
    except InvalidRecord:
        return to(f"{ADDRESS}/{user.id}")


async def _change(visit: Visit, user: User, change: UserChange, typed: Typed, text: str) -> Response:
    try:
        await change_user(visit.tenant, visit.runtime.access, visit.actor, user.id, change, now=visit.now)
    except InvalidRecord as error:
        return await _show(visit, user, typed, error.fields)
    return leave_toast(to(f"{ADDRESS}/{user.id}"), text)


async def _show_with_link(visit: Visit, user: User) -> Response:
    made = await invite(visit.tenant, visit.runtime.access, visit.actor, user.id, now=visit.now)
    base = visit.runtime.settings.base_url.rstrip("/")
    link = Link(href=f"{base}{WELCOME}/{made.token}", until=visit.formats.moment(made.expires_at))
    response = await _show(visit, user, typed_user(user), link=link)
    response.headers["Cache-Control"] = "no-store"
    return response


async def _show_new(visit: Visit, typed: Typed, refused: Sequence[FieldError] = ()) -> Response:
    page = UserForm(
        title=visit.words.say("New user"),
        action=f"{ADDRESS}/new",
        widgets=build_widgets(visit.words, typed, refused, is_new=True),
        errors=homeless(visit.words, refused),
    )
    return await render_builder(visit, "user.html", page, here=USERS, status=422 if refused else 200)


async def _show(
    visit: Visit, user: User, typed: Typed, refused: Sequence[FieldError] = (), link: Link | None = None
) -> Response:
    lock = await fetch_lock(visit.tenant, visit.runtime.access, visit.actor, user.id, now=visit.now)
    page = UserForm(
        title=user.name,
        action=f"{ADDRESS}/{user.id}",
        widgets=build_widgets(visit.words, typed, refused, is_new=False),
        errors=homeless(visit.words, refused),
        face=face_of(user.id, user.name),
        username=user.username,
        is_active=user.is_active,
        is_oneself=user.id == visit.actor.user_id,
        link=link,
        has_second_factor=(await fetch_second_factor(visit.tenant, user.id)).is_on,
        locked_until=visit.formats.moment(lock.until) if lock.until else "",
    )
    return await render_builder(visit, "user.html", page, here=USERS, status=422 if refused else 200)


def _row(user: User) -> UserRow:
    return UserRow(
        face=face_of(user.id, user.name),
        username=user.username,
        email=user.email,
        href=f"{ADDRESS}/{user.id}",
        language=LANGUAGES.get(user.language, user.language),
        is_admin=user.is_admin,
        is_active=user.is_active,
    )


PAGES = (
    (ADDRESS, user_list),
    (f"{ADDRESS}/new", new_user),
    (f"{ADDRESS}/{{id}}", user_page),
    *sign_ins.PAGES,
    *keys.PAGES,
)
ACTIONS = (
    (f"{ADDRESS}/new", add_user),
    (f"{ADDRESS}/{{id}}", save_user),
    (f"{ADDRESS}/{{id}}/freeze", freeze_user),
    (f"{ADDRESS}/{{id}}/invite", invite_user),
    *sign_ins.ACTIONS,
    *keys.ACTIONS,
)
