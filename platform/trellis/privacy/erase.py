"""Making what belongs to a person go: a plan first, then exactly that plan, in one transaction that the audit has a row about.

No rule runs, no validation is asked, nobody is told: whatever they would do could keep or repeat what is to go."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
import sqlalchemy as sa

from metamodel.definitions import Object
from metamodel.fields.choice import CheckboxField
from metamodel.fields.contact import EmailField, PhoneField, UrlField
from metamodel.fields.field import Field
from metamodel.model import Model
from trellis.automation.hooks import SaveContext
from trellis.automation.silent import SilentAutomation
from trellis.errors import Conflict, InvalidRecord
from trellis.privacy.copies import LEAST_TEXT, Erased, erase_copies
from trellis.privacy.data_map import MarkedObject, effect_of, marked_object
from trellis.privacy.find import FoundRecord, find_records
from trellis.privacy.subject import Subject
from trellis.query.sealed import seal_value
from trellis.records import service
from trellis.records.shape import object_table
from trellis.records.stamp import stamp_values, stamped
from trellis.security.access import Access, Action, Decision, RecordAction
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, write_audit
from trellis.security.audit import Subject as AuditSubject
from trellis.security.row_filter import RowFilter
from trellis.storage.codecs import encoder
from trellis.storage.column_types import UUID, column_type
from trellis.storage.database import Transaction
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

Fate = Literal["anonymized", "deleted", "kept"]
_FATES: Mapping[str, Fate] = {"anonymize": "anonymized", "delete": "deleted", "keep": "kept"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRecord:
    """`erased`: the fields whose values go; `left`: marked fields that stay as they are, of a record that is not kept whole."""

    record: FoundRecord
    fate: Fate
    erased: tuple[str, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasurePlan:
    """`copies`: rows of the platform's own tables by table; `fingerprint`: of the records as they are, which erasing asks for."""

    records: tuple[PlannedRecord, ...]
    copies: Mapping[str, int]
    fingerprint: str


async def plan_of(transaction: Transaction, compiled: CompiledModel, subject: Subject) -> ErasurePlan:
    """What erasing would do. Changes nothing."""
    return await _walk(transaction, compiled, subject, is_rehearsal=True)


async def erase(context: SaveContext, subject: Subject, fingerprint: str) -> ErasurePlan:
    """Does what was planned, and gives it. Raises Conflict when something else would be done by now, InvalidRecord when other records
    keep one from being deleted."""
    transaction, compiled = context.transaction, context.compiled
    planned = _planned(await find_records(transaction, compiled, subject), compiled.model)
    if _fingerprint(planned) != fingerprint:
        raise Conflict("What belongs to this person has changed since you looked.", hint="Look at the new plan.")
    await _delete(context, planned)
    await _anonymize(context, planned)
    copies = await erase_copies(transaction, compiled, _erased(planned, compiled.model, subject), is_rehearsal=False)
    done = ErasurePlan(records=planned, copies=copies, fingerprint=fingerprint)
    await write_audit(transaction, compiled.schema, _event(context.actor, done), now=context.now)
    return done


async def expire(
    context: SaveContext, target: Object, ids: Sequence[str], *, is_deleted: bool
) -> tuple[Sequence[str], Mapping[str, int]]:
    """Empties the marked fields of live records whose time is over, whoever they are about, and takes their copies away; `is_deleted`:
    puts them into the bin as well, but for those that others keep from it. Gives the records that went, and the number of copies by
    table."""
    fields = tuple(field.name for field in marked_object(target).erasable)
    if is_deleted:
        ids = await _delete_those_that_can(context, target.name, ids)
    if fields and ids:
        await _empty(context, target, fields, ids)
    records = {target.name: ids} if ids else {}
    erased = Erased(records=records, fields=dict.fromkeys(records, fields), contacts=frozenset())
    return ids, await erase_copies(context.transaction, context.compiled, erased, is_rehearsal=False)


async def _delete_those_that_can(context: SaveContext, object_name: str, ids: Sequence[str]) -> Sequence[str]:
    """Nothing is written of a batch that is refused."""
    access, nobody = UncheckedAccessOfErasure(), SilentAutomation()
    try:
        await service.delete(context, nobody, access, object_name, ids)
    except InvalidRecord as error:
        refused = {one.index for one in error.fields}
        ids = [one for index, one in enumerate(ids) if index not in refused]
        if ids:
            await service.delete(context, nobody, access, object_name, ids)
    return ids


async def _walk(
    transaction: Transaction, compiled: CompiledModel, subject: Subject, *, is_rehearsal: bool
) -> ErasurePlan:
    planned = _planned(await find_records(transaction, compiled, subject), compiled.model)
    erased = _erased(planned, compiled.model, subject)
    copies = await erase_copies(transaction, compiled, erased, is_rehearsal=is_rehearsal)
    return ErasurePlan(records=planned, copies=copies, fingerprint=_fingerprint(planned))


def _planned(found: Iterable[FoundRecord], model: Model) -> tuple[PlannedRecord, ...]:
    return tuple(_plan_one(record, marked_object(model.object(record.object))) for record in found)


def _plan_one(record: FoundRecord, marked: MarkedObject) -> PlannedRecord:
    """A record of which nothing would go stays, and its copies with it."""
    fate = _FATES[marked.erasure]
    if fate == "kept" or (fate == "anonymized" and not marked.erasable):
        return PlannedRecord(record=record, fate="kept", erased=(), left=())
    return PlannedRecord(
        record=record,
        fate=fate,
        erased=tuple(field.name for field in marked.erasable),
        left=tuple(one.field.name for one in marked.fields if one.effect == "kept"),
    )


