"""Lookups that clear when the record they point to is deleted: remembered, cleared, and put back when it is restored and they are
still blank. Statements of one transaction, for many records at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from metamodel.fields.reference import LookupField
from trellis.automation.hooks import SaveContext
from trellis.query.paths import get_object
from trellis.query.source import DELETED_AT
from trellis.records.shape import object_table
from trellis.records.stamp import stamp_values, stamped
from trellis.storage.codecs import list_encoder
from trellis.storage.column_types import TEXT
from trellis.storage.database import Statement
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel


async def clear_links(context: SaveContext, child: str, lookup: LookupField, ids: Sequence[str]) -> None:
    """Of the live records of `child` that point to `ids`. One statement when there are none, else two."""
    values = {**stamp_values(context), "ids": _ids(context, ids)}
    if await context.transaction.execute(_prepared(context, "remember", child, lookup.name), values):
        await context.transaction.execute(_prepared(context, "clear", child, lookup.name), values)


async def put_links_back(context: SaveContext, restored: Mapping[str, Sequence[str]]) -> None:
    """To the restored records, given by object: one statement when nothing was cleared, else one for each lookup and one more. What
    somebody filled in meanwhile stays; a lookup that is unique now stays blank where another record has the value."""
    ids = {"ids": _ids(context, [one for some in restored.values() for one in some])}
    rows = await context.transaction.fetch(_prepared(context, "which", "", ""), ids)
    model = context.compiled.model
    for child, name in rows:
        found = model.find_object(child)
        lookup = found.fields.get(name) if found else None
        if isinstance(lookup, LookupField) and restored.get(lookup.object):
            values = {**stamp_values(context), "ids": _ids(context, restored[lookup.object])}
            await context.transaction.execute(_prepared(context, "put back", child, name), values)
    if rows:
        await context.transaction.execute(_prepared(context, "forget", "", ""), ids)


def _ids(context: SaveContext, ids: Sequence[str]) -> Any:
    return list_encoder(ColumnKind.UUID, context.compiled.dialect)(sorted(ids))


def _prepared(context: SaveContext, what: str, child: str, lookup: str) -> Statement:
    compiled = context.compiled
    key = ("records", "links", what, child, lookup)
    return compiled.prepared(key, lambda: prepare(_BUILD[what](compiled, child, lookup), compiled.dialect))


def _remember(compiled: CompiledModel, child: str, lookup: str) -> sa.Insert:
    table, links = _child(compiled, child), platform_tables(compiled.schema).cleared_link
    rows = sa.select(table.c[lookup], sa.literal(child, TEXT), sa.literal(lookup, TEXT), table.c.id).where(
        any_of(table.c[lookup], "ids", compiled.dialect), table.c[DELETED_AT].is_(None)
    )
    return sa.insert(links).from_select(["target_id", "object", "field", "record_id"], rows)


def _clear(compiled: CompiledModel, child: str, lookup: str) -> sa.Update:
    table = _child(compiled, child)
    points = any_of(table.c[lookup], "ids", compiled.dialect)
    return sa.update(table).where(points, table.c[DELETED_AT].is_(None)).values({lookup: sa.null(), **stamped(table)})


def _which(compiled: CompiledModel, _child: str, _lookup: str) -> sa.Select[Any]:
    links = platform_tables(compiled.schema).cleared_link
    chosen = sa.select(links.c.object, links.c.field).where(any_of(links.c.target_id, "ids", compiled.dialect))
    return chosen.distinct().order_by(links.c.object, links.c.field)


def _put_back(compiled: CompiledModel, child: str, lookup: str) -> sa.Update:
    table, links = _child(compiled, child), platform_tables(compiled.schema).cleared_link
    of_lookup = [
        any_of(links.c.target_id, "ids", compiled.dialect),
        links.c.object == sa.literal(child, TEXT),
        links.c.field == sa.literal(lookup, TEXT),
    ]
    latest = sa.select(links.c.target_id).where(*of_lookup, links.c.record_id == table.c.id).correlate(table)
    target = latest.order_by(links.c.target_id.desc()).limit(sa.literal_column("1", sa.Integer())).scalar_subquery()
    conditions = [table.c.id.in_(sa.select(links.c.record_id).where(*of_lookup)), table.c[lookup].is_(None)]
    if get_object(compiled.model, child).fields[lookup].unique:
        other = _child(compiled, child).alias("other")
        taken = sa.select(other.c.id).where(other.c[lookup] == target, other.c[DELETED_AT].is_(None))
        conditions.append(~taken.exists())
    return sa.update(table).where(*conditions).values({lookup: target, **stamped(table)})


def _forget(compiled: CompiledModel, _child: str, _lookup: str) -> sa.Delete:
    links = platform_tables(compiled.schema).cleared_link
    return sa.delete(links).where(any_of(links.c.target_id, "ids", compiled.dialect))


def _child(compiled: CompiledModel, child: str) -> Any:
    return object_table(get_object(compiled.model, child), compiled.schema)


_BUILD: Mapping[str, Any] = {
    "remember": _remember,
    "clear": _clear,
    "which": _which,
    "put back": _put_back,
    "forget": _forget,
}
