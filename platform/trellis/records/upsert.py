"""Update or create by an external id, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from metamodel.fields.field import Field, FieldValueError
from trellis.errors import InvalidRequest
from trellis.query.context import formula_parameters
from trellis.query.sealed import mark_of
from trellis.query.source import Source as Rows
from trellis.records.draft import RecordChange, Saved
from trellis.records.parse import Source
from trellis.records.save import Batch, create_records, update_records_of
from trellis.security.access import require
from trellis.security.row_filter import RowFilter
from trellis.storage.codecs import encoder
from trellis.storage.database import Statement
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel


async def upsert_record(
    batch: Batch, field_name: str, value: object, values: Mapping[str, Any], source: Source
) -> Saved:
    """Raises InvalidRequest when the field is no external id or `values` names another one, AccessDenied for a field whose values the
    actor may not ask for, and what create and update raise."""
    field = _external_id(batch, field_name)
    key = _parse(batch, field, value)
    if field_name in values and _parse(batch, field, values[field_name]) != key:
        raise InvalidRequest(
            f"The record says another {field_name} than the address.", hint="Leave it out of the record."
        )
    found = await _find(batch, field, key)
    rest = {name: one for name, one in values.items() if name != field_name}
    if found is not None:
        (outcome,) = await update_records_of(batch, [RecordChange(id=found, values=rest)], source)
    else:
        (outcome,) = await create_records(batch, [{**rest, field_name: value}], source)
    assert isinstance(outcome, Saved)
    return outcome


def _external_id(batch: Batch, name: str) -> Field:
    fields, access, actor = batch.shape.stored, batch.access.of(batch.context.compiled.model), batch.context.actor
    field = fields.get(name)
    if field is None or not (field.external_id or field.unique):
        known = sorted(
            one.name
            for one in fields.values()
            if (one.external_id or one.unique)
            and access.decide(actor, "read", batch.shape.object.name, one.name).allowed
        )
        hint = f"External ids of {batch.shape.object.name}: {', '.join(known)}." if known else "It has no external ids."
        raise InvalidRequest(f"{name[:100]!r} is no external id of {batch.shape.object.name}.", hint=hint)
    # Finding a record by a value tells that it has it.
    require(access, actor, "reveal" if field.encrypted else "read", batch.shape.object.name, name)
    return field


def _parse(batch: Batch, field: Field, value: object) -> Any:
    try:
        parsed = field.parse_text(value, batch.locale) if isinstance(value, str) else field.parse(value)
    except FieldValueError as error:
        raise InvalidRequest(f"{field.name}: {error.message}") from error
    if parsed is None:
        raise InvalidRequest(f"{field.name} is blank, so it names no record.")
    return parsed


async def _find(batch: Batch, field: Field, key: Any) -> str | None:
    context = batch.context
    compiled, name = context.compiled, batch.shape.object.name
    row_filter = batch.access.row_filter(context.actor, "read", name)
    memo = ("records", "find", name, field.name, row_filter)
    statement = compiled.prepared(memo, lambda: _statement(compiled, name, field, row_filter))
    key = mark_of(compiled, name, field, key) if field.encrypted else key
    values = {"key": encoder(field.key_columns[0], compiled.dialect)(key)}
    values |= await formula_parameters(context.transaction, compiled, context.actor, context.now, statement)
    row = await context.transaction.fetch_one(statement, values)
    return None if row is None else str(row[0])


def _statement(compiled: CompiledModel, object_name: str, field: Field, row_filter: RowFilter | None) -> Statement:
    rows = Rows(compiled.model, compiled.dialect, compiled.schema, object_name)
    column = rows.root.c[field.key_columns[0].name]
    conditions = [*rows.visible(), column == sa.bindparam("key", type_=column.type), *rows.meets(row_filter)]
    return prepare(sa.select(rows.root.c.id).select_from(rows.from_clause).where(*conditions), compiled.dialect)
