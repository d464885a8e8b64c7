"""Creating and editing records: the form, and what happens when it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from builder_ui.forms.build import NO_TROUBLE, Trouble, build_form
from builder_ui.forms.choosing import BACK, choose_type, find_for, kind_asked_for, kind_to_edit, require_update
from builder_ui.forms.complaints import complaint
from builder_ui.forms.fields import form_fields
from builder_ui.forms.live import in_readers_language
from builder_ui.forms.model import Clash, Difference
from builder_ui.forms.reading import Reading, read_typed
from builder_ui.forms.type_change import NO_CHANGE, TypeChange, type_change_of
from builder_ui.forms.typed import PREFIX, Typed, TypedValues, is_posted, typed_from_form
from builder_ui.forms.values import (
    default_of,
    fetch_values,
    typed_copy,
    typed_defaults,
    typed_from_row,
    typed_given,
    typed_of,
)
from builder_ui.record_types import RecordKind, default_type, kind_of
from builder_ui.shell import render_page
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, safe_path, to
from metamodel.definitions import Object
from metamodel.fields.field import Field
from metamodel.record_types import RECORD_TYPE
from trellis.errors import Conflict, FieldError, InvalidRecord, NotFound
from trellis.records.service import RecordChange


async def new_form(visit: Visit) -> Response:
    """In the type that the address says; where there are several and it says none, one chooses first."""
    thing = find_for(visit, "create")
    row = await fetch_values(visit, thing, visit.asked("copy")) if visit.asked("copy") else None
    kind = kind_asked_for(visit, thing, row)
    if kind is None:
        return await choose_type(visit, thing)
    typed = typed_copy(visit, kind, row) if row else typed_defaults(visit, kind)
    given = await typed_given(visit, kind)
    return await _show(visit, kind, {**typed, **given}, back=safe_path(visit.asked(BACK), ""))


async def create_record(visit: Visit) -> Response:
    thing = find_for(visit, "create")
    begun = default_type(visit, thing)
    kind = kind_of(visit.model, thing, _posted_type(visit, thing) or (begun.name if begun else None))
    fields = form_fields(visit, kind)
    typed = {one.name: typed_from_form(one, visit.form) for one in fields if is_posted(one, visit.form)}
    back = safe_path(visit.posted(BACK), "")
    reading = await read_typed(visit, fields, typed)
    _require_values(visit, fields, reading)
    if not reading.errors:
        payload = {
            name: value
            for name, value in reading.payload.items()
            if value is not None or default_of(kind, thing.fields[name]) is not None
        }
        if kind.type:
            payload[RECORD_TYPE] = kind.type.name
        try:
            (saved,) = await visit.records.create(visit.actor, thing.name, [payload])
        except (InvalidRecord, Conflict) as error:
            return await _show(visit, kind, typed, trouble=_refused(visit, thing, fields, error), back=back, status=422)
        return await _after_save(visit, kind, saved.id, back)
    trouble = Trouble(fields=reading.errors, candidates=reading.candidates)
    return await _show(visit, kind, typed, trouble=trouble, back=back, status=422)


async def edit_form(visit: Visit) -> Response:
    """With ?record_type= as if the record had that type already, and what no longer fits said."""
    thing = find_for(visit, "update")
    await require_update(visit, thing)
    row = await fetch_values(visit, thing, visit.part("id"))
    kind = kind_to_edit(visit, thing, row)
    change = type_change_of(visit, kind, row)
    typed = {**typed_from_row(visit, kind, row), **change.typed}
    trouble = Trouble(fields=change.errors)
    back = safe_path(visit.asked(BACK), "")
    return await _show(visit, kind, typed, row=row, change=change, trouble=trouble, back=back)


async def update_record(visit: Visit) -> Response:
    """Only what was changed is sent, so that two people who change different fields of a record seldom meet."""
    thing = find_for(visit, "update")
    row = await fetch_values(visit, thing, visit.part("id"))
    kind = kind_of(visit.model, thing, _posted_type(visit, thing) or row.get(RECORD_TYPE))
    turned = type_change_of(visit, kind, row)
    fields = (*form_fields(visit, kind), *turned.fields)
    before = {one.name: typed_of(visit, one, row) for one in fields}
    typed = {one.name: typed_from_form(one, visit.form) for one in fields if is_posted(one, visit.form)}
    back = safe_path(visit.posted(BACK), "")
    changed = {name: one for name, one in typed.items() if one != before.get(name)}
    reading = await read_typed(visit, fields, changed)
    _require_values(visit, [one for one in fields if one.name in changed], reading)
    expected = visit.posted_version()
    trouble = Trouble(fields=reading.errors, candidates=reading.candidates)
    if not reading.errors:
        values = {**reading.payload, **turned.values}
        change = RecordChange(id=str(row["id"]), values=values, expected_version=expected)
        try:
            if values:
                await visit.records.update(visit.actor, thing.name, [change])
        except Conflict as error:
            row = await fetch_values(visit, thing, visit.part("id"))
            trouble = (
                _clash(visit, kind, typed, row) if row["version"] != expected else _refused(visit, thing, fields, error)
            )
        except InvalidRecord as error:
            trouble = _refused(visit, thing, fields, error)
        else:
            return await _after_save(visit, kind, str(row["id"]), back)
    return await _show(
        visit,
        kind,
        {**before, **typed},
        row=row,
        change=turned,
        trouble=trouble,
        back=back,
        status=422,
        version=expected,
    )


def _posted_type(visit: Visit, thing: Object) -> str | None:
    """None when the form was made before the object had types, or while it had others."""
    posted = visit.posted(PREFIX + RECORD_TYPE)
    return posted if posted in thing.record_types else None


async def _show(
    visit: Visit,
    kind: RecordKind,
    typed: TypedValues,
    *,
    row: Mapping[str, Any] | None = None,
    change: TypeChange = NO_CHANGE,
    trouble: Trouble = NO_TROUBLE,
    back: str = "",
    status: int = 200,
    version: int | None = None,
) -> Response:
    """After a clash the form carries the newest version, so that saving again is a decision."""
    thing = kind.object
    if row is not None and (version is None or trouble.clash):
        version = row["version"]
    page = build_form(
        visit,
        kind,
        typed,
        trouble=trouble,
        change=change,
        record_id=str(row["id"]) if row else None,
        title=str(row[thing.name_field] or "") if row else "",
        version=version,
        back=back,
    )
    return await render_page(visit, "form.html", page, here=thing.name, object_name=thing.name, status=status)


async def _after_save(visit: Visit, kind: RecordKind, record_id: str, back: str) -> Response:
    """A record that a rule, or its new owner, took out of one's sight is not shown: one comes to the list."""
    thing = kind.object
    label = visit.labels.object(thing)
    if not await _is_seen(visit, thing, record_id):
        text = visit.words.say(
            "%(label)s saved. It is somebody else's now, and you may not see it any more.", label=label
        )
        return leave_toast(to(back or f"/app/{thing.name}"), text)
    if visit.posted("then") == "new":
        kept = {**({RECORD_TYPE: kind.type.name} if kind.type else {}), **({BACK: back} if back else {})}
        address = f"/app/{thing.name}/new" + (f"?{urlencode(kept)}" if kept else "")
    else:
        address = back or f"/app/{thing.name}/{record_id}"
    return leave_toast(to(address), visit.words.say("%(label)s saved", label=label))


