"""What every one of the platform's tables is made of."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from trellis.storage.column_types import SqlType


def column(
    name: str, kind: SqlType, *arguments: Any, null: bool = False, key: bool = False, **options: Any
) -> sa.Column[Any]:
    return sa.Column(name, kind, *arguments, nullable=null, primary_key=key, **options)


def to_user(on_delete: str, metadata: sa.MetaData) -> sa.ForeignKey:
    table = "trellis_user" if metadata.schema is None else f"{metadata.schema}.trellis_user"
    return sa.ForeignKey(f"{table}.id", ondelete=on_delete)


def table(metadata: sa.MetaData, name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, metadata, *parts, sqlite_strict=True)
