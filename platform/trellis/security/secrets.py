"""The secrets of a tenant: what webhooks sign with and put into their addresses. Sealed; written and used, never shown again."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metamodel.columns import ColumnKind
from trellis.errors import FieldError, InvalidRecord, NotFound
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, write_audit
from trellis.security.encryption.keyring import KeyRing
from trellis.security.encryption.plain_secrets import sealed_secret, unsealed_secret
from trellis.storage.codecs import decoder, encoder, list_encoder
from trellis.storage.database import Database, DialectName, Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

MAX_NAME = 80
MAX_VALUE = 4_000
_NAME = re.compile(r"[a-z](_?[a-z0-9])*")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretInfo:
    """What is told of a secret."""

    name: str
    updated_at: datetime


async def set_secret(tenant: Tenant, access: Access, actor: Actor, name: str, value: str, *, now: datetime) -> None:
    """Makes it, or gives it another value, which the next message uses. Raises InvalidRecord, NoMasterKey."""
    require(access, actor, "administer")
    wrong = _findings(name, value)
    if wrong:
        raise InvalidRecord("; ".join(one.message for one in wrong), fields=tuple(wrong))
    database = tenant.database
    moment = encoder(ColumnKind.DATETIME, database.dialect)(now)
    sealed = sealed_secret(tenant.keys, name, value)
    values = {"name": name, "value": sealed, "updated_at": moment, "updated_by": actor.user_id}
    statement = _statements(database.schema, database.dialect).set
    event = AuditEvent(event="secret_set", actor=actor, subject=Subject(kind="secret", id=name))

    async def work(transaction: Transaction) -> None:
        await transaction.execute(statement, values)
        await write_audit(transaction, database.schema, event, now=now)

    await database.write(work)


async def delete_secret(tenant: Tenant, access: Access, actor: Actor, name: str, *, now: datetime) -> None:
    """Raises NotFound."""
    require(access, actor, "administer")
    statement = _statements(tenant.database.schema, tenant.database.dialect).delete
    event = AuditEvent(event="secret_deleted", actor=actor, subject=Subject(kind="secret", id=name))

    async def work(transaction: Transaction) -> bool:
        if not await transaction.execute(statement, {"name": name}):
            return False
        await write_audit(transaction, tenant.database.schema, event, now=now)
        return True

    known = bool(_NAME.fullmatch(name)) and len(name) <= MAX_NAME
    if not known or not await tenant.database.write(work):
        raise NotFound(f'There is no secret "{name[:MAX_NAME]}".', hint="`trellis secret list` shows them.")


async def list_secrets(tenant: Tenant, access: Access, actor: Actor) -> tuple[SecretInfo, ...]:
    """By name, without their values."""
    require(access, actor, "administer")
    database = tenant.database
    statement = _statements(database.schema, database.dialect).all
    moment = decoder(ColumnKind.DATETIME, database.dialect)

    async def read(transaction: Transaction) -> tuple[SecretInfo, ...]:
        rows = await transaction.fetch(statement)
        return tuple(SecretInfo(name=name, updated_at=moment(updated_at)) for name, updated_at in rows)

    return await database.read(read)


async def fetch_secrets(database: Database, keys: KeyRing, names: Collection[str]) -> Mapping[str, str]:
    """The values, for what is about to be sent; those that are not set are missing. One query, none for no names. Raises CannotUnseal."""
    if not names:
        return {}
    encode = list_encoder(ColumnKind.TEXT, database.dialect)
    statement = _statements(database.schema, database.dialect).values
    rows = await database.read(lambda transaction: transaction.fetch(statement, {"wanted": encode(sorted(names))}))
    return {str(name): unsealed_secret(keys, name, value) for name, value in rows}


def _findings(name: str, value: str) -> list[FieldError]:
    wrong: list[FieldError] = []
    if not _NAME.fullmatch(name) or len(name) > MAX_NAME:
        message = f"{name[:MAX_NAME]!r} is no name of a secret: lower-case letters, digits and single underscores."
        wrong.append(FieldError(field="name", code="invalid_secret", message=message))
    if not 1 <= len(value) <= MAX_VALUE or not value.isprintable():
        message = f"A secret is one line of 1 to {MAX_VALUE:,} characters, without control characters."
        wrong.append(FieldError(field="value", code="invalid_secret", message=message))
    return wrong


_CHANGED = ("value", "updated_at", "updated_by")


@dataclass(frozen=True, slots=True)
class _Statements:
    set: Statement
    delete: Statement
    all: Statement
    values: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    table = platform_tables(schema).secret
    given = {name: sa.bindparam(name, type_=table.c[name].type) for name in ("name", *_CHANGED)}
    insert: Any = (postgresql if dialect == "postgresql" else sqlite).insert(table).values(given)
    put = insert.on_conflict_do_update(index_elements=["name"], set_={name: insert.excluded[name] for name in _CHANGED})
    is_own = sa.not_(table.c.name.startswith(":"))  # What begins so is the platform's.
    all_names = sa.select(table.c.name, table.c.updated_at).where(is_own).order_by(table.c.name)
    values = sa.select(table.c.name, table.c.value).where(any_of(table.c.name, "wanted", dialect))
    delete = sa.delete(table).where(table.c.name == sa.bindparam("name"))
    return _Statements(*(prepare(one, dialect) for one in (put, delete, all_names, values)))
