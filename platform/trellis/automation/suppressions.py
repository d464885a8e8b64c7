"""Addresses of people outside that nothing is sent to any more: they unsubscribed, or mail to them came back for good."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from secrets import token_hex
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metamodel.columns import ColumnKind
from trellis.automation.mail_tokens import fold_address
from trellis.errors import FieldError, InvalidRecord, NotFound
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.encryption.keyring import KeyRing
from trellis.security.encryption.plain_secrets import sealed_secret, unsealed_secret
from trellis.storage.codecs import decoder, encoder, list_encoder
from trellis.storage.database import Database, DialectName, Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

Reason = Literal["unsubscribed", "bounced", "added"]
MAIL_KEY = ":mail"
"""The row of the tenant's secrets that letters are marked with: no secret of theirs can have this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """`detail`: what the mail server said of it."""

    address: str
    reason: Reason
    detail: str | None
    created_at: datetime


async def fetch_suppressed(database: Database, addresses: Collection[str]) -> Mapping[str, Reason]:
    """By folded address, those of them that are suppressed. One query, none for no addresses."""
    folded = sorted({fold_address(address) for address in addresses})
    if not folded:
        return {}
    statement = _statements(database.schema, database.dialect).among
    values = {"wanted": list_encoder(ColumnKind.TEXT, database.dialect)(folded)}

    async def read(transaction: Transaction) -> Mapping[str, Reason]:
        return {row[0]: row[1] for row in await transaction.fetch(statement, values)}

    return await database.read(read)


async def find_mail_key(database: Database, keys: KeyRing) -> bytes | None:
    """The tenant's key for what letters carry; None while no letter carried anything."""
    statement = _statements(database.schema, database.dialect).key

    async def find(transaction: Transaction) -> bytes | None:
        row = await transaction.fetch_one(statement, {"name": MAIL_KEY})
        return None if row is None else bytes.fromhex(unsealed_secret(keys, MAIL_KEY, row[0]))

    return await database.read(find)


async def mail_key(database: Database, keys: KeyRing, now: datetime) -> bytes:
    """The same, made when it is first asked for."""
    found = await find_mail_key(database, keys)
    if found is None:
        moment = encoder(ColumnKind.DATETIME, database.dialect)(now)
        made = token_hex(32)
        value = sealed_secret(keys, MAIL_KEY, made) if keys.can_seal else made
        values = {"name": MAIL_KEY, "value": value, "updated_at": moment, "updated_by": None}
        statement = _statements(database.schema, database.dialect).make_key
        await database.write(lambda transaction: transaction.execute(statement, values))
        found = await find_mail_key(database, keys)
    assert found is not None, "it was written"
    return found


async def suppress(database: Database, address: str, reason: Reason, detail: str | None, now: datetime) -> None:
    """An address that is suppressed already keeps its reason, but what bounces is bounced."""
    moment = encoder(ColumnKind.DATETIME, database.dialect)(now)
    values = {"address": fold_address(address), "reason": reason, "detail": detail, "created_at": moment}
    statements = _statements(database.schema, database.dialect)
    statement = statements.put if reason == "bounced" else statements.add
    await database.write(lambda transaction: transaction.execute(statement, values))


async def lift(database: Database, address: str, *, only: Reason | None = None) -> bool:
    """Whether it was suppressed, for the reason `only` when that is given."""
    statement = _statements(database.schema, database.dialect).lift
    values = {"address": fold_address(address), "reason": only}
    return bool(await database.write(lambda transaction: transaction.execute(statement, values)))


async def list_suppressed(tenant: Tenant, access: Access, actor: Actor, *, limit: int) -> tuple[Suppression, ...]:
    """The newest first."""
    require(access, actor, "administer")
    database = tenant.database
    statement, moment = (
        _statements(database.schema, database.dialect).newest,
        decoder(ColumnKind.DATETIME, database.dialect),
    )

    async def read(transaction: Transaction) -> tuple[Suppression, ...]:
        rows = await transaction.fetch(statement, {"limit": limit})
        return tuple(
            Suppression(address=address, reason=reason, detail=detail, created_at=moment(created_at))
            for address, reason, detail, created_at in rows
        )

    return await database.read(read)


async def add_suppressed(tenant: Tenant, access: Access, actor: Actor, address: str, *, now: datetime) -> None:
    """Raises InvalidRecord for what is no address."""
    require(access, actor, "administer")
    local, _, domain = address.rpartition("@")
    if not (local and domain) or len(address) > 254 or not address.isprintable() or " " in address:
        message = f"{address[:100]!r} is no e-mail address."
        raise InvalidRecord(message, fields=(FieldError(field="address", code="invalid_email", message=message),))
    await suppress(tenant.database, address, "added", None, now)


async def lift_suppressed(tenant: Tenant, access: Access, actor: Actor, address: str) -> None:
    """Raises NotFound."""
    require(access, actor, "administer")
    if not address.isprintable() or not await lift(tenant.database, address):
        raise NotFound(f'"{address[:100]}" is not suppressed.', hint="`trellis mail suppressed` shows who is.")


@dataclass(frozen=True, slots=True)
class _Statements:
    among: Statement
    add: Statement
    put: Statement
    lift: Statement
    newest: Statement
    key: Statement
    make_key: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    table, secret = tables.suppression, tables.secret
    columns = (table.c.address, table.c.reason, table.c.detail, table.c.created_at)
    inserts: Any = postgresql if dialect == "postgresql" else sqlite
    insert = inserts.insert(table).values({one.name: sa.bindparam(one.name, type_=one.type) for one in columns})
    changed = {name: insert.excluded[name] for name in ("reason", "detail", "created_at")}
    reason = sa.bindparam("reason", type_=table.c.reason.type)
    is_it = (table.c.address == sa.bindparam("address")) & (reason.is_(None) | (table.c.reason == reason))
    new_key = inserts.insert(secret).values(
        {one.name: sa.bindparam(one.name, type_=one.type) for one in secret.columns}
    )
    made = (
        sa.select(table.c.address, table.c.reason).where(any_of(table.c.address, "wanted", dialect)),
        insert.on_conflict_do_nothing(index_elements=["address"]),
        insert.on_conflict_do_update(index_elements=["address"], set_=changed),
        sa.delete(table).where(is_it),
        sa.select(*columns)
        .order_by(table.c.created_at.desc(), table.c.address)
        .limit(sa.bindparam("limit", type_=sa.Integer())),
        sa.select(secret.c.value).where(secret.c.name == sa.bindparam("name")),
        new_key.on_conflict_do_nothing(index_elements=["name"]),
    )
    return _Statements(*(prepare(statement, dialect) for statement in made))
