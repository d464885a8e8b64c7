"""What one does to a record from its page: set the stage, delete, restore."""

from __future__ import annotations

from starlette.responses import Response

from builder_ui.forms.complaints import complaint
from builder_ui.objects import find_readable
from builder_ui.record_types import kind_of, type_path
from builder_ui.records.page import show_record
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from metamodel.definitions import Object
from metamodel.record_types import RECORD_TYPE
from trellis.errors import Conflict, InvalidRecord, InvalidRequest
from trellis.records.service import RecordChange


async def set_stage(visit: Visit) -> Response:
    thing = find_readable(visit, visit.part("object"))
    row = await visit.queries.row(visit.actor, thing.name, visit.part("id"), ("id", *type_path(thing)))
    field_name = kind_of(visit.model, thing, row.get(RECORD_TYPE)).layout.path
    if field_name is None:
        raise InvalidRequest(f"The layout of {thing.name} has no path.")
    change = RecordChange(
        id=visit.part("id"),
        values={field_name: visit.posted("value")},
        expected_version=visit.posted_version(),
    )
    try:
        await visit.records.update(visit.actor, thing.name, [change])
    except (InvalidRecord, Conflict) as error:
        return await show_record(visit, thing, _problem(visit, thing, error), status=422)
    return to(f"/app/{thing.name}/{visit.part('id')}")


async def delete_record(visit: Visit) -> Response:
    """The record goes to the bin; the toast brings it back."""
    thing = find_readable(visit, visit.part("object"))
    record_id = visit.part("id")
    try:
        await visit.records.delete(visit.actor, thing.name, [record_id])
    except (InvalidRecord, Conflict) as error:
        return await show_record(visit, thing, _problem(visit, thing, error), status=422)
    text = visit.words.say("%(label)s moved to the bin", label=visit.labels.object(thing))
    return leave_toast(to(f"/app/{thing.name}"), text, undo=f"/app/{thing.name}/{record_id}/restore")


async def restore_record(visit: Visit) -> Response:
    thing = find_readable(visit, visit.part("object"))
    record_id = visit.part("id")
    await visit.records.restore(visit.actor, thing.name, [record_id])
    text = visit.words.say("%(label)s restored", label=visit.labels.object(thing))
    return leave_toast(to(f"/app/{thing.name}/{record_id}"), text)


async def reveal_field(visit: Visit) -> Response:
    """An encrypted value in the clear, into its place on the page; as a page of its own where there is no JavaScript. It is audited."""
    thing = find_readable(visit, visit.part("object"))
    name = visit.posted("field")
    values = await visit.queries.reveal(visit.actor, thing.name, visit.part("id"), (name,))
    if not visit.is_partial:
        return await show_record(visit, thing, revealed=values)
    shown = visit.display.value(thing, thing.fields[name], values[name])
    return visit.renderer.page("revealed.html", visit.words.language, {"shown": shown})


def _problem(visit: Visit, thing: Object, error: InvalidRecord | Conflict) -> tuple[str, ...]:
    """One line for each finding, with the field's label before it."""
    if isinstance(error, Conflict) and not error.fields:
        return (
            visit.words.say(
                "Somebody changed this record meanwhile. This is how it is now; do it again if it still fits."
            ),
        )
    lines = []
    for one in error.fields:
        field = thing.fields.get(one.field or "")
        text = complaint(visit.words, one.code, one.message)
        lines.append(f"{visit.labels.field(thing, field)}: {text}" if field else text)
    return tuple(lines) or (visit.words.tell(error.message),)
