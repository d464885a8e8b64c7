"""The SQL that the migrations come to on an empty database, kept by a test process for the next one.

tests/trellis/storage/test_migrations.py runs the migrations themselves, each up and down."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import sqlalchemy as sa

from trellis.storage.migrate import migrate
from trellis.storage.versions import Branch, current_version

CHANGES = ("ALTER ", "CREATE ", "DELETE ", "DROP ", "INSERT ", "UPDATE ")

Statement = tuple[str, Any]

_kept: dict[tuple[str, Branch], tuple[Statement, ...]] = {}


def migrate_by_kept_sql(connection: sa.Connection, branch: Branch) -> None:
    """Leaves what `migrate` leaves."""
    if current_version(connection) is not None:
        migrate(connection, branch)
        return
    key = (connection.dialect.name, branch)
    if key in _kept:
        _run(connection, _kept[key])
    else:
        _kept[key] = _record(connection, branch)


def _record(connection: sa.Connection, branch: Branch) -> tuple[Statement, ...]:
    statements: list[Statement] = []

    def hear(_connection: Any, _cursor: Any, text: str, parameters: Any, *_more: Any) -> None:
        if text.lstrip().startswith(CHANGES):
            statements.append((text, parameters))

    sa.event.listen(connection, "before_cursor_execute", hear)
    try:
        migrate(connection, branch)
    finally:
        sa.event.remove(connection, "before_cursor_execute", hear)
    return tuple(statements)


def _run(connection: sa.Connection, statements: tuple[Statement, ...]) -> None:
    driver: Any = connection.connection.dbapi_connection
    for are_plain, group in groupby(statements, key=lambda statement: not statement[1]):
        if are_plain and connection.dialect.name == "postgresql":
            # All in one message, where SQLAlchemy would prepare one after the other.
            script = ";\n".join(text for text, _ in group)
            driver.run_async(lambda asyncpg_connection, script=script: asyncpg_connection.execute(script))
            continue
        for text, parameters in group:
            connection.exec_driver_sql(text, parameters or None)
