"""Creating and editing records: the form, and what happens when it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from builder_ui.columns import fetch_paths, resolve_columns
from builder_ui.forms.build import NO_TROUBLE, Trouble, build_form
from builder_ui.forms.complaints import complaint
from builder_ui.forms.fields import form_fields
from builder_ui.forms.live import in_readers_language
from builder_ui.forms.model import Clash, Difference
from builder_ui.forms.reading import Reading, read_typed
from builder_ui.forms.typed import PREFIX, Typed, TypedValues, is_posted, typed_from_form, typed_from_value
from builder_ui.objects import find_readable
from builder_ui.shell import render_page
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, safe_path, to
from metamodel.definitions import Object
from metamodel.fields.choice import MultiPicklistField, PicklistField
from metamodel.fields.field import Field, FieldValueError
from metamodel.fields.number import AutoNumberField
from metamodel.fields.reference import LookupField
from trellis.errors import AccessDenied, Conflict, FieldError, InvalidRecord, NotFound
from trellis.records.service import RecordChange
from trellis.security.access import Action, require

BACK = "back"


async def new_form(visit: Visit) -> Response:
    thing = _find(visit, "create")
    typed = _defaults(visit, thing)
    if visit.asked("copy"):
        row = await _fetch(visit, thing, visit.asked("copy"))
        typed = _typed_from_row(visit, thing, row)
        typed = {name: one for name, one in typed.items() if not _is_its_own(thing.fields[name])}
    given = await _given(visit, thing)
    return await _show(visit, thing, {**typed, **given}, back=safe_path(visit.asked(BACK), ""))


def _is_its_own(field: Field) -> bool:
    """Whether a copy cannot have the value: there may be one only, or all that is known of it is its mask."""
    return field.unique or field.encrypted


async def create_record(visit: Visit) -> Response:
    thing = _find(visit, "create")
    fields = form_fields(visit, thing)
    typed = {one.name: typed_from_form(one, visit.form) for one in fields if is_posted(one, visit.form)}
    back = safe_path(visit.posted(BACK), "")
    reading = await read_typed(visit, fields, typed)
    _require_values(visit, fields, reading)
    if not reading.errors:
        payload = {
            name: value for name, value in reading.payload.items() if value is not None or _has_default(thing, name)
        }
        try:
            (saved,) = await visit.records.create(visit.actor, thing.name, [payload])
        except (InvalidRecord, Conflict) as error:
            return await _show(
                visit, thing, typed, trouble=_refused(visit, thing, fields, error), back=back, status=422
            )
        return await _after_save(visit, thing, saved.id, back)
    trouble = Trouble(fields=reading.errors, candidates=reading.candidates)
    return await _show(visit, thing, typed, trouble=trouble, back=back, status=422)


async def edit_form(visit: Visit) -> Response:
    thing = _find(visit, "update")
    if not (await visit.queries.rights(visit.actor, thing.name, visit.part("id"))).update:
        raise AccessDenied(
            visit.words.say("You may read this record, but not change it."),
            hint=visit.words.say("Its owner can share it with you."),
        )
    row = await _fetch(visit, thing, visit.part("id"))
    return await _show(visit, thing, _typed_from_row(visit, thing, row), row=row, back=safe_path(visit.asked(BACK), ""))


async def update_record(visit: Visit) -> Response:
    """Only what was changed is sent, so that two people who change different fields of a record seldom meet."""
    thing = _find(visit, "update")
    row = await _fetch(visit, thing, visit.part("id"))
    before = _typed_from_row(visit, thing, row)
    fields = form_fields(visit, thing)
    typed = {one.name: typed_from_form(one, visit.form) for one in fields if is_posted(one, visit.form)}
    back = safe_path(visit.posted(BACK), "")
    changed = {name: one for name, one in typed.items() if one != before.get(name)}
    reading = await read_typed(visit, fields, changed)
    _require_values(visit, [one for one in fields if one.name in changed], reading)
    expected = visit.posted_version()
    trouble = Trouble(fields=reading.errors, candidates=reading.candidates)
    if not reading.errors:
        change = RecordChange(id=str(row["id"]), values=reading.payload, expected_version=expected)
        try:
            if changed:
                await visit.records.update(visit.actor, thing.name, [change])
        except Conflict as error:
            row = await _fetch(visit, thing, visit.part("id"))
            trouble = (
                _clash(visit, thing, typed, row)
                if row["version"] != expected
                else _refused(visit, thing, fields, error)
            )
        except InvalidRecord as error:
            trouble = _refused(visit, thing, fields, error)
        else:
            return await _after_save(visit, thing, str(row["id"]), back)
    return await _show(
        visit, thing, {**before, **typed}, row=row, trouble=trouble, back=back, status=422, version=expected
    )


async def _show(
    visit: Visit,
    thing: Object,
    typed: TypedValues,
    *,
    row: Mapping[str, Any] | None = None,
    trouble: Trouble = NO_TROUBLE,
    back: str = "",
    status: int = 200,
    version: int | None = None,
) -> Response:
    """After a clash the form carries the newest version, so that saving again is a decision."""
    if row is not None and (version is None or trouble.clash):
        version = row["version"]
    page = build_form(
        visit,
        thing,
        typed,
        trouble=trouble,
        record_id=str(row["id"]) if row else None,
        title=str(row[thing.name_field] or "") if row else "",
        version=version,
        back=back,
    )
    return await render_page(visit, "form.html", page, here=thing.name, object_name=thing.name, status=status)


async def _after_save(visit: Visit, thing: Object, record_id: str, back: str) -> Response:
    """A record that a rule, or its new owner, took out of one's sight is not shown: one comes to the list."""
    label = visit.labels.object(thing)
    if not await _is_seen(visit, thing, record_id):
        text = visit.words.say(
            "%(label)s saved. It is somebody else's now, and you may not see it any more.", label=label
        )
        return leave_toast(to(back or f"/app/{thing.name}"), text)
    if visit.posted("then") == "new":
        address = f"/app/{thing.name}/new" + (f"?{urlencode({BACK: back})}" if back else "")
    else:
        address = back or f"/app/{thing.name}/{record_id}"
    return leave_toast(to(address), visit.words.say("%(label)s saved", label=label))