async def _is_seen(visit: Visit, thing: Object, record_id: str) -> bool:
    try:
        await visit.queries.row(visit.actor, thing.name, record_id, ("id",))
    except NotFound:
        return False
    return True


def _require_values(visit: Visit, fields: Sequence[Field], reading: Reading) -> None:
    for one in fields:
        if one.required and one.name not in reading.errors and reading.payload.get(one.name) in (None, []):
            reading.errors[one.name] = complaint(visit.words, "required", "")


def _refused(visit: Visit, thing: Object, fields: Sequence[Field], error: InvalidRecord | Conflict) -> Trouble:
    """What the write pipeline found: beside its field where the form has it, else above the form."""
    shown = {one.name for one in fields}
    by_field: dict[str, str] = {}
    others: list[str] = []
    for one in error.fields or (FieldError(field=None, code=error.code, message=error.message),):
        text = complaint(visit.words, one.code, in_readers_language(visit, thing, one))
        if one.field in shown and one.field:
            by_field[one.field] = f"{by_field[one.field]} {text}" if one.field in by_field else text
        elif one.field and one.field in thing.fields:
            others.append(f"{visit.labels.field(thing, thing.fields[one.field])}: {text}")
        else:
            others.append(text)
    return Trouble(fields=by_field, others=tuple(others))


def _clash(visit: Visit, kind: RecordKind, typed: TypedValues, row: Mapping[str, Any]) -> Trouble:
    words, thing = visit.words, kind.object
    theirs = typed_from_row(visit, kind, row)
    differences = tuple(
        Difference(
            label=visit.labels.field(thing, thing.fields[name]),
            mine=_plain(visit, mine),
            theirs=_plain(visit, theirs[name]),
        )
        for name, mine in typed.items()
        if name in theirs and mine != theirs[name]
    )
    return Trouble(
        clash=Clash(
            title=words.say("Somebody changed this record while you were typing."),
            text=words.say(
                "What you typed is kept below. Save again to put it over theirs, or cancel to see the record."
            ),
            fields=differences,
        )
    )


def _plain(visit: Visit, typed: Typed) -> str:
    if typed.is_on:
        return visit.words.say("Yes")
    return typed.text or "; ".join(typed.chosen)
