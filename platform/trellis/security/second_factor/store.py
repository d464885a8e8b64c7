"""The authenticator app and the recovery codes of a user, in the tenant's database. The app's secret is sealed; codes are hashed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.security.second_factor.codes import hash_code
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

PURPOSE = "totp"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """`secret` is sealed. `is_confirmed`: whether it has shown a right code; until then it counts for nothing."""

    secret: str
    is_confirmed: bool
    last_step: int | None


def seal(tenant: Tenant, user_id: str, secret: str) -> str:
    """Raises NoMasterKey."""
    return tenant.keys.seal(PURPOSE, secret.encode(), about=user_id)


def unseal(tenant: Tenant, user_id: str, sealed: str) -> str:
    """Raises CannotUnseal, NoMasterKey."""
    return tenant.keys.open(PURPOSE, sealed, about=user_id).decode()


async def find_app(tenant: Tenant, transaction: Transaction, user_id: str) -> App | None:
    row = await transaction.fetch_one(_of(tenant).find, {"user_id": user_id})
    return None if row is None else App(secret=row[0], is_confirmed=row[1] is not None, last_step=row[2])


async def count_codes(tenant: Tenant, transaction: Transaction, user_id: str) -> int:
    """Those that have not been used."""
    row = await transaction.fetch_one(_of(tenant).count, {"user_id": user_id})
    return int(row[0]) if row else 0


async def put_app(tenant: Tenant, transaction: Transaction, user_id: str, sealed: str, *, now: datetime) -> None:
    """In the place of one before."""
    await transaction.execute(_of(tenant).forget, {"user_id": user_id})
    await transaction.execute(_of(tenant).insert, {"user_id": user_id, "secret": sealed, "now": _moment(tenant, now)})


async def confirm_app(tenant: Tenant, transaction: Transaction, user_id: str, step: int, *, now: datetime) -> bool:
    """Whether it still waited to be confirmed."""
    values = {"user_id": user_id, "step": step, "now": _moment(tenant, now)}
    return await transaction.execute(_of(tenant).confirm, values) == 1


async def use_step(tenant: Tenant, transaction: Transaction, user_id: str, step: int) -> bool:
    """Whether no code of this step or a later one has been used."""
    return await transaction.execute(_of(tenant).use_step, {"user_id": user_id, "step": step}) == 1


async def use_code(tenant: Tenant, transaction: Transaction, user_id: str, code: str, *, now: datetime) -> bool:
    """Whether it is a recovery code of the user that has not been used."""
    values = {"user_id": user_id, "code_hash": hash_code(user_id, code), "now": _moment(tenant, now)}
    return await transaction.execute(_of(tenant).use_code, values) == 1


async def put_codes(tenant: Tenant, transaction: Transaction, user_id: str, codes: Sequence[str]) -> None:
    """In the place of those before."""
    await transaction.execute(_of(tenant).forget_codes, {"user_id": user_id})
    rows = [{"user_id": user_id, "code_hash": hash_code(user_id, code)} for code in codes]
    await transaction.execute_many(_of(tenant).insert_code, rows)


async def forget_factor(tenant: Tenant, transaction: Transaction, user_id: str) -> bool:
    """The app and the codes. Whether there was an app."""
    await transaction.execute(_of(tenant).forget_codes, {"user_id": user_id})
    return await transaction.execute(_of(tenant).forget, {"user_id": user_id}) == 1


def _moment(tenant: Tenant, now: datetime) -> Any:
    return encoder(ColumnKind.DATETIME, tenant.database.dialect)(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statements:
    find: Statement
    insert: Statement
    confirm: Statement
    use_step: Statement
    forget: Statement
    count: Statement
    insert_code: Statement
    use_code: Statement
    forget_codes: Statement


def _of(tenant: Tenant) -> _Statements:
    return _statements(tenant.database.schema, tenant.database.dialect)


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    app, code = tables.totp, tables.recovery_code
    user_id = sa.bindparam("user_id", type_=app.c.user_id.type)
    step, now = sa.bindparam("step", type_=app.c.last_step.type), sa.bindparam("now", type_=app.c.created_at.type)
    code_hash = sa.bindparam("code_hash", type_=code.c.code_hash.type)
    secret = sa.bindparam("secret", type_=app.c.secret.type)
    of_app, of_code = app.c.user_id == user_id, code.c.user_id == user_id
    is_new = sa.or_(app.c.last_step.is_(None), app.c.last_step < step)
    unused = code.c.used_at.is_(None)
    confirmed = {"confirmed_at": now, "last_step": step}
    waits = sa.and_(of_app, app.c.confirmed_at.is_(None))
    return _Statements(
        find=prepare(sa.select(app.c.secret, app.c.confirmed_at, app.c.last_step).where(of_app), dialect),
        insert=prepare(sa.insert(app).values(user_id=user_id, secret=secret, created_at=now), dialect),
        confirm=prepare(sa.update(app).where(waits).values(confirmed), dialect),
        use_step=prepare(sa.update(app).where(of_app, is_new).values(last_step=step), dialect),
        forget=prepare(sa.delete(app).where(of_app), dialect),
        count=prepare(sa.select(sa.func.count()).select_from(code).where(of_code, unused), dialect),
        insert_code=prepare(sa.insert(code).values(user_id=user_id, code_hash=code_hash), dialect),
        use_code=prepare(
            sa.update(code).where(of_code, code.c.code_hash == code_hash, unused).values(used_at=now), dialect
        ),
        forget_codes=prepare(sa.delete(code).where(of_code), dialect),
    )