async def _is_seen(visit: Visit, thing: Object, record_id: str) -> bool:
    try:
        await visit.queries.row(visit.actor, thing.name, record_id, ("id",))
    except NotFound:
        return False
    return True


def _find(visit: Visit, action: Action) -> Object:
    thing = find_readable(visit, visit.part("object"))
    require(visit.access, visit.actor, action, thing.name)
    return thing


async def _fetch(visit: Visit, thing: Object, record_id: str) -> Mapping[str, Any]:
    """The stored values of the form's fields, with the names of looked-up records. Raises NotFound."""
    columns = resolve_columns(visit.labels, thing, [one.name for one in form_fields(visit, thing)])
    paths = fetch_paths(columns, "id", "version", thing.name_field)
    return await visit.queries.row(visit.actor, thing.name, record_id, paths)


def _typed_from_row(visit: Visit, thing: Object, row: Mapping[str, Any]) -> dict[str, Typed]:
    typed = {}
    for one in form_fields(visit, thing):
        name = ""
        if isinstance(one, LookupField):
            name = str(row.get(f"{one.name}.{visit.model.object(one.object).name_field}") or "")
        typed[one.name] = typed_from_value(one, row.get(one.name), visit.formats, name)
    return typed


def _defaults(visit: Visit, thing: Object) -> dict[str, Typed]:
    """The defaults that are plain values; those that are formulas are filled in when the record is saved."""
    typed = {}
    for one in form_fields(visit, thing):
        value = _default_of(one)
        if value is not None and not isinstance(one, LookupField):
            typed[one.name] = typed_from_value(one, value, visit.formats)
    return typed


def _default_of(shape: Field) -> Any:
    given = shape.default
    if given is None and isinstance(shape, PicklistField) and shape.default_values:
        given = list(shape.default_values) if isinstance(shape, MultiPicklistField) else shape.default_values[0]
    if given is None or isinstance(shape, AutoNumberField):
        return None
    try:
        return shape.parse(given)
    except FieldValueError:
        return None


def _has_default(thing: Object, name: str) -> bool:
    """Whether leaving the field out would fill it in: then a blank must be said."""
    return _default_of(thing.fields[name]) is not None


async def _given(visit: Visit, thing: Object) -> dict[str, Typed]:
    """Values that the address gives, such as the account whose page one came from."""
    typed = {}
    for one in form_fields(visit, thing):
        value = visit.asked(PREFIX + one.name)
        if not value:
            continue
        if not isinstance(one, LookupField):
            typed[one.name] = Typed(text=value)
            continue
        target = visit.model.object(one.object)
        try:
            row = await visit.queries.row(visit.actor, target.name, value, ("id", target.name_field))
        except (NotFound, AccessDenied):
            continue
        typed[one.name] = Typed(text=str(row[target.name_field] or ""), chosen=(value,))
    return typed


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


def _clash(visit: Visit, thing: Object, typed: TypedValues, row: Mapping[str, Any]) -> Trouble:
    words = visit.words
    theirs = _typed_from_row(visit, thing, row)
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