def _erased(planned: Sequence[PlannedRecord], model: Model, subject: Subject) -> Erased:
    going = [one for one in planned if one.fate != "kept"]
    names = dict.fromkeys(one.record.object for one in going)
    records = {name: [one.record.id for one in going if one.record.object == name] for name in names}
    contacts = {text for text in (subject.email, subject.phone) if text and going}
    for one in going:
        fields = model.object(one.record.object).fields
        contacts |= {
            str(one.record.values[name])
            for name in one.erased
            if isinstance(fields[name], EmailField | PhoneField) and isinstance(one.record.values.get(name), str)
        }
    return Erased(
        records=records,
        fields={one.record.object: one.erased for one in going},
        contacts=frozenset(text.lower() for text in contacts if len(text) >= LEAST_TEXT),
    )


def _fingerprint(planned: Sequence[PlannedRecord]) -> str:
    content = [
        [one.record.object, one.record.id, one.record.version, one.record.is_in_bin, one.fate, one.erased]
        for one in planned
    ]
    return hashlib.sha256(orjson.dumps(sorted(content))).hexdigest()


async def _delete(context: SaveContext, planned: Sequence[PlannedRecord]) -> None:
    going = [one.record for one in planned if one.fate == "deleted" and not one.record.is_in_bin]
    for name in dict.fromkeys(record.object for record in going):
        ids = [record.id for record in going if record.object == name]
        await service.delete(context, SilentAutomation(), UncheckedAccessOfErasure(), name, ids)


async def _anonymize(context: SaveContext, planned: Sequence[PlannedRecord]) -> None:
    """One executemany for each object."""
    compiled = context.compiled
    for name in dict.fromkeys(one.record.object for one in planned if one.erased):
        target = compiled.model.object(name)
        mine = [one for one in planned if one.record.object == name]
        await _empty(context, target, mine[0].erased, [one.record.id for one in mine])


async def _empty(context: SaveContext, target: Object, names: Sequence[str], ids: Sequence[str]) -> None:
    compiled, fields = context.compiled, [target.fields[name] for name in names]
    rows = [{**stamp_values(context), "record_id": one, **_blank(target.name, fields, one, compiled)} for one in ids]
    await context.transaction.execute_many(prepare(_update(target, fields, compiled), compiled.dialect), rows)


def _update(target: Object, fields: Sequence[Field], compiled: CompiledModel) -> sa.Update:
    table = object_table(target, compiled.schema)
    columns = [column for field in fields for column in field.columns]
    values = {column.name: sa.bindparam(f"v_{column.name}", type_=column_type(column)) for column in columns}
    chosen = table.c.id == sa.bindparam("record_id", type_=UUID)
    return sa.update(table).where(chosen).values({**values, **stamped(table)})


def _blank(name: str, fields: Sequence[Field], record_id: str, compiled: CompiledModel) -> dict[str, Any]:
    """The driver's values of the columns."""
    blank: dict[str, Any] = {}
    for field in fields:
        value = empty_value(field, record_id)
        if field.encrypted and value is not None:
            value = seal_value(compiled, name, field, record_id, value)
        values = [None] * len(field.columns) if value is None else field.column_values(value)
        for column, one in zip(field.columns, values, strict=True):
            blank[f"v_{column.name}"] = encoder(column, compiled.dialect)(one)
    return blank


def empty_value(field: Field, record_id: str) -> Any:
    """What an erased field has: nothing, or where there must be something a text that says nothing of the person, and that no other
    record has."""
    if isinstance(field, CheckboxField):
        return False
    if effect_of(field) == "emptied":
        return None
    digits = record_id.replace("-", "")[-12:]
    match field:
        case EmailField():
            return f"erased-{digits}@erased.invalid"
        case PhoneField():
            return f"+0{int(digits, 16)}"[: min(16, field.length)]
        case UrlField():
            return f"https://erased.invalid/{digits}"
    text = f"Erased {digits}" if field.unique or field.external_id else "Erased"
    length = getattr(field, "length", None)
    return text[-length:] if length else text


def _event(actor: Actor, done: ErasurePlan) -> AuditEvent:
    """Says nothing of whom: only what was done to how many records, and to which one first."""
    fates: dict[str, dict[str, int]] = {}
    for one in done.records:
        counts = fates.setdefault(one.record.object, {})
        counts[one.fate] = counts.get(one.fate, 0) + 1
    first = done.records[0].record if done.records else None
    return AuditEvent(
        event="person_erased",
        actor=actor,
        subject=None if first is None else AuditSubject(kind="record", id=first.id),
        details={"records": fates, "copies": dict(done.copies)},
    )


class UncheckedAccessOfErasure:
    """Grants the deletions that erasing a person needs, to whoever may erase. For no other use."""

    def of(self, model: Model) -> Access:
        return self

    def decide(
        self, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
    ) -> Decision:
        return Decision(action == "delete", "a person is erased")

    def row_filter(self, actor: Actor, action: RecordAction, object_name: str) -> RowFilter | None:
        return None

    def record_types(self, actor: Actor, object_name: str) -> frozenset[str] | None:
        return None

    def shape(self, actor: Actor) -> Hashable:
        return "erasure"
