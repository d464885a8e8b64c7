"""Outbox rows that delivery has given up: which there are, why, and what is in each. Changing them is mending.py's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.automation.payload import plain_payload
from trellis.errors import NotFound
from trellis.ids import is_id
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.storage.codecs import decoder, list_encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

MAX_CAUSES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadRow:
    """`kind`: what would have delivered it; `object` and `record_id`: what it is about; `attempts`: how often it was tried; `error`:
    what it failed with last."""

    id: str
    kind: str
    object: str | None
    record_id: str | None
    rule: str | None
    attempts: int
    error: str | None
    created_at: datetime
    given_up_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadDetail:
    """`payload`: what was to be said and to whom, as JSON; None when it cannot be read."""

    row: DeadRow
    payload: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Rows of one kind that failed with the same words: whatever mends one mends them all. `newest_at`: when the last was given up."""

    kind: str
    error: str | None
    count: int
    newest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadRows:
    """One page, the newest first; `total`: how many are chosen in all; `causes`: of those chosen, the most frequent first."""

    rows: tuple[DeadRow, ...]
    total: int
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which dead rows: those that meet everything that is not None; all of them when nothing is said."""

    ids: tuple[str, ...] | None = None
    kind: str | None = None
    error: str | None = None

    def values(self, dialect: DialectName) -> dict[str, Any]:
        """The parameters of `is_chosen`."""
        ids = (
            None
            if self.ids is None
            else list_encoder(ColumnKind.UUID, dialect)([one for one in self.ids if is_id(one)])
        )
        given = {"ids": ids, "of_kind": self.kind, "of_error": self.error}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def shape(self) -> Shape:
        return Shape(has_ids=self.ids is not None, has_kind=self.kind is not None, has_error=self.error is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a statement over chosen rows is prepared for."""

    has_ids: bool = False
    has_kind: bool = False
    has_error: bool = False


def is_chosen(table: sa.Table, shape: Shape, dialect: DialectName) -> sa.ColumnElement[bool]:
    """A condition on dead rows, with the parameters that Chosen.values gives."""
    conditions = [table.c.status == "dead"]
    if shape.has_ids:
        conditions.append(any_of(table.c.id, "ids", dialect))
    if shape.has_kind:
        conditions.append(table.c.kind == sa.bindparam("of_kind", type_=sa.Text()))
    if shape.has_error:
        conditions.append(table.c.last_error == sa.bindparam("of_error", type_=sa.Text()))
    return sa.and_(*conditions)


async def list_dead(
    tenant: Tenant,
    access: Access,
    actor: Actor,
    chosen: Chosen | None = None,
    *,
    limit: int,
    before: str | None = None,
) -> DeadRows:
    """The newest first; `before`: those older than the one of that id. Three statements."""
    require(access, actor, "administer")
    chosen = chosen or Chosen()
    database = tenant.database
    statements = _statements(database.schema, database.dialect, chosen.shape)
    values = chosen.values(database.dialect)
    read_row, moment = _row_reader(database.dialect), decoder(ColumnKind.DATETIME, database.dialect)
    page = {**values, "limit": limit, "before": before if is_id(before) else _LAST_ID}

    async def work(transaction: Transaction) -> DeadRows:
        rows = await transaction.fetch(statements.newest, page)
        count = await transaction.fetch_one(statements.count, values)
        causes = await transaction.fetch(statements.causes, values)
        return DeadRows(
            rows=tuple(read_row(row) for row in rows),
            total=int(count[0]) if count else 0,
            causes=tuple(
                Cause(kind=row[0], error=row[1], count=int(row[2]), newest_at=moment(row[3])) for row in causes
            ),
        )

    return await database.read(work)


async def get_dead(tenant: Tenant, access: Access, actor: Actor, row_id: str) -> DeadDetail:
    """Raises NotFound, also for a row that is not dead. One statement."""
    require(access, actor, "administer")
    database = tenant.database
    chosen = Chosen(ids=(row_id,))
    statement = _statements(database.schema, database.dialect, chosen.shape).whole
    values = chosen.values(database.dialect)
    row = await database.read(lambda transaction: transaction.fetch_one(statement, values))
    if row is None:
        raise no_dead_row(row_id)
    return DeadDetail(row=_row_reader(database.dialect)(row), payload=_readable(row[-1]))


def no_dead_row(row_id: str) -> NotFound:
    return NotFound(f'There is no dead row "{row_id[:60]}".', hint="`trellis outbox list` shows them.")


def _readable(payload: str) -> Mapping[str, Any] | None:
    try:
        return plain_payload(payload)
    except (ValueError, KeyError, TypeError):
        return None


def _row_reader(dialect: DialectName) -> Callable[[Any], DeadRow]:
    moment = decoder(ColumnKind.DATETIME, dialect)

    def read(values: Any) -> DeadRow:
        row = dict(zip(_COLUMNS, values, strict=False))
        return DeadRow(
            id=str(row["id"]),
            kind=row["kind"],
            object=row["object"],
            record_id=None if row["record_id"] is None else str(row["record_id"]),
            rule=row["rule"],
            attempts=row["attempts"],
            error=row["last_error"],
            created_at=moment(row["created_at"]),
            given_up_at=moment(row["done_at"]),
        )

    return read


_COLUMNS = ("id", "kind", "object", "record_id", "rule", "attempts", "last_error", "created_at", "done_at")
_LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"


@dataclass(frozen=True, slots=True)
class _Statements:
    newest: Statement
    count: Statement
    causes: Statement
    whole: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName, shape: Shape) -> _Statements:
    table = platform_tables(schema).outbox
    condition = is_chosen(table, shape, dialect)
    columns = [table.c[name] for name in _COLUMNS]
    newest = (
        sa.select(*columns)
        .where(condition, table.c.id < sa.bindparam("before", type_=table.c.id.type))
        .order_by(table.c.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )
    count = sa.select(sa.func.count()).select_from(table).where(condition)
    number = sa.func.count().label("number")
    causes = (
        sa.select(table.c.kind, table.c.last_error, number, sa.func.max(table.c.done_at))
        .where(condition)
        .group_by(table.c.kind, table.c.last_error)
        .order_by(number.desc(), table.c.kind, table.c.last_error)
        .limit(MAX_CAUSES)
    )
    whole = sa.select(*columns, table.c.payload).where(condition)
    return _Statements(*(prepare(statement, dialect) for statement in (newest, count, causes, whole)))
