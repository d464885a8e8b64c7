"""The session or key behind the id that a row names, while it is still known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa

from trellis.ids import is_id
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedCredential:
    """`kind` as in security/credentials.py; `name`: of a key; `address`, `agent`: where a session began. "" for what is not there."""

    kind: str
    name: str
    address: str
    agent: str


async def find_used_credential(
    tenant: Tenant, access: Access, actor: Actor, credential_id: str | None
) -> UsedCredential | None:
    """None for one that is not kept any more. Raises AccessDenied."""
    require(access, actor, "view_audit")
    if not is_id(credential_id):
        return None
    statement = _statement(tenant.database.schema, tenant.database.dialect)

    async def read(transaction: Transaction) -> Row | None:
        return await transaction.fetch_one(statement, {"id": credential_id})

    row = await tenant.database.read(read, is_brief=True)
    if row is None:
        return None
    kind, name, address, agent = (value or "" for value in row)
    return UsedCredential(kind=kind, name=name, address=address, agent=agent)


@lru_cache(maxsize=256)
def _statement(schema: str | None, dialect: DialectName) -> Statement:
    table = platform_tables(schema).credential
    columns = (table.c[name] for name in ("kind", "name", "address", "agent"))
    return prepare(sa.select(*columns).where(table.c.id == sa.bindparam("id", type_=table.c.id.type)), dialect)
