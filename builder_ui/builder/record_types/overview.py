"""The record types of one object, those in force and those of the draft -> rows, with how many records have each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from builder_ui.builder.model import State
from builder_ui.builder.objects import package_label
from builder_ui.builder.record_types.model import TypeRow
from builder_ui.builder.workspace import Workspace
from builder_ui.labels import Labels
from builder_ui.lists.formulas import quote
from builder_ui.visit import Visit
from metamodel.definitions import Object
from metamodel.fields.choice import PicklistField
from metamodel.record_types import RECORD_TYPE, RecordType
from trellis.query.query import Query


async def type_rows(visit: Visit, workspace: Workspace, thing: Object) -> tuple[TypeRow, ...]:
    """A type that the draft removes is shown as it is in force."""
    live_object = workspace.live.find_object(thing.name)
    live = live_object.record_types if live_object else {}
    now_object = workspace.model.find_object(thing.name)
    now = now_object.record_types if now_object else {}
    names = list(dict.fromkeys((*live, *now)))
    counts = await asyncio.gather(*(_count(visit, thing.name, name) if name in live else _nothing() for name in names))
    return tuple(
        _row(visit, workspace, thing, live.get(name), now.get(name), count)
        for name, count in zip(names, counts, strict=True)
    )


def _row(
    visit: Visit, workspace: Workspace, thing: Object, live: RecordType | None, now: RecordType | None, count: str
) -> TypeRow:
    words, labels = visit.words, Labels(workspace.model, visit.words)
    one = now or live
    assert one is not None, "the name came from one of the two"
    layout = workspace.model.layouts.get((thing.name, one.layout or ""))
    href = f"/builder/objects/{thing.name}/record_types/{one.name}"
    can_change = not one.owner
    is_taken_back = now is None or live is None
    label = labels.record_type(thing, one)
    return TypeRow(
        label=label,
        name=one.name,
        description=labels.record_type_description(thing, one),
        layout=layout.label if layout else "",
        offers=tuple(_offers(visit, labels, thing, one)),
        count=count,
        state=_state(live, now),
        is_default=thing.default_record_type == one.name and now is not None,
        is_active=one.is_active,
        edit_href=href if can_change and now is not None else "",
        remove_action=f"{href}/remove" if can_change else "",
        remove_label=words.say("Take back: %(name)s", name=label)
        if is_taken_back
        else words.say("Remove %(name)s", name=label),
        undo=is_taken_back,
        package=package_label(workspace, one.owner),
    )


def _state(live: RecordType | None, now: RecordType | None) -> State:
    if now is None:
        return "gone"
    if live is None:
        return "new"
    return "changed" if live != now else "live"


def _offers(visit: Visit, labels: Labels, thing: Object, one: RecordType) -> Iterator[str]:
    """The picklists that it narrows, with what it leaves of them."""
    for name, values in one.values.items():
        field = thing.fields.get(name)
        if isinstance(field, PicklistField):
            said = ", ".join(labels.value(thing, field, value) for value in values)
            yield visit.words.say("%(field)s: %(values)s", field=labels.field(thing, field), values=said)


async def _count(visit: Visit, object_name: str, type_name: str) -> str:
    query = Query(object=object_name, filter=f"{RECORD_TYPE} = {quote(type_name)}")
    count, is_exact = await visit.queries.count(visit.actor, query)
    return visit.formats.number(count) + ("" if is_exact else "+")


async def _nothing() -> str:
    return ""
