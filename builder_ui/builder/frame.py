"""The builder's navigation and its pages in their frame."""

from __future__ import annotations

from starlette.responses import Response

from builder_ui.builder.draft_store import load_draft
from builder_ui.builder.model import DraftBar
from builder_ui.shell import NavGroup, NavItem, current_app, render_page
from builder_ui.visit import Visit
from trellis.automation.outbox_state import MOST_DEAD, count_dead
from trellis.rules.check import statements_of
from trellis.schema.deployed_problems import find_deployed_problems

OBJECTS, RULES, QUEUES, OUTBOX, PLAN, HISTORY = "objects", "rules", "queues", "outbox", "plan", "history"
USERS = "users"
ROLES, TEAMS = "roles", "teams"
PERMISSION_SETS, PERMISSION_GROUPS = "permission_sets", "permission_groups"
TIMERS = "timers"
AUDIT = "audit"
PRIVACY = "privacy"
CLIENTS = "clients"
SHARING = "sharing"
PROVIDERS = "providers"


async def render_builder(visit: Visit, template: str, page: object, *, here: str, status: int = 200) -> Response:
    count = len(await load_draft(visit.tenant))
    problems = await find_deployed_problems(visit.tenant)
    bar = DraftBar(count=count, problem_count=len(problems), is_hidden=here == PLAN or not visit.may("customize"))
    dead = await count_dead(visit.tenant) if visit.may("administer") else 0
    groups = _navigation(visit, here, count, dead)
    return await render_page(visit, f"builder/{template}", page, groups=groups, status=status, draft=bar)


def _navigation(visit: Visit, here: str, count: int, dead: int) -> tuple[NavGroup, ...]:
    """Whoever may not customize has the pages here that other rights open."""
    words = visit.words
    app = current_app(visit, None)
    place = visit.labels.app(app) if app else words.say("Records")
    back = NavItem(label=words.say("Back to %(place)s", place=place), href="/app", icon="arrow-left")
    may_build = visit.may("customize")
    return (
        NavGroup(label="", items=(back,)),
        *(_metadata(visit, here, dead) if may_build else ()),
        NavGroup(
            label="",
            items=(
                *(_deploys(visit, here, count) if may_build else ()),
                *_audit(visit, here),
                *_privacy(visit, here),
            ),
        ),
    )


def _metadata(visit: Visit, here: str, dead: int) -> tuple[NavGroup, ...]:
    # icons: arrow-left cube share inbox send git-compare history
    objects = NavItem(
        label=visit.words.say("Objects"),
        href="/builder",
        icon="cube",
        is_here=here == OBJECTS,
        count=str(sum(not thing.is_system for thing in visit.model.objects.values())),
    )
    sharing = NavItem(label=visit.words.say("Sharing"), href="/builder/sharing", icon="share", is_here=here == SHARING)
    data = NavGroup(label=visit.words.say("Data"), items=(objects, sharing))
    return (data, *_automation(visit, here, dead), *_people(visit, here))


def _deploys(visit: Visit, here: str, count: int) -> tuple[NavItem, ...]:
    """`count`: how many edits wait in the draft."""
    words = visit.words
    plan = NavItem(
        label=words.say("Review and deploy"),
        href="/builder/plan",
        icon="git-compare",
        is_here=here == PLAN,
        is_draft=True,
        count=str(count) if count else "",
    )
    history = NavItem(label=words.say("History"), href="/builder/history", icon="history", is_here=here == HISTORY)
    return plan, history


def _audit(visit: Visit, here: str) -> tuple[NavItem, ...]:
    if not visit.may("view_audit"):
        return ()
    label = visit.words.say("Audit")
    return (NavItem(label=label, href="/builder/audit", icon="shield-check", is_here=here == AUDIT),)


def _privacy(visit: Visit, here: str) -> tuple[NavItem, ...]:
    if not visit.may("erase"):
        return ()
    label = visit.words.say("Personal data")
    return (NavItem(label=label, href="/builder/privacy", icon="fingerprint", is_here=here == PRIVACY),)


def _automation(visit: Visit, here: str, dead: int) -> tuple[NavGroup, ...]:
    """`dead`: how many messages wait for a decision."""
    rules = NavItem(
        label=visit.words.say("Rules"),
        href="/builder/rules",
        icon="route",
        is_here=here == RULES,
        count=str(sum(len(statements_of(one)) for one in visit.model.rules.values())),
    )
    label = visit.words.say("Automation")
    if not visit.may("administer"):
        return (NavGroup(label=label, items=(rules,)),)
    outbox = NavItem(
        label=visit.words.say("Outbox"),
        href="/builder/outbox",
        icon="send",
        is_here=here == OUTBOX,
        is_draft=True,
        count=(str(dead) if dead <= MOST_DEAD else f"{MOST_DEAD}+") if dead else "",
    )
    timers = NavItem(label=visit.words.say("Timers"), href="/builder/timers", icon="hourglass", is_here=here == TIMERS)
    return (NavGroup(label=label, items=(rules, outbox, timers)),)


def _people(visit: Visit, here: str) -> tuple[NavGroup, ...]:
    """Who sits where is data of the tenant: nothing of it waits in the draft."""
    if not visit.may("administer"):
        return ()
    # icons: inbox id-badge users-group plug login shield-check stack-2
    kinds = (
        (QUEUES, visit.words.say("Queues"), "inbox", visit.model.queues),
        (ROLES, visit.words.say("Roles"), "id-badge", visit.model.roles),
        (TEAMS, visit.words.say("Teams"), "users-group", visit.model.teams),
        (PERMISSION_SETS, visit.words.say("Permission sets"), "shield-check", visit.model.permission_sets),
        (PERMISSION_GROUPS, visit.words.say("Permission groups"), "stack-2", visit.model.permission_groups),
    )
    users = NavItem(label=visit.words.say("Users"), href="/builder/users", icon="user", is_here=here == USERS)
    items = tuple(
        NavItem(label=label, href=f"/builder/{name}", icon=icon, is_here=here == name, count=str(len(found)))
        for name, label, icon, found in kinds
    )
    clients = NavItem(
        label=visit.words.say("OAuth clients"), href="/builder/clients", icon="plug", is_here=here == CLIENTS
    )
    providers = NavItem(
        label=visit.words.say("Sign-in from outside"),
        href="/builder/providers",
        icon="login",
        is_here=here == PROVIDERS,
    )
    return (NavGroup(label=visit.words.say("People"), items=(users, *items, providers, clients)),)
