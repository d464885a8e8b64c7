"""A permission set of one's own, edited in the draft: the rights on objects, the fields of one object, and what there is beside records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from builder_ui.builder.field_options import api_name
from builder_ui.builder.frame import PERMISSION_SETS, render_builder
from builder_ui.builder.grant_form import (
    FieldRow,
    RightsForm,
    body_of,
    field_rows,
    others_choices,
    read_fields,
    read_rights,
    rights_form,
)
from builder_ui.builder.grant_types import TYPES, read_types, type_choices
from builder_ui.builder.naming import naming_widgets
from builder_ui.builder.workspace import Body, Workspace, load_workspace, write_body
from builder_ui.findings import problem_lines
from builder_ui.forms.model import Widget
from builder_ui.labels import Labels
from builder_ui.lists.model import Choice
from builder_ui.toasts import leave_toast
from builder_ui.visit import Handler, Visit, to
from metamodel import MetadataProblem, path_of
from metamodel.access_definitions import ADMINISTRATOR
from metamodel.names import NAME, NAME_LENGTH
from trellis.errors import NotFound

KIND = "permission_set"
LIST = "/builder/permission_sets"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantEdit:
    """`file`: where it is written, "" for a new one; `cancel_href`: where one came from."""

    title: str
    file: str
    action: str
    cancel_href: str
    widgets: tuple[Widget, ...]
    rights: RightsForm
    api_only: bool
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsEdit:
    """The fields of one object. `set_href`: the permission set's own form; `types`: the record types that records may be given, () where
    there are none to choose, `is_every_type`: also those to come."""

    title: str
    set_label: str
    set_href: str
    action: str
    others: tuple[Choice, ...]
    rows: tuple[FieldRow, ...]
    types: tuple[Choice, ...]
    is_every_type: bool
    errors: tuple[str, ...]


async def new_set(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    return await _show(visit, workspace, "", _template(visit, workspace))


async def create_set(visit: Visit) -> Response:
    workspace, words = await load_workspace(visit), visit.words
    body = read_rights(visit.form, workspace.model, _template(visit, workspace))
    name = visit.posted("f.name").strip() or api_name(body.get("label", ""))
    refused = ""
    if not NAME.match(name) or len(name) > NAME_LENGTH:
        refused = words.say("Give it a name of lower-case letters, digits and underscores.")
    elif name in workspace.model.permission_sets or workspace.source(path_of(KIND, name)) is not None:
        refused = words.say("There is a permission set named %(name)s already.", name=name)
    if refused:
        return await _show(visit, workspace, "", body, name_error=refused, status=422)
    return await _save(visit, workspace, name, body, is_new=True)


async def edit_set(visit: Visit) -> Response:
    workspace, name = await load_workspace(visit), visit.part("name")
    return await _show(visit, workspace, name, _own_body(workspace, name))


async def save_set(visit: Visit) -> Response:
    workspace, name = await load_workspace(visit), visit.part("name")
    body = read_rights(visit.form, workspace.model, _own_body(workspace, name))
    return await _save(visit, workspace, name, body, is_new=False)


async def edit_fields(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    return await _show_fields(visit, workspace, _granted(visit, workspace))


async def save_fields(visit: Visit) -> Response:
    workspace, name, about = await load_workspace(visit), visit.part("name"), visit.part("object")
    before = _granted(visit, workspace)
    thing = workspace.model.objects[about]
    granted = read_types(visit.form, thing, read_fields(visit.form, thing, before))
    body = _own_body(workspace, name)
    body["objects"][about] = granted
    problems = await write_body(visit, workspace, KIND, name, body)
    if problems:
        return await _show_fields(visit, workspace, granted, problems)
    return leave_toast(to(f"{LIST}/{name}/edit#o-{about}"), visit.words.say("Change added to the draft"))


async def own_in_draft(visit: Visit) -> tuple[Choice, ...]:
    """The permission sets that are only in the draft yet."""
    workspace = await load_workspace(visit)
    return tuple(
        Choice(value=f"{LIST}/{name}/edit", label=str(body.get("label", name)))
        for path in workspace.draft
        if path.startswith("permissions/")
        and (name := path.removeprefix("permissions/").removesuffix(".yaml")) not in visit.model.permission_sets
        and (body := workspace.body(path)) is not None
    )


async def _save(visit: Visit, workspace: Workspace, name: str, body: Body, *, is_new: bool) -> Response:
    words, about = visit.words, visit.posted("do").removeprefix("fields:")
    wants_fields = visit.posted("do").startswith("fields:")
    shown = "" if is_new else name
    if wants_fields and about not in body.get("objects", {}):
        nothing_granted = {about: [words.say("Tick first what may be done with the records.")]}
        return await _show(visit, workspace, shown, body, by_object=nothing_granted, status=422)
    if not body.get("label"):
        return await _show(visit, workspace, shown, body, label_error=words.say("Give it a label."), status=422)
    problems = await write_body(visit, workspace, KIND, name, body)
    if problems:
        lines, rest = _by_part(visit, problems, "objects", workspace.model.objects)
        return await _show(visit, workspace, shown, body, by_object=lines, errors=rest, status=422)
    if wants_fields:
        return to(f"{LIST}/{name}/edit/{about}")
    address = f"{LIST}/{name}" if name in visit.model.permission_sets else f"{LIST}/{name}/edit"
    text = words.say("%(label)s added to the draft", label=body["label"]) if is_new else None
    return leave_toast(to(address), text or words.say("Change added to the draft"))


def _by_part(
    visit: Visit, problems: Sequence[MetadataProblem], part: str, shown: Container[str]
) -> tuple[Mapping[str, list[str]], tuple[str, ...]]:
    """What is wrong, by the name that follows `part` in its path when it is one of those shown, and the rest."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    rest: list[str] = []
    for problem, line in zip(problems, problem_lines(visit.words, problems), strict=True):
        name = problem.path.removeprefix(f"{part}.").split(".")[0]
        if problem.path.startswith(f"{part}.") and name in shown:
            lines[name].append(line)
        else:
            rest.append(line)
    return lines, tuple(rest)


