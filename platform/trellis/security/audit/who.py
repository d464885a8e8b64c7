"""The user behind an id, as the audit names people, read in the transaction that will say so."""

from __future__ import annotations

from functools import lru_cache

import sqlalchemy as sa

from trellis.security.actor import Channel
from trellis.security.audit.event import Subject, Who
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare


async def fetch_who(
    transaction: Transaction,
    schema: str | None,
    user_id: str | None,
    *,
    channel: Channel,
    credential_id: str | None = None,
) -> Who:
    """The user as the one who does something. One statement, for nobody too."""
    name = await _name(transaction, schema, user_id)
    return Who(channel=channel, user_id=user_id or "", name=name, credential_id=credential_id)


async def fetch_subject(transaction: Transaction, schema: str | None, user_id: str | None) -> Subject | None:
    """The user as the one whom something happens to, None for nobody. One statement, for nobody too."""
    name = await _name(transaction, schema, user_id)
    return None if user_id is None else Subject(kind="user", id=user_id, name=name)


async def _name(transaction: Transaction, schema: str | None, user_id: str | None) -> str:
    row = await transaction.fetch_one(_statement(schema, transaction.dialect), {"id": user_id})
    return str(row[0]) if row else ""


@lru_cache(maxsize=256)
def _statement(schema: str | None, dialect: DialectName) -> Statement:
    user = platform_tables(schema).user
    return prepare(sa.select(user.c.name).where(user.c.id == sa.bindparam("id", type_=user.c.id.type)), dialect)
