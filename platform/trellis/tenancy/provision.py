"""Makes a database ready for what is kept in it, or brings it up to date; running it again changes nothing."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from trellis.storage.codecs import datetime_text
from trellis.storage.database import Database
from trellis.storage.platform_tables import platform_tables
from trellis.storage.versions import Branch, current_version, latest_version


async def provision_directory(database: Database) -> None:
    """Raises StorageError."""
    await database.run(lambda connection: _bring_up_to_date(connection, database.schema, "directory"))


async def provision_tenant(database: Database, now: datetime) -> None:
    """The platform's tables and revision 0, an empty model. Raises StorageError."""

    def work(connection: sa.Connection) -> None:
        if _bring_up_to_date(connection, database.schema, "tenant"):
            _write_first_revision(connection, database, now)

    await database.run(work)


def _bring_up_to_date(connection: sa.Connection, schema: str | None, branch: Branch) -> bool:
    """True when anything had to be done. One process at a time: SQLite's writer lock, an advisory lock on PostgreSQL."""
    latest = latest_version(branch)
    if current_version(connection) == latest:
        return False
    from trellis.storage.migrate import migrate  # with Alembic

    if schema is not None:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"trellis:{schema}"))))
        connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    migrate(connection, branch)
    return True


def _write_first_revision(connection: sa.Connection, database: Database, now: datetime) -> None:
    tables = platform_tables(database.schema)
    if connection.execute(sa.select(tables.state.c.revision)).first() is not None:
        return
    created_at = now if database.dialect == "postgresql" else datetime_text(now)
    values = {"number": 0, "created_at": created_at, "summary": "Created", "manifest": "[]", "plan": "[]"}
    connection.execute(sa.insert(tables.revision).values(values))
    connection.execute(sa.insert(tables.state).values(revision=0))
