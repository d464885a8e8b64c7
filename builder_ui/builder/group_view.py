"""Roles, teams and permission sets and their members -> what their pages show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from builder_ui.builder.grant_table import GrantTable, grant_table
from builder_ui.faces import Face, face_of
from builder_ui.forms.complaints import complaint
from builder_ui.lists.model import Choice
from builder_ui.visit import Visit
from metamodel.access_definitions import ADMINISTRATOR, PermissionSet
from trellis.automation.group_members import Definition, Group
from trellis.automation.groups import LABELS, GroupKind
from trellis.errors import FieldError
from trellis.security.users import User

FACES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """`faces`: of the first few; `count`: of all; `names`: all of them, to be read out; `package`: blank for one's own."""

    name: str
    label: str
    href: str
    package: str
    faces: tuple[Face, ...]
    count: int
    names: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupList:
    """Of roles, teams or permission sets. `in_draft`: those that are not deployed yet, by address; `new_href`: where one is made, "" where
    that is done in a file."""

    title: str
    about: str
    empty_title: str
    empty_text: str
    icon: str
    groups: tuple[GroupRow, ...]
    new_href: str = ""
    new_label: str = ""
    in_draft: tuple[Choice, ...] = ()


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
    of the members means anything; `grants`: what a permission set does; `is_fixed`: its members are not said here."""

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


def build_list(visit: Visit, kind: GroupKind, groups: Sequence[Group], in_draft: tuple[Choice, ...] = ()) -> GroupList:
    words = visit.words
    rows = tuple(_row(visit, group) for group in groups)
    # icons: id-badge users-group
    if kind == "permission_set":
        return GroupList(
            title=words.say("Permission sets"),
            about=words.say(
                "What people may see and do. Somebody may have several, which add up. Who has one changes at once."
            ),
            empty_title=words.say("There are no permission sets yet"),
            empty_text=words.say("A permission set is a file in permissions/. Deploy one, and say here who has it."),
            icon="shield-check",
            groups=rows,
            new_href="/builder/permission_sets/new",
            new_label=words.say("New permission set"),
            in_draft=in_draft,
        )
    if kind == "permission_group":
        return GroupList(
            title=words.say("Permission groups"),
            about=words.say("Permission sets that are given together."),
            empty_title=words.say("There are no permission groups yet"),
            empty_text=words.say("They are defined in permission_groups.yaml."),
            icon="stack-2",
            groups=rows,
        )
    if kind == "role":
        return GroupList(
            title=words.say("Roles"),
            about=words.say(
                "What people do: rules assign to a role, tell it, and ask it to approve. Changes hold at once."
            ),
            empty_title=words.say("There are no roles yet"),
            empty_text=words.say("A role is defined in roles.yaml. Deploy one, and say here who has it."),
            icon="id-badge",
            groups=rows,
        )
    return GroupList(
        title=words.say("Teams"),
        about=words.say(
            "Who works together: rules assign to a team, tell it, and ask it to approve. Changes hold at once."
        ),
        empty_title=words.say("There are no teams yet"),
        empty_text=words.say("A team is defined in teams.yaml. Deploy one, and say here who is in it."),
        icon="users-group",
        groups=rows,
    )


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


def _row(visit: Visit, group: Group) -> GroupRow:
    members = group.members
    return GroupRow(
        name=group.definition.name,
        label=_label(visit, group.kind, group.definition),
        href=f"/builder/{group.kind}s/{group.definition.name}",
        package=_package(visit, group.definition),
        faces=tuple(face_of(member.user_id, member.name) for member in members[:FACES]),
        count=len(members),
        names=", ".join(member.name for member in members),
    )


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
