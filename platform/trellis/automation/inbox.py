"""A person's own notices: reading the newest, counting the unread, marking them as read. Writing them is in_app.py's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.automation.notice import said_of_hidden
from trellis.automation.people import fetch_people, people_by_id
from trellis.automation.sight import Told, fetch_sight
from trellis.errors import NotFound
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One notice. `object` and `record_id`: what it is about, None when nothing; `read_at`: None while unread."""

    id: str
    title: str
    body: str
    object: str | None
    record_id: str | None
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """The newest notices of one user, and how many there are unread in all."""

    notifications: tuple[Notification, ...]
    unread: int


async def fetch_inbox(tenant: Tenant, user_id: str, *, limit: int = 50) -> Inbox:
    """Newest first. Of a record that they may see no more nothing is told but that. Two statements, and those of what they may see."""
    compiled = await tenant.compiled()
    database = tenant.database
    statements = _statements(database.schema, database.dialect)
    moment = decoder(ColumnKind.DATETIME, database.dialect)

    async def work(transaction: Transaction) -> Inbox:
        rows = await transaction.fetch(statements.newest, {"user_id": user_id, "limit": limit})
        unread = await transaction.fetch_one(statements.unread, {"user_id": user_id})
        found = [
            Notification(
                id=str(row[0]),
                title=row[1],
                body=row[2],
                object=row[3],
                record_id=None if row[4] is None else str(row[4]),
                created_at=moment(row[5]),
                read_at=moment(row[6]),
            )
            for row in rows
        ]
        return Inbox(
            notifications=await _seen(transaction, compiled, user_id, found),
            unread=unread[0] if unread else 0,
        )

    return await database.read(work)


async def _seen(
    transaction: Transaction, compiled: CompiledModel, user_id: str, found: Sequence[Notification]
) -> tuple[Notification, ...]:
    if not any(one.object for one in found):
        return tuple(found)
    query = compiled.prepared(("automation", "people by id"), lambda: people_by_id(compiled.schema, compiled.dialect))
    person = (await fetch_people(transaction, query, [user_id], ColumnKind.UUID)).get(user_id)
    if person is None or person.is_admin:
        return tuple(found)
    told = [
        Told(person=person, object=one.object, record_id=one.record_id) for one in found if one.object and one.record_id
    ]
    sight = await fetch_sight(transaction, compiled, told, datetime.now(UTC))
    return tuple(
        one
        if not one.object or not one.record_id or sight.sees(person, one.object, one.record_id)
        else replace(one, title=said_of_hidden(person.language), body="", object=None, record_id=None)
        for one in found
    )


async def count_unread(tenant: Tenant, user_id: str) -> int:
    """For the bell. One statement."""
    database = tenant.database
    statement = _statements(database.schema, database.dialect).unread

    async def work(transaction: Transaction) -> int:
        row = await transaction.fetch_one(statement, {"user_id": user_id})
        return int(row[0]) if row else 0

    return await database.read(work)


async def mark_read(tenant: Tenant, user_id: str, notification_id: str | None, *, now: datetime) -> int:
    """Marks one notice of the user as read, or all of them with None, and gives how many stay unread. One that was read already
    keeps its time. Raises NotFound for a notice that the user does not have."""
    database = tenant.database
    statements = _statements(database.schema, database.dialect)
    values = {"user_id": user_id, "now": encoder(ColumnKind.DATETIME, database.dialect)(now)}

    async def work(transaction: Transaction) -> int:
        if notification_id is None:
            await transaction.execute(statements.read_all, values)
        elif await transaction.execute(statements.read_one, {**values, "id": _id_of(notification_id)}) == 0:
            raise _unknown(notification_id)
        unread = await transaction.fetch_one(statements.unread, {"user_id": user_id})
        return int(unread[0]) if unread else 0

    return await database.write(work)


def _id_of(text: str) -> str:
    """An id as it is stored; what cannot be one is not there."""
    try:
        return str(UUID(text))
    except ValueError:
        raise _unknown(text) from None


def _unknown(notification_id: str) -> NotFound:
    return NotFound(f"You have no notice {notification_id[:60]}.")


@dataclass(frozen=True, slots=True)
class _Statements:
    newest: Statement
    unread: Statement
    read_one: Statement
    read_all: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    table = platform_tables(schema).notification
    is_theirs = table.c.user_id == sa.bindparam("user_id")
    names = ("id", "title", "body", "object", "record_id", "created_at", "read_at")
    newest = (
        sa.select(*(table.c[name] for name in names))
        .where(is_theirs)
        .order_by(table.c.created_at.desc(), table.c.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )
    unread = sa.select(sa.func.count()).select_from(table).where(is_theirs, table.c.read_at.is_(None))
    now: sa.BindParameter[Any] = sa.bindparam("now", type_=table.c.read_at.type)
    read_all = sa.update(table).where(is_theirs, table.c.read_at.is_(None)).values(read_at=now)
    first_time = sa.func.coalesce(table.c.read_at, now)
    read_one = sa.update(table).where(is_theirs, table.c.id == sa.bindparam("id")).values(read_at=first_time)
    return _Statements(*(prepare(statement, dialect) for statement in (newest, unread, read_one, read_all)))
