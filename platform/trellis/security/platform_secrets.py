"""Secrets that the platform keeps of a tenant for itself, sealed, among those of the tenant. Nobody reads or sets them by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metamodel.columns import ColumnKind
from trellis.security.encryption.plain_secrets import sealed_secret, unsealed_secret
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant


async def put_platform_secret(
    tenant: Tenant, transaction: Transaction, name: str, value: str, *, now: datetime
) -> None:
    """`name` without the colon that no secret of a tenant begins with. Raises NoMasterKey."""
    own = _own(name)
    moment = encoder(ColumnKind.DATETIME, tenant.database.dialect)(now)
    values = {"name": own, "value": sealed_secret(tenant.keys, own, value), "updated_at": moment}
    await transaction.execute(_statements(tenant).put, values)


async def fetch_platform_secret(tenant: Tenant, transaction: Transaction, name: str) -> str | None:
    """Raises CannotUnseal, NoMasterKey."""
    row = await transaction.fetch_one(_statements(tenant).get, {"name": _own(name)})
    return None if row is None else unsealed_secret(tenant.keys, _own(name), row[0])


async def drop_platform_secret(tenant: Tenant, transaction: Transaction, name: str) -> None:
    await transaction.execute(_statements(tenant).drop, {"name": _own(name)})


def _own(name: str) -> str:
    return f":{name}"


def _statements(tenant: Tenant) -> _Statements:
    return _prepared(tenant.database.schema, tenant.database.dialect)


@dataclass(frozen=True, slots=True)
class _Statements:
    put: Statement
    get: Statement
    drop: Statement


@lru_cache(maxsize=256)
def _prepared(schema: str | None, dialect: DialectName) -> _Statements:
    table = platform_tables(schema).secret
    names = ("name", "value", "updated_at")
    given = {name: sa.bindparam(name, type_=table.c[name].type) for name in names}
    insert: Any = (postgresql if dialect == "postgresql" else sqlite).insert(table).values(given)
    put = insert.on_conflict_do_update(
        index_elements=["name"], set_={name: insert.excluded[name] for name in names[1:]}
    )
    is_it = table.c.name == given["name"]
    return _Statements(
        *(prepare(one, dialect) for one in (put, sa.select(table.c.value).where(is_it), sa.delete(table).where(is_it)))
    )
