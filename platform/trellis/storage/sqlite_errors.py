"""What SQLite says went wrong -> the storage errors. It says it mostly in words, so the words are read here and nowhere else."""

from __future__ import annotations

import re
import sqlite3

from trellis.storage.errors import (
    ConstraintViolation,
    DatabaseBusy,
    ForeignKeyViolation,
    SchemaMismatch,
    StorageError,
    TookTooLong,
    UniqueViolation,
)

_INDEX = re.compile(r"constraint failed: index '([^']*)'")
_COLUMN = re.compile(r"(\w+)\.(\w+)")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")


def as_storage_error(error: sqlite3.Error) -> StorageError:
    message = str(error)
    name: str = getattr(error, "sqlite_errorname", None) or ""
    if name.startswith(_BUSY):
        return DatabaseBusy("the database is busy with another process", hint="Try again in a moment.")
    if name == "SQLITE_INTERRUPT":
        return TookTooLong()
    if name.startswith("SQLITE_CONSTRAINT"):
        return _constraint(name, message)
    if message.startswith(("no such table", "no such column")) or "has no column named" in message:
        return SchemaMismatch(message)
    return StorageError(message)


def _constraint(name: str, message: str) -> ConstraintViolation:
    if name == "SQLITE_CONSTRAINT_FOREIGNKEY":
        return ForeignKeyViolation("a record is referred to that is not there, or is still referred to")
    found = _COLUMN.findall(message)
    table = found[0][0] if found else ""
    columns = tuple(column for _, column in found)
    if name in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"):
        index = _INDEX.search(message)
        return UniqueViolation(message, table=table, columns=columns, constraint=index[1] if index else "")
    return ConstraintViolation(message, table=table, columns=columns)
