"""The frame around every page: which app one is in, where one can go, who one is, what was just done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from builder_ui.faces import Face, face_of
from builder_ui.toasts import Toast, read_toast
from builder_ui.translation import LANGUAGES, Words
from builder_ui.visit import Visit
from metamodel.definitions import App, Object
from trellis.automation.compiling.approvals import approvals_of
from trellis.automation.inbox import count_unread
from trellis.security.access import Action

APP_COOKIE = "trellis_app"


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    label: str
    href: str
    icon: str
    is_here: bool = False
    is_add: bool = False
    is_draft: bool = False
    count: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NavGroup:
    label: str
    items: tuple[NavItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """The search of the top bar."""

    action: str
    label: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """`place`: the app's name, or the builder's; `here`: the page's address, to come back to after a preference is set."""

    place: str
    tenant_label: str
    here: str
    csrf_token: str
    user: Face
    apps: tuple[NavItem, ...]
    groups: tuple[NavGroup, ...]
    dock: tuple[NavItem, ...]
    builder_href: str | None
    is_builder: bool
    unread: int
    jump: Jump | None
    toast: Toast | None
    languages: tuple[tuple[str, str], ...] = tuple(LANGUAGES.items())


async def render_page(
    visit: Visit,
    template: str,
    page: object,
    *,
    here: str = "",
    object_name: str | None = None,
    groups: tuple[NavGroup, ...] | None = None,
    status: int = 200,
    **more: Any,
) -> Response:
    """A page in its frame. `here`: the navigation's current entry ("home", or an object's name); `groups`: the builder's own
    navigation instead of the app's; `object_name`: the object one works with, for the app and the phone's dock."""
    toast, is_spent = read_toast(visit)
    shell = await build_shell(visit, here=here, object_name=object_name, groups=groups, toast=toast)
    values: Mapping[str, Any] = {"shell": shell, "page": page, "theme": visit.theme, **more}
    response = visit.renderer.page(template, visit.words.language, values, status=status)
    if is_spent:
        response.delete_cookie("trellis_toast")
    return response


async def build_shell(
    visit: Visit,
    *,
    here: str,
    object_name: str | None,
    groups: tuple[NavGroup, ...] | None,
    toast: Toast | None,
) -> Shell:
    words = visit.words
    app = current_app(visit, object_name)
    is_builder = groups is not None
    builder_home = _builder_home(visit)
    approvals = () if is_builder else await _approvals(visit, here)
    own = groups or (
        *_navigation(visit, app, here, approvals),
        *_builder(words, builder_home),
    )
    labels = visit.labels
    actor = visit.actor
    return Shell(
        place=words.say("Builder") if is_builder else labels.app(app) if app else words.say("Records"),
        tenant_label=visit.tenant.label or visit.tenant.name,
        here=visit.here,
        csrf_token=visit.identity.csrf_token or "",
        user=face_of(actor.user_id, actor.name, actor.email),
        apps=tuple(
            NavItem(
                label=labels.app(one),
                href="/app?" + urlencode({"app": one.name}),
                icon=one.icon,
                is_here=not is_builder and app is not None and one.name == app.name,
            )
            for one in visit.model.apps.values()
        ),
        groups=own,
        dock=() if is_builder else _dock(visit, app, here, object_name),
        builder_href=builder_home,
        is_builder=is_builder,
        unread=await count_unread(visit.tenant, visit.actor.user_id),
        jump=Jump(action="/app/search", label=words.say("Search records"), text=visit.asked("q")),
        toast=toast,
    )


# Where somebody goes in the builder who may no more than that.
_BUILDER_HOMES: tuple[tuple[Action, str], ...] = (
    ("customize", "/builder"),
    ("view_audit", "/builder/audit"),
    ("erase", "/builder/privacy"),
)


def _builder_home(visit: Visit) -> str | None:
    return next((address for action, address in _BUILDER_HOMES if visit.may(action)), None)


