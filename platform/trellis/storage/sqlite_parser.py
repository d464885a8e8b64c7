"""Whether SQLite can parse a statement: its parser has a stack of 100 places, which some thirty nested calls fill."""

from __future__ import annotations

import sqlite3
from contextlib import closing


def can_parse(sql: str) -> bool:
    """Asks an empty database of the library itself; tables and functions that are not there are no matter."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute(f"EXPLAIN {sql}")
        except sqlite3.Error as error:
            return not any(limit in str(error) for limit in ("stack overflow", "too large", "too many"))
    return True
