"""A role, a team or a permission set and its members -> what its page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from builder_ui.builder.defining.form import DEFINED
from builder_ui.builder.grant_table import GrantTable, grant_table
from builder_ui.faces import Face, face_of
from builder_ui.forms.complaints import complaint
from builder_ui.lists.model import Choice
from builder_ui.principals import principal_label
from builder_ui.visit import Visit
from metamodel.access_definitions import ADMINISTRATOR, PermissionGroup, PermissionSet
from trellis.automation.group_members import Definition, Group
from trellis.automation.groups import LABELS, GroupKind
from trellis.errors import FieldError
from trellis.security.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    user_id: str
    face: Face
    username: str
    is_active: bool
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPage:
    """`seen`: what the list was, so that nobody else's change is overwritten; `candidates`: who may be added; `in_turn`: whether the order
    of the members means anything; `grants`: what a permission set does; `is_fixed`: its members are not said here; `edit_href`: where it is
    defined, "" for what a package brings. `above`, `below`: of a role, those it reports to, from the top down, and those that report to
    it; `sets`: what a group holds."""

    name: str
    label: str
    title: str
    list_href: str
    fact: str
    icon: str
    help: str
    action: str
    seen: str
    members: tuple[MemberRow, ...]
    candidates: tuple[Choice, ...]
    empty_text: str
    errors: tuple[str, ...] = ()
    in_turn: bool = True
    is_fixed: bool = False
    grants: GrantTable | None = None
    edit_href: str = ""
    above: tuple[Choice, ...] = ()
    below: tuple[Choice, ...] = ()
    sets: tuple[Choice, ...] = ()


def build_page(
    visit: Visit,
    group: Group,
    users: Mapping[str, User],
    members: Sequence[str],
    *,
    errors: tuple[str, ...],
    refused: Sequence[FieldError],
) -> GroupPage:
    """`members`: ids as they stand in the form; `refused`: findings by their place among them. Who is no user any more has no row."""
    words, definition = visit.words, group.definition
    looks = _looks(visit, group.kind)
    in_turn = group.kind in ("role", "team")
    by_place = {finding.index: complaint(words, finding.code, finding.message) for finding in refused}
    shown = [(place, users[one]) for place, one in enumerate(members) if one in users]
    places = {place for place, _ in shown}
    return GroupPage(
        name=definition.name,
        label=_label(visit, group.kind, definition),
        title=looks.title,
        list_href=f"/builder/{group.kind}s",
        fact=_package(visit, definition),
        icon=looks.icon,
        help=looks.help,
        empty_text=looks.empty_text,
        in_turn=in_turn,
        is_fixed=group.kind == "permission_set" and definition.name == ADMINISTRATOR,
        grants=grant_table(visit, definition) if isinstance(definition, PermissionSet) else None,
        edit_href=""
        if definition.owner or group.kind not in DEFINED
        else f"/builder/{group.kind}s?edit={definition.name}",
        above=_above(visit, definition.name) if group.kind == "role" else (),
        below=_below(visit, definition.name) if group.kind == "role" else (),
        sets=_sets(visit, definition) if isinstance(definition, PermissionGroup) else (),
        action=f"/builder/{group.kind}s/{definition.name}",
        seen=group.tag,
        members=tuple(
            MemberRow(
                user_id=user.id,
                face=face_of(user.id, user.name),
                username=user.username,
                is_active=user.is_active,
                error=by_place.get(place, ""),
            )
            for place, user in shown
        ),
        candidates=tuple(
            Choice(value=user.id, label=f"{user.name} ({user.username})")
            for user in sorted(users.values(), key=lambda user: (user.name.casefold(), user.username))
            if user.is_active and user.id not in members
        ),
        errors=(*errors, *(text for place, text in by_place.items() if place not in places)),
    )


def _above(visit: Visit, name: str) -> tuple[Choice, ...]:
    way: list[str] = []
    role = visit.model.roles.get(name)
    while role is not None and role.reports_to is not None and role.reports_to not in way:
        way.append(role.reports_to)
        role = visit.model.roles.get(role.reports_to)
    return tuple(_link(visit, one) for one in reversed(way))


def _below(visit: Visit, name: str) -> tuple[Choice, ...]:
    return tuple(_link(visit, one.name) for one in visit.model.roles.values() if one.reports_to == name)


def _sets(visit: Visit, group: PermissionGroup) -> tuple[Choice, ...]:
    return tuple(
        Choice(value=f"/builder/permission_sets/{name}", label=principal_label(visit.labels, f"permission_set:{name}"))
        for name in group.sets
    )


def _link(visit: Visit, role: str) -> Choice:
    return Choice(value=f"/builder/roles/{role}", label=principal_label(visit.labels, f"role:{role}"))


def _label(visit: Visit, kind: GroupKind, definition: Definition) -> str:
    if isinstance(definition, PermissionSet) and definition.name == ADMINISTRATOR:
        return visit.words.say("Administrator")
    return visit.labels.text(f"{LABELS[kind]}.{definition.name}.label", definition.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looks:
    title: str
    icon: str
    help: str
    empty_text: str


def _looks(visit: Visit, kind: GroupKind) -> _Looks:
    words = visit.words
    if kind in ("permission_set", "permission_group"):
        is_set = kind == "permission_set"
        return _Looks(
            title=words.say("Permission sets") if is_set else words.say("Permission groups"),
            icon="shield-check" if is_set else "stack-2",
            help=words.say("What is granted or taken away holds with the next click of whoever it is about."),
            empty_text=words.say("Nobody has this yet, so it grants nothing to anybody."),
        )
    return _Looks(
        title=words.say("Roles") if kind == "role" else words.say("Teams"),
        icon="id-badge" if kind == "role" else "users-group",
        help=words.say(
            "Records that a rule assigns here go to these people in turn, from top to bottom. Who is not active gets none."
        ),
        empty_text=words.say(
            "What a rule assigns here stays with its owner until somebody is added, and nobody is told."
        ),
    )


def _package(visit: Visit, definition: Definition) -> str:
    package = visit.model.packages.get(definition.owner)
    return package.label if package else definition.owner
