"""The head of the chain as data: where it ends, and up to where it was pruned; and the triggers that guard both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa

from trellis.security.audit.chain import Link
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.storage.triggers import fetch_triggers


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


async def fetch_missing_guards(transaction: Transaction, schema: str | None) -> tuple[str, ...]:
    """The triggers of migration 0013 that are not there, or disabled."""
    missing: set[str] = set()
    for table, guards in _GUARDS[transaction.dialect].items():
        missing |= guards - await fetch_triggers(transaction, schema, table)
    return tuple(sorted(missing))


_GUARDS: dict[DialectName, dict[str, frozenset[str]]] = {
    "sqlite": {
        "trellis_audit": frozenset({"trellis_audit_no_update", "trellis_audit_no_delete"}),
        "trellis_audit_head": frozenset({"trellis_audit_head_no_return", "trellis_audit_head_no_delete"}),
    },
    "postgresql": {
        "trellis_audit": frozenset({"trellis_audit_guard", "trellis_audit_truncate_guard"}),
        "trellis_audit_head": frozenset({"trellis_audit_head_guard", "trellis_audit_head_truncate_guard"}),
    },
}


@lru_cache(maxsize=256)
def _statement(schema: str | None, dialect: DialectName) -> Statement:
    tables = platform_tables(schema)
    head = tables.audit_head.c
    last = sa.select(sa.func.coalesce(sa.func.max(tables.audit.c.number), 0)).scalar_subquery()
    return prepare(sa.select(head.number, head.hash, head.pruned_number, head.pruned_hash, last), dialect)