def _builder(words: Words, home: str | None) -> tuple[NavGroup, ...]:
    if home is None:
        return ()
    item = NavItem(label=words.say("Builder"), href=home, icon="tools")  # icons: tools home box plus search
    return (NavGroup(label="", items=(item,)),)


def current_app(visit: Visit, object_name: str | None) -> App | None:
    """The app chosen last if it has the object, else the first that has it, else the chosen or first one."""
    apps = visit.model.apps
    chosen = apps.get(visit.asked("app") or visit.request.cookies.get(APP_COOKIE, ""))
    fitting = [app for app in apps.values() if object_name is None or object_name in app.objects]
    if chosen and (chosen in fitting or not fitting):
        return chosen
    return next(iter(fitting or apps.values()), None)


def objects_of(visit: Visit, app: App | None) -> tuple[Object, ...]:
    """The objects to offer: the app's, or all of them when there is no app; only those one may read."""
    model = visit.model
    names = app.objects if app else tuple(name for name, thing in model.objects.items() if not thing.is_system)
    found = (model.find_object(name) for name in names)
    return tuple(thing for thing in found if thing and visit.may("read", thing.name))


async def _approvals(visit: Visit, here: str) -> tuple[NavItem, ...]:
    """Where there are any: what waits for whoever is signed in."""
    if not approvals_of(visit.compiled):
        return ()
    waiting = await visit.runtime.approval_desk(visit.tenant).count_waiting(visit.actor)
    count = "" if not waiting else str(waiting) if waiting < 100 else "99+"
    label = visit.words.say("Approvals")  # icons: shield-check
    return (NavItem(label=label, href="/app/approvals", icon="shield-check", is_here=here == "approvals", count=count),)


def _navigation(visit: Visit, app: App | None, here: str, approvals: tuple[NavItem, ...]) -> tuple[NavGroup, ...]:
    """The app's objects; below them those that are in no app, so that nothing that was built is out of reach."""
    home = NavItem(label=visit.words.say("Home"), href="/app", icon="home", is_here=here == "home")
    things = objects_of(visit, app)
    placed = {name for one in visit.model.apps.values() for name in one.objects}
    others = [thing for thing in objects_of(visit, None) if thing.name not in placed] if app else []
    queues = (NavItem(label=visit.words.say("My queues"), href="/app/queues", icon="inbox", is_here=here == "queues"),)
    own = (home, *(queues if visit.model.queues else ()), *approvals)
    first = NavGroup(label="", items=(*own, *(_object_item(visit, thing, here) for thing in things)))
    if not others:
        return (first,)
    more = tuple(_object_item(visit, thing, here) for thing in others)
    return first, NavGroup(label=visit.words.say("More"), items=more)


def _object_item(visit: Visit, thing: Object, here: str) -> NavItem:
    return NavItem(
        label=visit.labels.plural(thing), href=f"/app/{thing.name}", icon=thing.icon, is_here=here == thing.name
    )


def _dock(visit: Visit, app: App | None, here: str, object_name: str | None) -> tuple[NavItem, ...]:
    """The phone's thumb bar: home, two objects, "new" in the middle, search."""
    words, labels = visit.words, visit.labels
    things = objects_of(visit, app)
    current = next((thing for thing in things if thing.name == object_name), None)
    shown = [current] if current else []
    shown += [thing for thing in things if thing is not current][: 2 - len(shown)]
    links = [
        NavItem(label=labels.plural(one), href=f"/app/{one.name}", icon=one.icon, is_here=one.name == here)
        for one in shown
    ]
    target = current or (things[0] if things else None)
    add = []
    if target and visit.may("create", target.name):
        label = words.say("New %(label)s", label=labels.object(target).lower())
        add = [NavItem(label=label, href=f"/app/{target.name}/new", icon="plus", is_add=True)]
    home = NavItem(label=words.say("Home"), href="/app", icon="home", is_here=here == "home")
    search = NavItem(label=words.say("Search"), href="/app/search", icon="search", is_here=here == "search")
    return (home, *links[:1], *add, *links[1:], search)
