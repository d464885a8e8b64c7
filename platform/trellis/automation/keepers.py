"""Who has records with the same value already: what "sticky" goes by."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from rule_engine.types import Path
from trellis.query.paths import resolve_names
from trellis.query.source import Source
from trellis.query.values import StoredReader
from trellis.storage.codecs import list_encoder
from trellis.storage.database import Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel


async def fetch_keepers(
    transaction: Transaction,
    compiled: CompiledModel,
    *,
    object_name: str,
    path: Path,
    values: Collection[Hashable],
    users: Collection[str],
    but: Collection[str],
) -> Mapping[Hashable, str]:
    """By value: whoever of `users` owns the newest live record with it at `path`, a stored field; `but` those records. One query,
    none for no values. Raises UnsupportedOnTarget for a path that is computed."""
    if not values or not users:
        return {}
    field = resolve_names(compiled.model, object_name, path).field
    column = field.columns[0]
    statement, reader = compiled.prepared(
        ("automation", "keepers", object_name, path), lambda: _query(compiled, object_name, path)
    )
    parameters: dict[str, Any] = {
        "values": list_encoder(column, transaction.dialect)(sorted(values, key=str)),
        "users": list_encoder(ColumnKind.UUID, transaction.dialect)(sorted(users)),
        "but": list_encoder(ColumnKind.UUID, transaction.dialect)(sorted(but)),
    }
    rows = await transaction.fetch(statement, parameters)
    return {reader.read(row[1:])["value"]: row[0] for row in rows}


def _query(compiled: CompiledModel, object_name: str, path: Path) -> tuple[Statement, StoredReader]:
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name)
    resolved = resolve_names(compiled.model, object_name, path)
    source.value(path)  # refuses what has no one column
    reader = StoredReader(source, {"value": resolved})
    [value] = reader.columns
    root = source.root
    newest = sa.func.row_number().over(partition_by=value, order_by=root.c.id.desc()).label("place")
    inner = (
        sa.select(root.c.owner, value.label("value"), newest)
        .select_from(source.from_clause)
        .where(
            *source.visible(),
            any_of(value, "values", compiled.dialect),
            any_of(root.c.owner, "users", compiled.dialect),
            ~any_of(root.c.id, "but", compiled.dialect),
        )
        .subquery()
    )
    chosen = sa.select(inner.c.owner, inner.c.value).where(inner.c.place == sa.literal_column("1"))
    return prepare(chosen, compiled.dialect), reader
