"""What a field asks of the database, as data; trellis.storage turns it into real columns of either database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ColumnKind(StrEnum):
    TEXT = "text"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    UUID = "uuid"
    TEXT_LIST = "text_list"
    INTEGER = "integer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. `length`: most characters of a text, None for no limit; `precision`/`scale`: digits in all and after the
    point (decimal only, precision at most 18); `references`: the object whose id a uuid holds."""

    name: str
    kind: ColumnKind
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    references: str | None = None
