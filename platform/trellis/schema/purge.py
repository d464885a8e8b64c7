"""Empties the bin of what has waited its thirty days: drops the columns and tables, for good."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from trellis.schema.binned import BinEntry, deletion, load_bin
from trellis.tenancy.tenant import Tenant


async def list_bin(tenant: Tenant) -> tuple[BinEntry, ...]:
    """Removed fields and objects that wait, the latest first."""
    dialect = tenant.database.dialect
    return await tenant.database.run(lambda connection: load_bin(connection, dialect))


async def purge(tenant: Tenant, *, now: datetime) -> tuple[BinEntry, ...]:
    """Drops what has expired by `now`, and gives what that was. One transaction."""
    dialect = tenant.database.dialect

    def work(connection: sa.Connection) -> tuple[BinEntry, ...]:
        entries = load_bin(connection, dialect)
        expired = {entry.number: entry for entry in entries if entry.expires_at <= now}
        tables = {entry.table for entry in expired.values() if entry.field is None}
        expired |= {entry.number: entry for entry in entries if entry.field is not None and entry.object in tables}
        operations = Operations(MigrationContext.configure(connection))
        for entry in expired.values():
            _drop(operations, entry, inside_dropped_table=entry.object in tables)
        return tuple(expired.values())

    return await tenant.database.run(work)


def _drop(operations: Operations, entry: BinEntry, *, inside_dropped_table: bool) -> None:
    if entry.field is None:
        operations.drop_table(entry.table)
    elif not inside_dropped_table:
        for name in entry.only_field.names:
            operations.drop_column(entry.object, name)
    operations.execute(deletion(entry.number))
