"""The passkeys of users, as rows of trellis_passkey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.ids import is_id, new_id
from trellis.security.passkeys.credential import Registered
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """`party`: the name of the site that it belongs to; `is_backed_up`: its owner's account keeps it, too."""

    id: str
    user_id: str
    credential_id: str
    public_key: str
    sign_count: int
    party: str
    name: str
    is_backed_up: bool
    created_at: datetime
    last_used_at: datetime | None


async def list_passkeys(tenant: Tenant, user_id: str) -> tuple[Passkey, ...]:
    """The newest first."""

    async def read(transaction: Transaction) -> tuple[Passkey, ...]:
        rows = await transaction.fetch(statements_of(tenant).all, {"user_id": user_id})
        return tuple(read_passkey(tenant, row) for row in rows)

    return await tenant.database.read(read) if is_id(user_id) else ()


async def find_passkey(tenant: Tenant, credential_id: str) -> Passkey | None:
    statement = statements_of(tenant).by_credential
    row = await tenant.database.read(
        lambda transaction: transaction.fetch_one(statement, {"credential_id": credential_id})
    )
    return read_passkey(tenant, row) if row else None


async def fetch_passkey(tenant: Tenant, transaction: Transaction, user_id: str, passkey_id: str) -> Passkey | None:
    known = is_id(user_id) and is_id(passkey_id)
    values = {"user_id": user_id, "id": passkey_id}
    row = await transaction.fetch_one(statements_of(tenant).one, values) if known else None
    return read_passkey(tenant, row) if row else None


async def insert_passkey(
    tenant: Tenant, transaction: Transaction, user_id: str, party: str, name: str, new: Registered, *, now: datetime
) -> str:
    """Its id."""
    dialect = tenant.database.dialect
    passkey_id = new_id()
    values = {
        "id": passkey_id,
        "user_id": user_id,
        "credential_id": new.credential_id,
        "public_key": new.public_key,
        "sign_count": new.sign_count,
        "party": party,
        "name": name,
        "is_backed_up": encoder(ColumnKind.BOOLEAN, dialect)(new.is_backed_up),
        "created_at": encoder(ColumnKind.DATETIME, dialect)(now),
        "last_used_at": None,
    }
    await transaction.execute(statements_of(tenant).insert, values)
    return passkey_id


async def count_use(tenant: Tenant, passkey: Passkey, sign_count: int, *, now: datetime) -> bool:
    """False when another use was counted meanwhile."""
    moment = encoder(ColumnKind.DATETIME, tenant.database.dialect)(now)
    values = {"id": passkey.id, "sign_count": sign_count, "seen": passkey.sign_count, "now": moment}
    statement = statements_of(tenant).use
    return await tenant.database.write(lambda transaction: transaction.execute(statement, values)) == 1


def read_passkey(tenant: Tenant, row: Row) -> Passkey:
    moment = decoder(ColumnKind.DATETIME, tenant.database.dialect)
    passkey_id, user_id, credential_id, public_key, sign_count, party, name, is_backed_up, created_at, used_at = row
    return Passkey(
        id=str(passkey_id),
        user_id=str(user_id),
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        party=party,
        name=name,
        is_backed_up=bool(is_backed_up),
        created_at=moment(created_at),
        last_used_at=moment(used_at),
    )


@dataclass(frozen=True, slots=True)
class Statements:
    all: Statement
    one: Statement
    by_credential: Statement
    insert: Statement
    use: Statement
    rename: Statement
    delete: Statement


_COLUMNS = (
    *("id", "user_id", "credential_id", "public_key", "sign_count", "party", "name"),
    *("is_backed_up", "created_at", "last_used_at"),
)


def statements_of(tenant: Tenant) -> Statements:
    return _statements(tenant.database.schema, tenant.database.dialect)


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> Statements:
    table = platform_tables(schema).passkey
    given: dict[str, Any] = {name: sa.bindparam(name, type_=table.c[name].type) for name in _COLUMNS}
    shown = sa.select(*(table.c[name] for name in _COLUMNS))
    is_theirs, is_it = table.c.user_id == given["user_id"], table.c.id == given["id"]
    seen = sa.bindparam("seen", type_=table.c.sign_count.type)
    now = sa.bindparam("now", type_=table.c.last_used_at.type)
    used = sa.update(table).where(is_it, table.c.sign_count == seen)
    return Statements(
        all=prepare(shown.where(is_theirs).order_by(table.c.id.desc()), dialect),
        one=prepare(shown.where(is_theirs, is_it), dialect),
        by_credential=prepare(shown.where(table.c.credential_id == given["credential_id"]), dialect),
        insert=prepare(sa.insert(table).values(given), dialect),
        use=prepare(used.values(sign_count=given["sign_count"], last_used_at=now), dialect),
        rename=prepare(sa.update(table).where(is_it).values(name=given["name"]), dialect),
        delete=prepare(sa.delete(table).where(is_it), dialect),
    )
