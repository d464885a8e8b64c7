"""What one does to fields in the builder; everything lands in the draft."""

from __future__ import annotations

from starlette.responses import Response

from builder_ui.builder.field_drawer import field_body
from builder_ui.builder.field_options import Options
from builder_ui.builder.object_fields import put_field, remove_field
from builder_ui.builder.objects import find_object, show_object
from builder_ui.builder.workspace import load_workspace
from builder_ui.findings import problem_lines
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from metamodel import FIELD_TYPES
from trellis.errors import InvalidRequest, NotFound


async def add_field(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    thing = find_object(workspace, visit.part("name"))
    type_name = visit.posted("type")
    if type_name not in FIELD_TYPES:
        raise InvalidRequest(f"There is no field type {type_name!r}.")
    name, body = Options(visit.words, workspace.model, type_name, {}).read(visit.form)
    errors = _name_errors(visit, name, name in thing.fields)
    if not errors:
        errors = problem_lines(visit.words, await put_field(visit, workspace, thing.name, name, body))
    if errors:
        return await show_object(visit, workspace, thing.name, errors=errors, status=422)
    return _done(thing.name, visit.words.say("%(label)s added to the draft", label=body.get("label", name)))


async def change_field(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    thing = find_object(workspace, visit.part("name"))
    field_name = visit.part("field")
    before = field_body(workspace, thing.name, field_name)
    if before is None:
        raise NotFound(visit.words.say("This field belongs to a package and cannot be changed here."))
    _, body = Options(visit.words, workspace.model, before["type"], before, field_name).read(visit.form)
    errors = problem_lines(visit.words, await put_field(visit, workspace, thing.name, field_name, body))
    if errors:
        return await show_object(visit, workspace, thing.name, errors=errors, status=422)
    return _done(thing.name, visit.words.say("Change added to the draft"))


async def drop_field(visit: Visit) -> Response:
    """Removes a field, or takes back what the draft did to it."""
    workspace = await load_workspace(visit)
    name = visit.part("name")
    problems = await remove_field(visit, workspace, name, visit.part("field"))
    if problems:
        text = visit.words.say("It is still used: %(problem)s", problem=problems[0].render())
        return leave_toast(to(f"/builder/objects/{name}"), text)
    return _done(name, visit.words.say("Change added to the draft"))


def _done(object_name: str, text: str) -> Response:
    return leave_toast(to(f"/builder/objects/{object_name}"), text)


def _name_errors(visit: Visit, name: str, is_taken: bool) -> tuple[str, ...]:
    if not name:
        return (visit.words.say("Give the field a label and a name."),)
    if is_taken:
        return (visit.words.say("There is a field named %(name)s already.", name=name),)
    return ()
