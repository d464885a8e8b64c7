"""Reads records as rules are given them, and locks none: a simulation only looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from rule_engine import CheckedFormula, sql_context_values
from trellis.automation.hooks import SaveContext
from trellis.query.context import evaluation_context
from trellis.query.needs import needs_of
from trellis.query.paths import resolve_names
from trellis.query.source import Source
from trellis.query.values import StoredReader
from trellis.records.shape import shape_of
from trellis.storage.codecs import decoder, encoder, list_encoder
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare

Values = dict[str, Any]


async def read_records(
    context: SaveContext, object_name: str, ids: Sequence[str], where: CheckedFormula | None = None
) -> Sequence[Values]:
    """Every stored field of the live records with these ids that meet `where`, in their order. Raises UnsupportedOnTarget."""
    compiled = context.compiled
    source, reader = _reader(context, object_name)
    conditions, values = await _meeting(context, source, where)
    chosen = sa.select(*reader.columns).select_from(source.from_clause)
    chosen = chosen.where(*conditions, any_of(source.root.c.id, "ids", compiled.dialect))
    encode = list_encoder(ColumnKind.UUID, compiled.dialect)
    rows = await context.transaction.fetch(prepare(chosen, compiled.dialect), {**values, "ids": encode(list(ids))})
    found = {values["id"]: values for values in map(reader.read, rows)}
    return [found[one] for one in ids if one in found]


async def newest_ids(context: SaveContext, object_name: str, where: CheckedFormula | None, most: int) -> Sequence[str]:
    """Of the live records for which `where` holds, all without one. Raises UnsupportedOnTarget."""
    compiled = context.compiled
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name)
    conditions, values = await _meeting(context, source, where)
    chosen = sa.select(source.root.c.id).select_from(source.from_clause).where(*conditions)
    chosen = chosen.order_by(source.root.c.id.desc()).limit(most)
    return [row[0] for row in await context.transaction.fetch(prepare(chosen, compiled.dialect), values)]


async def created_since(
    context: SaveContext, object_name: str, since: datetime, most: int
) -> Sequence[tuple[str, datetime]]:
    """(id, when) of live records, the newest first."""
    compiled = context.compiled
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name)
    root = source.root
    is_new = root.c.created_at >= sa.bindparam("since", type_=root.c.created_at.type)
    chosen = sa.select(root.c.id, root.c.created_at).select_from(source.from_clause).where(*source.visible(), is_new)
    chosen = chosen.order_by(root.c.created_at.desc(), root.c.id.desc()).limit(most)
    values = {"since": encoder(ColumnKind.DATETIME, compiled.dialect)(since)}
    moment = decoder(ColumnKind.DATETIME, compiled.dialect)
    rows = await context.transaction.fetch(prepare(chosen, compiled.dialect), values)
    return [(record_id, moment(at)) for record_id, at in rows]


async def _meeting(
    context: SaveContext, source: Source, where: CheckedFormula | None
) -> tuple[list[sa.ColumnElement[bool]], Mapping[str, Any]]:
    """The conditions of live records that meet `where`, and the values of their parameters."""
    if where is None:
        return source.visible(), {}
    compiled = context.compiled
    needs = needs_of(compiled.model, source.object_name, [where])
    evaluation = await evaluation_context(context.transaction, compiled, context.actor, context.now, needs)
    return [*source.visible(), source.condition(where)], sql_context_values(evaluation, compiled.dialect)


def _reader(context: SaveContext, object_name: str) -> tuple[Source, StoredReader]:
    compiled = context.compiled
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name)
    names = shape_of(compiled, object_name).stored
    paths = {name: resolve_names(compiled.model, object_name, (name,)) for name in names}
    return source, StoredReader(source, paths)
