"""The head of the chain as data: where it ends, and up to where it was pruned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa

from trellis.security.audit.chain import Link
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """`last_number`: of the newest row that there really is, 0 for none. `pruned`: the chain begins after it."""

    end: Link
    pruned: Link
    last_number: int


async def fetch_head(transaction: Transaction, schema: str | None) -> Head | None:
    """None when somebody has deleted it. One statement, so that it is of one moment."""
    row = await transaction.fetch_one(_statement(schema, transaction.dialect))
    if row is None:
        return None
    number, end, pruned_number, pruned, last_number = row
    return Head(
        end=Link(number=number, hash=end), pruned=Link(number=pruned_number, hash=pruned), last_number=last_number
    )


@lru_cache(maxsize=256)
def _statement(schema: str | None, dialect: DialectName) -> Statement:
    tables = platform_tables(schema)
    head = tables.audit_head.c
    last = sa.select(sa.func.coalesce(sa.func.max(tables.audit.c.number), 0)).scalar_subquery()
    return prepare(sa.select(head.number, head.hash, head.pruned_number, head.pruned_hash, last), dialect)
