"""Reading the audit: pages of it, newest first, and single rows. Only for those who may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.errors import NotFound
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit.chain import COLUMNS, AuditRow
from trellis.storage.codecs import decoder, encoder, list_encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

GREATEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows: those that meet everything that is not None. `since` is included, `until` is not. `actor_id`: who did it;
    `subject_id`: what it was done to."""

    events: tuple[str, ...] | None = None
    actor_id: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    address: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = Wanted()


async def list_audit(
    tenant: Tenant,
    access: Access,
    actor: Actor,
    wanted: Wanted = EVERYTHING,
    *,
    limit: int,
    before: int | None = None,
) -> tuple[AuditRow, ...]:
    """The newest first; `before`: those with smaller numbers. One query. Raises AccessDenied."""
    require(access, actor, "view_audit")
    position = GREATEST_NUMBER if before is None else before
    rows = await fetch_rows(tenant, wanted, limit=limit, position=position, is_newest_first=True)
    return tuple(rows)


async def get_audit(tenant: Tenant, access: Access, actor: Actor, number: int) -> AuditRow:
    """Raises AccessDenied, NotFound."""
    require(access, actor, "view_audit")
    rows: Sequence[AuditRow] = ()
    if 0 < number < GREATEST_NUMBER:
        rows = await fetch_rows(tenant, EVERYTHING, limit=1, position=number + 1, is_newest_first=True)
    if not rows or rows[0].number != number:
        raise NotFound(f"The audit has no row {number}.", hint="It may have been pruned.")
    return rows[0]


async def fetch_rows(
    tenant: Tenant, wanted: Wanted, *, limit: int, position: int, is_newest_first: bool
) -> list[AuditRow]:
    """At most `limit` rows beyond `position`, which is not included. Asks nobody whether they may be seen."""
    database = tenant.database
    values = _values(wanted, database.dialect)
    statement = _statement(database.schema, database.dialect, tuple(values), is_newest_first)

    async def find(transaction: Transaction) -> list[AuditRow]:
        rows = await transaction.fetch(statement, {**values, "position": position, "limit": limit})
        return [read_row(row, database.dialect) for row in rows]

    return await database.read(find)


def read_row(row: Row, dialect: DialectName) -> AuditRow:
    """Of COLUMNS."""
    values = dict(zip(COLUMNS, row, strict=True))
    values["occurred_at"] = decoder(ColumnKind.DATETIME, dialect)(values["occurred_at"])
    return AuditRow(**values)


def _values(wanted: Wanted, dialect: DialectName) -> dict[str, Any]:
    """By the names of Wanted, without what is not asked for; the driver's own."""
    moment = encoder(ColumnKind.DATETIME, dialect)
    texts = ("actor_id", "subject_kind", "subject_id", "address")
    given: dict[str, Any] = {name: getattr(wanted, name) for name in texts}
    given["since"], given["until"] = moment(wanted.since), moment(wanted.until)
    if wanted.events is not None:
        given["events"] = list_encoder(ColumnKind.TEXT, dialect)(wanted.events)
    return {name: value for name, value in given.items() if value is not None}


@lru_cache(maxsize=1024)
def _statement(schema: str | None, dialect: DialectName, given: tuple[str, ...], is_newest_first: bool) -> Statement:
    audit = platform_tables(schema).audit
    conditions = _conditions(audit, dialect)
    number = audit.c.number
    position = sa.bindparam("position", type_=number.type)
    beyond = number < position if is_newest_first else number > position
    rows = (
        sa.select(*(audit.c[name] for name in COLUMNS))
        .where(beyond, *(conditions[name] for name in given))
        .order_by(number.desc() if is_newest_first else number)
        .limit(sa.bindparam("limit"))
    )
    return prepare(rows, dialect)


def _conditions(audit: sa.Table, dialect: DialectName) -> Mapping[str, sa.ColumnElement[bool]]:
    at = audit.c.occurred_at
    texts = ("actor_id", "subject_kind", "subject_id", "address")
    return {
        **{name: audit.c[name] == sa.bindparam(name, type_=audit.c[name].type) for name in texts},
        "events": any_of(audit.c.event, "events", dialect),
        "since": at >= sa.bindparam("since", type_=at.type),
        "until": at < sa.bindparam("until", type_=at.type),
    }
