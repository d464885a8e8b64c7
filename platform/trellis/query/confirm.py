"""Whether a credential still holds, asked by itself: for what goes on without a statement that checks it, such as a stream."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from trellis.query.stamp import credential_holds, credential_values, not_authenticated
from trellis.security.actor import Actor
from trellis.storage.database import Database, DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare


async def confirm_credential(database: Database, actor: Actor, *, now: datetime) -> None:
    """The actor's, with the grants that the actor was found with. It is no use of a session, and its token is not looked at: meanwhile the
    session may have taken another. Raises NotAuthenticated."""
    values = credential_values(actor, now, database.dialect)
    statement = _statement(database.schema, database.dialect)

    async def find(transaction: Transaction) -> Row | None:
        return await transaction.fetch_one(statement, values)

    row = await database.read(find, is_brief=True)
    if row is None or row[0] is None:
        raise not_authenticated()


@lru_cache(maxsize=256)
def _statement(schema: str | None, dialect: DialectName) -> Statement:
    return prepare(sa.select(credential_holds(platform_tables(schema))), dialect)
