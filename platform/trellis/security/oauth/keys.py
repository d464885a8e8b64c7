"""The keys that ID tokens are signed with: a tenant has its own. One signs; those before it are published until nothing that they signed
holds any more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.platform_secrets import drop_platform_secret, fetch_platform_secret, put_platform_secret
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

BITS = 3072
PUBLISHED_FOR = timedelta(days=2)
"""After another key took its place: longer than any ID token holds, and than programs remember the keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    id: str
    private: RSAKey


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInfo:
    """`retired_at`: since when another one signs; None for the one that does."""

    id: str
    created_at: datetime
    retired_at: datetime | None


async def signing_key(tenant: Tenant, *, now: datetime) -> SigningKey:
    """The one that signs; made when there is none yet. Raises NoMasterKey."""
    found = await tenant.database.read(lambda transaction: _fetch(tenant, transaction))
    if found is None:
        made = await _make()
        found = await tenant.database.write(lambda transaction: _add_first(tenant, transaction, made, now))
    return found


async def public_keys(tenant: Tenant, *, now: datetime) -> list[Mapping[str, Any]]:
    """As JWKs, the one that signs first. Made when there is none yet."""
    await signing_key(tenant, now=now)
    values = {"since": _moment(tenant, now - PUBLISHED_FOR)}
    rows = await tenant.database.read(lambda transaction: transaction.fetch(_statements(tenant).published, values))
    return [json.loads(row[0]) for row in rows]


async def rotate_keys(tenant: Tenant, access: Access, actor: Actor, *, now: datetime) -> KeyInfo:
    """Makes the key that signs from now on, and forgets those that nobody needs any more. Raises AccessDenied."""
    require(access, actor, "administer")
    made = await _make()
    statements = _statements(tenant)

    async def work(transaction: Transaction) -> None:
        await transaction.fetch(statements.lock)
        since = {"since": _moment(tenant, now - PUBLISHED_FOR)}
        for row in await transaction.fetch(statements.forgotten, since):
            await drop_platform_secret(tenant, transaction, _secret_name(row[0]))
        await transaction.execute(statements.forget, since)
        await transaction.execute(statements.retire, {"now": _moment(tenant, now)})
        await _insert(tenant, transaction, made, now)

    await tenant.database.write(work)
    return KeyInfo(id=made.id, created_at=now, retired_at=None)


async def list_keys(tenant: Tenant, access: Access, actor: Actor) -> tuple[KeyInfo, ...]:
    """The newest first. Raises AccessDenied."""
    require(access, actor, "administer")
    moment = decoder(ColumnKind.DATETIME, tenant.database.dialect)
    rows = await tenant.database.read(lambda transaction: transaction.fetch(_statements(tenant).all))
    return tuple(KeyInfo(id=row[0], created_at=moment(row[1]), retired_at=moment(row[2])) for row in rows)


@lru_cache(maxsize=64)
def _read_private(text: str) -> RSAKey:
    """Reading checks the numbers, which takes as long as signing fifty times."""
    from joserfc.jwk import RSAKey

    return RSAKey.import_key(json.loads(text))


async def _make() -> SigningKey:
    """A tenth of a second of computing."""
    from joserfc.jwk import RSAKey

    private = await asyncio.to_thread(RSAKey.generate_key, BITS)
    return SigningKey(id=private.thumbprint(), private=private)


async def _fetch(tenant: Tenant, transaction: Transaction) -> SigningKey | None:
    row = await transaction.fetch_one(_statements(tenant).signing)
    if row is None:
        return None
    text = await fetch_platform_secret(tenant, transaction, _secret_name(row[0]))
    assert text is not None, "it is written and dropped with its row"
    return SigningKey(id=row[0], private=_read_private(text))


async def _add_first(tenant: Tenant, transaction: Transaction, made: SigningKey, now: datetime) -> SigningKey:
    """Of two that are made at the same time, one signs."""
    await transaction.fetch(_statements(tenant).lock)
    found = await _fetch(tenant, transaction)
    if found is None:
        await _insert(tenant, transaction, made, now)
    return found or made


async def _insert(tenant: Tenant, transaction: Transaction, made: SigningKey, now: datetime) -> None:
    about = {"kid": made.id, "use": "sig", "alg": "RS256"}
    values = {
        "id": made.id,
        "public_key": json.dumps({**made.private.as_dict(private=False), **about}),
        "created_at": _moment(tenant, now),
    }
    await transaction.execute(_statements(tenant).insert, values)
    private = json.dumps({**made.private.as_dict(private=True), **about})
    await put_platform_secret(tenant, transaction, _secret_name(made.id), private, now=now)


def _secret_name(key_id: str) -> str:
    return f"oauth_key:{key_id}"


def _moment(tenant: Tenant, value: datetime) -> Any:
    return encoder(ColumnKind.DATETIME, tenant.database.dialect)(value)


def _statements(tenant: Tenant) -> _Statements:
    return _prepared(tenant.database.schema, tenant.database.dialect)


@dataclass(frozen=True, slots=True)
class _Statements:
    signing: Statement
    published: Statement
    all: Statement
    insert: Statement
    retire: Statement
    forgotten: Statement
    forget: Statement
    lock: Statement


@lru_cache(maxsize=256)
def _prepared(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    key = tables.oauth_key
    since = sa.bindparam("since", type_=key.c.retired_at.type)
    newest = (key.c.retired_at.is_(None).desc(), key.c.created_at.desc(), key.c.id)
    retired = sa.update(key).where(key.c.retired_at.is_(None)).values(retired_at=sa.bindparam("now"))
    given = ("id", "public_key", "created_at")
    is_wanted = sa.or_(key.c.retired_at.is_(None), key.c.retired_at > since)
    return _Statements(
        signing=prepare(sa.select(key.c.id).where(key.c.retired_at.is_(None)).order_by(*newest).limit(1), dialect),
        published=prepare(sa.select(key.c.public_key).where(is_wanted).order_by(*newest), dialect),
        all=prepare(sa.select(key.c.id, key.c.created_at, key.c.retired_at).order_by(*newest), dialect),
        insert=prepare(sa.insert(key).values({name: sa.bindparam(name) for name in given}), dialect),
        retire=prepare(retired, dialect),
        forgotten=prepare(sa.select(key.c.id).where(key.c.retired_at <= since), dialect),
        forget=prepare(sa.delete(key).where(key.c.retired_at <= since), dialect),
        lock=prepare(sa.select(tables.state.c.revision).with_for_update(), dialect),
    )
