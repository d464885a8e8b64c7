"""Reads records as rules are given them, and locks none: a simulation only looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from trellis.storage.codecs import list_encoder
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare

Values = dict[str, Any]


async def read_records(context: SaveContext, object_name: str, ids: Sequence[str]) -> Sequence[Values]:
    """Every stored field of the live records with these ids, in their order."""
    compiled = context.compiled
    source, reader = _reader(context, object_name)
    chosen = sa.select(*reader.columns).select_from(source.from_clause)
    chosen = chosen.where(*source.visible(), any_of(source.root.c.id, "ids", compiled.dialect))
    encode = list_encoder(ColumnKind.UUID, compiled.dialect)
    rows = await context.transaction.fetch(prepare(chosen, compiled.dialect), {"ids": encode(list(ids))})
    found = {values["id"]: values for values in map(reader.read, rows)}
    return [found[one] for one in ids if one in found]


async def newest_ids(context: SaveContext, object_name: str, where: CheckedFormula | None, most: int) -> Sequence[str]:
    """Of the live records for which `where` holds, all without one. Raises UnsupportedOnTarget."""
    compiled = context.compiled
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name)
    conditions = source.visible()
    values: Mapping[str, Any] = {}
    if where is not None:
        conditions.append(source.condition(where))
        needs = needs_of(compiled.model, object_name, [where])
        evaluation = await evaluation_context(context.transaction, compiled, context.actor, context.now, needs)
        values = sql_context_values(evaluation, compiled.dialect)
    chosen = sa.select(source.root.c.id).select_from(source.from_clause).where(*conditions)
    chosen = chosen.order_by(source.root.c.id.desc()).limit(most)
    return [row[0] for row in await context.transaction.fetch(prepare(chosen, compiled.dialect), values)]


def _reader(context: SaveContext, object_name: str) -> tuple[Source, StoredReader]:
    compiled = context.compiled
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name)
    names = shape_of(compiled, object_name).stored
    paths = {name: resolve_names(compiled.model, object_name, (name,)) for name in names}
    return source, StoredReader(source, paths)
