"""The lists of roles, teams, permission sets and groups of them, and defining one: a definition goes to the draft, who has it is data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from starlette.responses import Response

from builder_ui.builder.defining.form import DEFINED, Defined, DefinitionForm, address_of, read_definition
from builder_ui.builder.defining.lists import build_list, defined_kind
from builder_ui.builder.defining.model import DefinitionDrawer
from builder_ui.builder.frame import PERMISSION_GROUPS, PERMISSION_SETS, ROLES, TEAMS, render_builder
from builder_ui.builder.workspace import Body, Workspace, load_workspace, write_body
from builder_ui.findings import problems_by_key
from builder_ui.labels import Labels
from builder_ui.toasts import leave_toast
from builder_ui.visit import Handler, Visit, to
from metamodel import MetadataProblem, path_of
from metamodel.names import NAME, NAME_LENGTH
from trellis.automation.group_members import definitions, list_groups
from trellis.automation.groups import GroupKind
from trellis.errors import NotFound
from trellis.records.shares import count_shares_with

_HERE = {"role": ROLES, "team": TEAMS, "permission_set": PERMISSION_SETS, "permission_group": PERMISSION_GROUPS}
_LISTED: tuple[GroupKind, ...] = (*DEFINED, "permission_set")
_KEYS = ("label", "reports_to", "sets")


async def list_page(kind: GroupKind, visit: Visit) -> Response:
    """`?add=1` opens the drawer for a new one, of roles with the name of the one above; `?edit=NAME` that of one's own."""
    workspace = await load_workspace(visit)
    return await _show(visit, workspace, kind, _asked_drawer(visit, workspace, defined_kind(kind)))


async def create(kind: Defined, visit: Visit) -> Response:
    return await _save(kind, visit, "")


async def change(kind: Defined, visit: Visit) -> Response:
    return await _save(kind, visit, visit.part("name"))


async def remove(kind: Defined, visit: Visit) -> Response:
    """Or takes back what the draft did. What people have, or records are shared with, is not removed."""
    workspace, name = await load_workspace(visit), visit.part("name")
    own = _file(workspace, kind)
    before = (workspace.live_body(_path(kind)) or {}).get(name)
    if name not in own and before is None:
        raise _none_of_yours(name)
    is_gone, is_new = name not in own, before is None
    errors = () if is_gone or is_new else await _uses(visit, kind, name)
    if not errors:
        problems = await _write(visit, workspace, kind, name, before if is_gone else None)
        errors = _where_used(visit, problems)
    if errors:
        return await _show(visit, workspace, kind, None, errors=errors, status=422)
    return leave_toast(to(address_of(kind)), visit.words.say("Change added to the draft"))


async def _uses(visit: Visit, kind: Defined, name: str) -> tuple[str, ...]:
    """Why it must not go yet, of what is data."""
    words, access = visit.words, visit.runtime.access
    groups = await list_groups(visit.tenant, access, visit.actor, kind)
    members = next((len(group.members) for group in groups if group.definition.name == name), 0)
    principals = {"role": (f"role:{name}", f"role_and_below:{name}"), "team": (f"team:{name}",)}.get(kind, ())
    shared = await count_shares_with(visit.tenant, access, visit.actor, principals, now=visit.now)
    lines = []
    if members:
        lines.append(
            words.count(
                "%(num)s person has it. Take it from them first.",
                "%(num)s people have it. Take it from them first.",
                members,
            )
        )
    if shared:
        lines.append(
            words.count(
                "%(num)s record is shared with it by hand. Take that back first.",
                "%(num)s records are shared with it by hand. Take that back first.",
                shared,
            )
        )
    return tuple(lines)


def _where_used(visit: Visit, problems: Sequence[MetadataProblem]) -> tuple[str, ...]:
    """What does not hold together without it, by its place."""
    places = (f"{one.file}, {one.path}" if one.path else f"{one.file}:{one.line}" for one in problems)
    return tuple(visit.words.say("It is still named in %(place)s.", place=place) for place in places)


