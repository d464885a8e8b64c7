"""The names of a table's triggers that are in force."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.prepare import prepare


async def fetch_triggers(transaction: Transaction, schema: str | None, table: str) -> frozenset[str]:
    """Without those that somebody has disabled."""
    rows = await transaction.fetch(_statement(schema, transaction.dialect), {"table": table})
    return frozenset(str(row[0]) for row in rows)


@lru_cache(maxsize=256)
def _statement(schema: str | None, dialect: DialectName) -> Statement:
    name: sa.BindParameter[str] = sa.bindparam("table", type_=sa.Text())
    return prepare(_in_sqlite(name) if dialect == "sqlite" else _in_postgresql(schema, name), dialect)


def _in_sqlite(table: sa.BindParameter[str]) -> sa.Select[Any]:
    known = sa.table("sqlite_master", *(sa.column(name, sa.Text()) for name in ("type", "name", "tbl_name")))
    return sa.select(known.c.name).where(known.c.type == "trigger", known.c.tbl_name == table)


def _in_postgresql(schema: str | None, table: sa.BindParameter[str]) -> sa.Select[Any]:
    trigger = sa.table(
        "pg_trigger", *map(sa.column, ("tgname", "tgrelid", "tgenabled", "tgisinternal")), schema=_CATALOG
    )
    relation = sa.table("pg_class", *map(sa.column, ("oid", "relname", "relnamespace")), schema=_CATALOG)
    space = sa.table("pg_namespace", *map(sa.column, ("oid", "nspname")), schema=_CATALOG)
    text = sa.Text()
    return (
        sa.select(sa.cast(trigger.c.tgname, text))
        .join_from(trigger, relation, relation.c.oid == trigger.c.tgrelid)
        .join(space, space.c.oid == relation.c.relnamespace)
        .where(sa.cast(space.c.nspname, text) == schema, sa.cast(relation.c.relname, text) == table)
        .where(sa.not_(trigger.c.tgisinternal), sa.cast(trigger.c.tgenabled, text) != "D")
    )


_CATALOG = "pg_catalog"
