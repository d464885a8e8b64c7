"""Timers of records as an administrator sees them: which there are, calling them off, and trying again those that were given up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.errors import InvalidRequest
from trellis.ids import is_id
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.storage.codecs import decoder, encoder, list_encoder
from trellis.storage.database import Database, DialectName, Statement
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

Status = Literal["waiting", "dead"]
STATUSES: tuple[Status, ...] = ("waiting", "dead")
_COLUMNS = (
    "id",
    "kind",
    "object",
    "record_id",
    "rule",
    "due_at",
    "status",
    "attempts",
    "next_attempt_at",
    "last_error",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTimer:
    """`kind`: delay, date, schedule, or what an approval waits for. `status`: dead when it was given up; `attempts`: how often it
    failed; `next_attempt_at`: when it is tried, `due_at` until it has failed."""

    id: str
    kind: str
    object: str | None
    record_id: str
    rule: str | None
    due_at: datetime
    status: str
    attempts: int
    next_attempt_at: datetime
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTimers:
    """The first of them, by when they are due; `total`: how many are chosen in all."""

    timers: tuple[WaitingTimer, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenTimers:
    """Those that meet everything that is not None."""

    ids: tuple[str, ...] | None = None
    rule: str | None = None
    object: str | None = None
    record_id: str | None = None
    status: Status | None = None

    @property
    def shape(self) -> tuple[str, ...]:
        return tuple(
            name for name in ("ids", "rule", "object", "record_id", "status") if getattr(self, name) is not None
        )

    def values(self, dialect: DialectName) -> dict[str, Any]:
        given = {f"of_{name}": getattr(self, name) for name in self.shape if name != "ids"}
        if self.record_id is not None and not is_id(self.record_id):
            raise InvalidRequest(f"{self.record_id[:60]!r} is no id of a record.")
        if self.ids is not None:
            given["ids"] = list_encoder(ColumnKind.UUID, dialect)([one for one in self.ids if is_id(one)])
        return given


async def list_timers(
    tenant: Tenant, access: Access, actor: Actor, chosen: ChosenTimers, *, limit: int
) -> WaitingTimers:
    """Raises AccessDenied, InvalidRequest."""
    require(access, actor, "administer")
    database = tenant.database
    statements, values = _statements_for(database, chosen)
    rows = await database.read(lambda transaction: transaction.fetch(statements.first, {**values, "limit": limit}))
    count = await database.read(lambda transaction: transaction.fetch_one(statements.count, values))
    moment = decoder(ColumnKind.DATETIME, database.dialect)
    return WaitingTimers(timers=tuple(_read(row, moment) for row in rows), total=int(count[0]) if count else 0)


async def call_off_timers(tenant: Tenant, access: Access, actor: Actor, chosen: ChosenTimers) -> int:
    """They will not fire; gives how many. Raises AccessDenied, InvalidRequest."""
    require(access, actor, "administer")
    statements, values = _statements_for(tenant.database, chosen)
    return await tenant.database.write(lambda transaction: transaction.execute(statements.call_off, values))


async def retry_timers(tenant: Tenant, access: Access, actor: Actor, chosen: ChosenTimers, *, now: datetime) -> int:
    """Those that failed or were given up are tried now, as often as new ones; gives how many. Raises AccessDenied, InvalidRequest."""
    require(access, actor, "administer")
    statements, values = _statements_for(tenant.database, chosen)
    values["now"] = encoder(ColumnKind.DATETIME, tenant.database.dialect)(now)
    return await tenant.database.write(lambda transaction: transaction.execute(statements.retry, values))


def _read(row: Sequence[Any], moment: Callable[[Any], Any]) -> WaitingTimer:
    found = dict(zip(_COLUMNS, row, strict=True))
    return WaitingTimer(
        **{**found, "due_at": moment(found["due_at"]), "next_attempt_at": moment(found["next_attempt_at"])}
    )


@dataclass(frozen=True, slots=True)
class _Statements:
    first: Statement
    count: Statement
    call_off: Statement
    retry: Statement


def _statements_for(database: Database, chosen: ChosenTimers) -> tuple[_Statements, dict[str, Any]]:
    return _statements(database.schema, database.dialect, chosen.shape), chosen.values(database.dialect)


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName, shape: tuple[str, ...]) -> _Statements:
    table = platform_tables(schema).timer
    conditions: list[sa.ColumnElement[bool]] = [table.c.record_id.is_not(None)]
    for name in shape:
        is_ids = name == "ids"
        conditions.append(
            any_of(table.c.id, "ids", dialect)
            if is_ids
            else table.c[name] == sa.bindparam(f"of_{name}", type_=table.c[name].type)
        )
    first = sa.select(*(table.c[name] for name in _COLUMNS)).where(*conditions)
    first = first.order_by(table.c.due_at, table.c.id).limit(sa.bindparam("limit", type_=sa.Integer()))
    has_failed = (table.c.status == "dead") | (table.c.attempts > 0)
    again = {
        "status": "waiting",
        "attempts": 0,
        "next_attempt_at": sa.bindparam("now", type_=table.c.next_attempt_at.type),
    }
    every = (
        first,
        sa.select(sa.func.count()).select_from(table).where(*conditions),
        sa.delete(table).where(*conditions),
        sa.update(table).where(*conditions, has_failed).values(again),
    )
    return _Statements(*(prepare(one, dialect) for one in every))
