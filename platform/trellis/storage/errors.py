"""What a database refused, wrapped where the driver is called, so that nobody above catches a driver's exception."""

from __future__ import annotations

from trellis.errors import TrellisError

READ_LIMIT_S = 30.0


class StorageError(TrellisError):
    """The database refused a statement for a reason without a class of its own here."""

    code = "storage_error"


class DatabaseBusy(StorageError):
    """Another process held what was needed for too long. Nothing was written; the same work may be tried again."""

    code = "database_busy"


class DatabaseUnavailable(StorageError):
    """The database cannot be reached, or closed the connection. Nothing is known to be written; it may be tried again later."""

    code = "database_unavailable"


class TookTooLong(StorageError):
    """A read was given up after `READ_LIMIT_S` seconds, so that one request cannot keep a database from all the others."""

    code = "took_too_long"

    def __init__(self) -> None:
        super().__init__(
            f"it took longer than {READ_LIMIT_S:g} seconds",
            hint="Ask for less: a narrower filter by stored fields, and a sort that an index serves.",
        )


class SchemaMismatch(StorageError):
    """A statement names a table or column that is not there: made for another revision, or wrong."""

    code = "schema_mismatch"


class ConstraintViolation(StorageError):
    """A constraint of the database refused a row. `table` and `columns` where the database says, else "" and ()."""

    code = "constraint_violation"

    def __init__(self, message: str, *, table: str = "", columns: tuple[str, ...] = (), constraint: str = "") -> None:
        self.table = table
        self.columns = columns
        self.constraint = constraint
        super().__init__(message)


class UniqueViolation(ConstraintViolation):
    code = "not_unique"


class ForeignKeyViolation(ConstraintViolation):
    code = "unknown_reference"
