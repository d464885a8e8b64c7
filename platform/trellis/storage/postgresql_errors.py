"""What PostgreSQL says went wrong -> the storage errors."""

from __future__ import annotations

import re

import asyncpg

from trellis.storage.errors import (
    ConstraintViolation,
    DatabaseBusy,
    DatabaseUnavailable,
    ForeignKeyViolation,
    SchemaMismatch,
    StorageError,
    TookTooLong,
    UniqueViolation,
)

_KEY = re.compile(r"^Key \((.*?)\)=")
_MISSING = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.InvalidSchemaNameError)

UNREACHABLE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


def unavailable(error: BaseException) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        f"The database cannot be reached: {error}", hint="Check TRELLIS_DATABASE_URL, and that the server runs."
    )


def as_storage_error(error: asyncpg.PostgresError) -> StorageError:
    message = str(error.args[0]) if error.args else str(error)
    if isinstance(error, UNREACHABLE):
        return unavailable(error)
    if isinstance(error, asyncpg.LockNotAvailableError):
        return DatabaseBusy("the database is busy", hint="Try again in a moment.")
    if isinstance(error, asyncpg.QueryCanceledError):
        return TookTooLong()
    if isinstance(error, _MISSING):
        return SchemaMismatch(message)
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return _constraint(error, message)
    return StorageError(message)


def _constraint(error: asyncpg.PostgresError, message: str) -> ConstraintViolation:
    key = _KEY.match(error.detail or "")
    columns = tuple(part.strip().strip('"') for part in key[1].split(",")) if key else ()
    kind: type[ConstraintViolation] = ConstraintViolation
    if isinstance(error, asyncpg.UniqueViolationError):
        kind = UniqueViolation
    elif isinstance(error, (asyncpg.ForeignKeyViolationError, asyncpg.RestrictViolationError)):
        kind = ForeignKeyViolation
    elif isinstance(error, asyncpg.NotNullViolationError) and error.column_name:
        columns = (error.column_name,)
    return kind(message, table=error.table_name or "", columns=columns, constraint=error.constraint_name or "")
