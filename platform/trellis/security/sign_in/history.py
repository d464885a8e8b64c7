"""The history of sign-ins: who came in, who tried to, from where and by what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.ids import new_id
from trellis.security.credentials import LONGEST_BEGUN, Begun
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

Method = Literal["password", "totp", "recovery_code", "passkey", "oidc"]
"""What was shown last. `totp` and `recovery_code` come after a password, or a provider outside."""
Outcome = Literal["succeeded", "unknown_user", "wrong_password", "wrong_code", "wrong_passkey", "frozen", "api_only"]

TRUSTED_FOR = timedelta(days=30)
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """`user_id` None: nobody has that user name. What was typed is not kept."""

    user_id: str | None
    at: datetime
    method: Method
    outcome: Outcome
    begun: Begun


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSignIn(SignIn):
    id: str
    name: str | None


async def write_sign_in(tenant: Tenant, transaction: Transaction, new: SignIn) -> None:
    dialect = tenant.database.dialect
    values = {
        "id": new_id(),
        "user_id": new.user_id,
        "at": encoder(ColumnKind.DATETIME, dialect)(new.at),
        "method": new.method,
        "outcome": new.outcome,
        "address": kept(new.begun.address),
        "agent": kept(new.begun.agent),
    }
    await transaction.execute(_statements(tenant.database.schema, dialect).insert, values)


async def has_come_from(
    tenant: Tenant, transaction: Transaction, user_id: str | None, address: str, *, now: datetime
) -> bool:
    """Whether the user signed in from that very address lately."""
    dialect = tenant.database.dialect
    since = encoder(ColumnKind.DATETIME, dialect)(now - TRUSTED_FOR)
    values = {"user_id": user_id, "address": kept(address), "since": since}
    statement = _statements(tenant.database.schema, dialect).come_from
    return await transaction.fetch_one(statement, values) is not None


async def list_sign_ins(
    tenant: Tenant, user_id: str | None = None, *, limit: int = MOST_SHOWN, before: str | None = None
) -> tuple[PastSignIn, ...]:
    """The newest first; of one user, or of everybody, those whom nobody knows included. `before`: the id of the last one seen."""
    database = tenant.database
    statements = _statements(database.schema, database.dialect)
    statement = statements.of_all if user_id is None else statements.of_user
    values = {"limit": limit, "before": before} | ({} if user_id is None else {"user_id": user_id})

    async def find(transaction: Transaction) -> tuple[PastSignIn, ...]:
        return tuple(_read(row, database.dialect) for row in await transaction.fetch(statement, values))

    return await database.read(find)


def kept(text: str) -> str | None:
    return text[:LONGEST_BEGUN].replace("\0", "") or None


def _read(row: Row, dialect: DialectName) -> PastSignIn:
    sign_in_id, user_id, at, method, outcome, address, agent, name = row
    return PastSignIn(
        id=str(sign_in_id),
        user_id=None if user_id is None else str(user_id),
        at=decoder(ColumnKind.DATETIME, dialect)(at),
        method=method,
        outcome=outcome,
        begun=Begun(address=address or "", agent=agent or ""),
        name=name,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statements:
    insert: Statement
    come_from: Statement
    of_user: Statement
    of_all: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    table, user = tables.sign_in, tables.user
    names = ("id", "user_id", "at", "method", "outcome", "address", "agent")
    given = {name: sa.bindparam(name, type_=table.c[name].type) for name in names}
    before = sa.bindparam("before", type_=table.c.id.type)
    shown = (
        sa.select(*(table.c[name] for name in names), user.c.name)
        .select_from(table.outerjoin(user, user.c.id == table.c.user_id))
        .where(sa.or_(before.is_(None), table.c.id < before))
        .order_by(table.c.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )
    is_theirs = table.c.user_id == sa.bindparam("user_id", type_=table.c.user_id.type)
    come_from: sa.Select[Any] = (
        sa.select(sa.literal_column("1"))
        .where(is_theirs, table.c.outcome == "succeeded")
        .where(table.c.address == sa.bindparam("address", type_=table.c.address.type))
        .where(table.c.at > sa.bindparam("since", type_=table.c.at.type))
        .limit(1)
    )
    return _Statements(
        insert=prepare(sa.insert(table).values(given), dialect),
        come_from=prepare(come_from, dialect),
        of_user=prepare(shown.where(is_theirs), dialect),
        of_all=prepare(shown, dialect),
    )
