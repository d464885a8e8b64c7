"""The tenant's draft: source files that were edited in the builder and are not deployed. None as source removes a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

Draft = Mapping[str, str | None]


async def load_draft(tenant: Tenant) -> Draft:
    """By path, in order."""
    statement = _statements(tenant.database.schema, tenant.database.dialect).all

    async def load(tx: Transaction) -> Draft:
        return {row[0]: row[1] for row in await tx.fetch(statement)}

    return await tenant.database.read(load)


async def save_draft(tenant: Tenant, changes: Draft, *, user_id: str, now: datetime) -> None:
    dialect = tenant.database.dialect
    statements = _statements(tenant.database.schema, dialect)
    moment = encoder(ColumnKind.DATETIME, dialect)(now)

    async def save(tx: Transaction) -> None:
        for path, source in changes.items():
            await tx.execute(statements.remove, {"path": path})
            await tx.execute(statements.insert, {"path": path, "source": source, "user_id": user_id, "now": moment})

    await tenant.database.write(save)


async def take_out(tenant: Tenant, paths: tuple[str, ...] | None = None) -> None:
    """Forgets what the draft says of these paths, or of all."""
    statements = _statements(tenant.database.schema, tenant.database.dialect)

    async def remove(tx: Transaction) -> None:
        if paths is None:
            await tx.execute(statements.remove_all, {})
        for path in paths or ():
            await tx.execute(statements.remove, {"path": path})

    await tenant.database.write(remove)


class _Statements(NamedTuple):
    all: Statement
    insert: Statement
    remove: Statement
    remove_all: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    draft = platform_tables(schema).draft
    every = sa.select(draft.c.path, draft.c.source).order_by(draft.c.path)
    insert = sa.insert(draft).values(
        path=sa.bindparam("path"),
        source=sa.bindparam("source"),
        updated_by=sa.bindparam("user_id"),
        updated_at=sa.bindparam("now"),
    )
    remove = sa.delete(draft).where(draft.c.path == sa.bindparam("path"))
    return _Statements(*(prepare(one, dialect) for one in (every, insert, remove, sa.delete(draft))))
