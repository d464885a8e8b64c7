"""A query as data: what to read, before anybody asked whether the actor may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metamodel.definitions import Sort
from trellis.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """`fields`: field names and paths across lookups ("account.name"), () for all of the object's own; `filter`: a formula or None;
    `equals`: (path, JSON value) pairs that every row must also have, None for blank: unlike a filter, one prepared statement serves
    all values, so this is for ids; `cursor`: where the last page ended, as given by it; `limit`: 1 to 1,000 rows; `count`: also count
    all matches (at most 10,000 are counted)."""

    object: str
    fields: tuple[str, ...] = ()
    filter: str | None = None
    sort: tuple[Sort, ...] = ()
    limit: int = 50
    cursor: str | None = None
    count: bool = False
    equals: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`body`: the JSON array of records as UTF-8 bytes, as the database built it; `next_cursor`: None on the last page; `total`: None
    unless asked for, `total_is_exact` False when there are more than were counted."""

    body: bytes
    size: int
    next_cursor: str | None
    total: int | None = None
    total_is_exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBody:
    """`body`: one record as a JSON object in UTF-8; `version`: for the ETag."""

    body: bytes
    version: int


def no_record(object_name: str, record_id: object) -> NotFound:
    return NotFound(f"There is no {object_name} with the id {str(record_id)[:60]!r}.")