def _template(visit: Visit, workspace: Workspace) -> Body:
    """What a new one begins as: nothing, or what the one grants that is copied."""
    found = workspace.model.permission_sets.get(visit.asked("copy"))
    if found is None or found.name == ADMINISTRATOR:
        return {}
    label = Labels(workspace.model, visit.words).text(f"permissions.{found.name}.label", found.label)
    return {**body_of(found), "label": visit.words.say("%(label)s (copy)", label=label)[:80]}


def _own_body(workspace: Workspace, name: str) -> Body:
    body = workspace.body(path_of(KIND, name))
    if body is None:
        raise NotFound(f"There is no permission set {name!r} of your own.")
    return body


def _granted(visit: Visit, workspace: Workspace) -> Body:
    name, about = visit.part("name"), visit.part("object")
    granted: Body | None = _own_body(workspace, name).get("objects", {}).get(about)
    if granted is None or about not in workspace.model.objects:
        raise NotFound(f"The permission set {name!r} grants nothing on {about!r}.")
    return granted


async def _show(
    visit: Visit,
    workspace: Workspace,
    name: str,
    body: Body,
    *,
    by_object: Mapping[str, Sequence[str]] | None = None,
    errors: tuple[str, ...] = (),
    name_error: str = "",
    label_error: str = "",
    status: int = 200,
) -> Response:
    """`name` "": a new one."""
    words, copied = visit.words, visit.asked("copy")
    named = naming_widgets(
        words,
        "g",
        body,
        typed_name=None if name else visit.posted("f.name") or (f"{copied}_copy"[:NAME_LENGTH] if copied else ""),
        name_label=words.say("Name in files and addresses"),
        label_error=label_error,
        name_error=name_error,
    )
    description = Widget(
        kind="textarea",
        id="g-description",
        name="f.description",
        label=words.say("What is the set for?"),
        text=body.get("description", ""),
        is_wide=True,
        rows=2,
        length=4000,
    )
    query = f"?copy={copied}" if copied in workspace.model.permission_sets else ""
    page = GrantEdit(
        title=body.get("label", name) if name else words.say("New permission set"),
        file=path_of(KIND, name) if name else "",
        action=f"{LIST}/{name}/edit" if name else f"{LIST}/new{query}",
        cancel_href=f"{LIST}/{name}" if name in visit.model.permission_sets else LIST,
        widgets=(*named, description),
        rights=rights_form(words, workspace.model, body, by_object or {}),
        api_only=bool(body.get("api_only")),
        errors=errors,
    )
    return await render_builder(visit, "grant_edit.html", page, here=PERMISSION_SETS, status=status)


async def _show_fields(
    visit: Visit, workspace: Workspace, granted: Body, problems: Sequence[MetadataProblem] = ()
) -> Response:
    name, about = visit.part("name"), visit.part("object")
    thing, words = workspace.model.objects[about], visit.words
    lines, rest = _by_part(visit, problems, f"objects.{about}.fields", thing.fields)
    page = FieldsEdit(
        title=Labels(workspace.model, words).plural(thing),
        set_label=_own_body(workspace, name).get("label", name),
        set_href=f"{LIST}/{name}/edit",
        action=f"{LIST}/{name}/edit/{about}",
        others=others_choices(words, granted),
        rows=field_rows(words, workspace.model, thing, granted, lines),
        types=type_choices(words, workspace.model, thing, granted),
        is_every_type=granted.get(TYPES) is None,
        errors=rest,
    )
    return await render_builder(visit, "grant_fields.html", page, here=PERMISSION_SETS, status=422 if problems else 200)


PAGES: tuple[tuple[str, Handler], ...] = (
    (f"{LIST}/new", new_set),
    (f"{LIST}/{{name}}/edit", edit_set),
    (f"{LIST}/{{name}}/edit/{{object}}", edit_fields),
)
ACTIONS: tuple[tuple[str, Handler], ...] = (
    (f"{LIST}/new", create_set),
    (f"{LIST}/{{name}}/edit", save_set),
    (f"{LIST}/{{name}}/edit/{{object}}", save_fields),
)
