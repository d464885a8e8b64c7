"""A person's own notices: reading the newest, counting the unread, marking them as read. Writing them is in_app.py's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
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
    """Newest first. Two statements."""
    database = tenant.database
    statements = _statements(database.schema, database.dialect)
    moment = decoder(ColumnKind.DATETIME, database.dialect)

    async def work(transaction: Transaction) -> Inbox:
        rows = await transaction.fetch(statements.newest, {"user_id": user_id, "limit": limit})
        unread = await transaction.fetch_one(statements.unread, {"user_id": user_id})
        return Inbox(
            notifications=tuple(
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
            ),
            unread=unread[0] if unread else 0,
        )

    return await database.read(work)


async def count_unread(tenant: Tenant, user_id: str) -> int:
    """For the bell. One statement."""
    database = tenant.database
    statement = _statements(database.schema, database.dialect).unread

    async def work(transaction: Transaction) -> int:
        row = await transaction.fetch_one(statement, {"user_id": user_id})
        return int(row[0]) if row else 0

    return await database.read(work)


async def mark_read(tenant: Tenant, user_id: str, notification_id: str | None, *, now: datetime) -> int:
    """Marks one notice of the user as read, or all of them with None; gives how many were unread."""
    database = tenant.database
    statements = _statements(database.schema, database.dialect)
    statement = statements.read_all if notification_id is None else statements.read_one
    values = {"user_id": user_id, "id": notification_id, "now": encoder(ColumnKind.DATETIME, database.dialect)(now)}

    async def work(transaction: Transaction) -> int:
        return await transaction.execute(statement, values)

    return await database.write(work)


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
    read_all = sa.update(table).where(is_theirs, table.c.read_at.is_(None)).values(read_at=sa.bindparam("now"))
    read_one = read_all.where(table.c.id == sa.bindparam("id"))
    return _Statements(*(prepare(statement, dialect) for statement in (newest, unread, read_one, read_all)))
