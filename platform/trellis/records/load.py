"""The records that are to be changed, as they are now, locked until the transaction ends. One query for a batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.automation.hooks import SaveContext
from trellis.ids import is_id
from trellis.query.context import formula_parameters
from trellis.query.paths import FieldPath, resolve_names
from trellis.query.source import DELETED_AT, Source
from trellis.query.values import ValueReader
from trellis.records.refusals import Refusals
from trellis.records.shape import Shape
from trellis.security.access import Access, RecordAction
from trellis.security.row_filter import RowFilter
from trellis.storage.codecs import list_encoder
from trellis.storage.database import Statement
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loader:
    statement: Statement
    reader: ValueReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """`deleted_at`: in the driver's form, None for a live record; `is_theirs`: whether the actor may do with it what only its owner may,
    and who is above."""

    values: dict[str, Any]
    deleted_at: Any
    is_theirs: bool


async def load_records(
    context: SaveContext,
    access: Access,
    shape: Shape,
    ids: Mapping[int, str],
    action: RecordAction,
    refusals: Refusals,
    *,
    deleted: bool = False,
) -> dict[str, Loaded]:
    """By id. `ids`: by the index in the batch; notes those that are not there (or not in the bin, when `deleted`), and those that the
    actor may see but not change."""
    loader = _loader(context, access, shape, action, deleted=deleted)
    sought = sorted({record_id for record_id in ids.values() if is_id(record_id)})
    values = {"ids": list_encoder(ColumnKind.UUID, context.compiled.dialect)(sought)}
    values |= await formula_parameters(
        context.transaction, context.compiled, context.actor, context.now, loader.statement
    )
    rows = await context.transaction.fetch(loader.statement, values) if sought else []
    found = {row[0]: row for row in rows if row[1]}
    for index, record_id in ids.items():
        row = found.get(record_id)
        if row is None:
            where = " in the bin" if deleted else ""
            message = f"There is no {shape.object.name} with the id {str(record_id)[:60]!r}{where}."
            refusals.add(index, "id", "not_found", message)
        elif not row[2]:
            refusals.add(index, None, "access_denied", f"You may not {action} this {shape.object.label.lower()}.")
    return {
        record_id: Loaded(values=loader.reader.read_stored(row[5:]), deleted_at=row[4], is_theirs=row[3] is not None)
        for record_id, row in found.items()
    }


def without_repeats(ids: Collection[str], refusals: Refusals) -> dict[int, str]:
    """By index; an id that comes again is noted."""
    first: dict[str, int] = {}
    kept: dict[int, str] = {}
    for index, given in enumerate(ids):
        record_id = given.lower() if isinstance(given, str) else str(given)
        if record_id in first:
            refusals.add(index, "id", "repeated", f"Is the same record as number {first[record_id]} of this batch.")
        else:
            first[record_id] = index
            kept[index] = record_id
    return kept


def _loader(context: SaveContext, access: Access, shape: Shape, action: RecordAction, *, deleted: bool) -> _Loader:
    actor, name = context.actor, shape.object.name
    access = access.of(context.compiled.model)
    filters = tuple(access.row_filter(actor, one, name) for one in ("read", action, "delete"))
    key = ("records", "load", name, filters, deleted)
    return context.compiled.prepared(key, lambda: _make(context.compiled, shape, filters, deleted=deleted))


def _make(compiled: CompiledModel, shape: Shape, filters: Sequence[RowFilter | None], *, deleted: bool) -> _Loader:
    """Rows of (id, visible, changeable, their own, deleted_at, values…)."""
    name = shape.object.name
    source = Source(compiled.model, compiled.dialect, compiled.schema, name)
    paths: dict[str, FieldPath] = {field: resolve_names(compiled.model, name, (field,)) for field in shape.stored}
    reader = ValueReader(compiled, source, paths)
    allowed = [
        sa.case((sa.and_(*source.meets(one)), sa.literal_column("1")), else_=sa.null())
        if one is not None
        else sa.literal_column("1")
        for one in filters
    ]
    root = source.root
    state = root.c[DELETED_AT].is_not(None) if deleted else root.c[DELETED_AT].is_(None)
    columns = (root.c.id, *(one.label(f"allowed_{place}") for place, one in enumerate(allowed)), root.c[DELETED_AT])
    chosen = sa.select(*columns, *reader.columns).select_from(source.from_clause)
    chosen = chosen.where(any_of(root.c.id, "ids", compiled.dialect), state).order_by(root.c.id)
    return _Loader(statement=prepare(chosen.with_for_update(of=root), compiled.dialect), reader=reader)