async def _save(kind: Defined, visit: Visit, name: str) -> Response:
    """`name` "": a new one."""
    workspace, words = await load_workspace(visit), visit.words
    if name and name not in _file(workspace, kind):
        raise _none_of_yours(name)
    typed_name, body = read_definition(visit.form, kind)
    errors = _faults(visit, workspace, kind, name or typed_name, body, is_new=not name)
    if not errors:
        problems = await _write(visit, workspace, kind, name or typed_name, body)
        errors = problems_by_key(words, problems, name or typed_name, _KEYS)
    if errors:
        form = DefinitionForm(Labels(workspace.model, words), kind, name, body, errors, visit.posted("f.name"))
        return await _show(visit, workspace, kind, form.drawer(), status=422)
    added = words.say("%(label)s added to the draft", label=body["label"])
    return leave_toast(to(address_of(kind)), words.say("Change added to the draft") if name else added)


def _faults(
    visit: Visit, workspace: Workspace, kind: Defined, name: str, body: Body, *, is_new: bool
) -> Mapping[str, Sequence[str]]:
    words = visit.words
    errors: dict[str, Sequence[str]] = {}
    if not body["label"]:
        errors["label"] = (words.say("Give it a label."),)
    elif is_new and (not NAME.match(name) or len(name) > NAME_LENGTH):
        errors["name"] = (words.say("Give it a name of lower-case letters, digits and underscores."),)
    elif is_new and (name in definitions(workspace.model, kind) or name in _file(workspace, kind)):
        errors["name"] = (words.say("There is one named %(name)s already.", name=name),)
    if body.get("sets") == []:
        errors["sets"] = (words.say("Choose at least one permission set."),)
    return errors


async def _write(
    visit: Visit, workspace: Workspace, kind: Defined, name: str, body: Body | None
) -> tuple[MetadataProblem, ...]:
    """The kind's file with the definition as given, or without it; without any there is no file."""
    every: dict[str, Any] = {**_file(workspace, kind), name: body}
    kept = {key: one for key, one in every.items() if one is not None}
    return await write_body(visit, workspace, f"{kind}s", f"{kind}s", kept or None)


def _asked_drawer(visit: Visit, workspace: Workspace, kind: Defined | None) -> DefinitionDrawer | None:
    if kind is None:
        return None
    labels, name, above = Labels(workspace.model, visit.words), visit.asked("edit"), visit.asked("add")
    body = _file(workspace, kind).get(name)
    if name and body is not None:
        return DefinitionForm(labels, kind, name, body, {}).drawer()
    if not above:
        return None
    begun = {"reports_to": above} if kind == "role" and above in workspace.model.roles else {}
    return DefinitionForm(labels, kind, "", begun, {}).drawer()


def _path(kind: Defined) -> str:
    return path_of(f"{kind}s", f"{kind}s")


def _file(workspace: Workspace, kind: Defined) -> Body:
    return workspace.body(_path(kind)) or {}


def _none_of_yours(name: str) -> NotFound:
    return NotFound(f"There is none {name!r} of your own.")


async def _show(
    visit: Visit,
    workspace: Workspace,
    kind: GroupKind,
    drawer: DefinitionDrawer | None,
    *,
    errors: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    page = await build_list(visit, workspace, kind, drawer, errors)
    template = "roles.html" if kind == "role" else "groups.html"
    return await render_builder(visit, template, page, here=_HERE[kind], status=status)


def _of(kind: Defined, handler: Callable[[Defined, Visit], Awaitable[Response]]) -> Handler:
    return partial(handler, kind)


PAGES: tuple[tuple[str, Handler], ...] = tuple((address_of(kind), partial(list_page, kind)) for kind in _LISTED)
ACTIONS: tuple[tuple[str, Handler], ...] = tuple(
    found
    for kind in DEFINED
    for found in (
        (address_of(kind), _of(kind, create)),
        (f"{address_of(kind)}/{{name}}/definition", _of(kind, change)),
        (f"{address_of(kind)}/{{name}}/remove", _of(kind, remove)),
    )
)
