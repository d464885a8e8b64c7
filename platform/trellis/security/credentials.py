"""Sessions and API keys: what a caller shows to say who it is. A token is "<tenant>.<secret>"; only its SHA-256 is stored."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.ids import new_id
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, write_audit
from trellis.security.grants import read_grants
from trellis.security.scopes import read_scopes, render_scopes
from trellis.security.session_times import SessionTimes
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

CredentialKind = Literal["session", "api_key", "oauth"]

# How stale last_used_at may be: one write in so long, not one for each request.
_LAST_USED_GRANULARITY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where somebody signed in: the network address, and what the program there called itself ("" for unknown)."""

    address: str = ""
    agent: str = ""


NOWHERE = Begun()
LONGEST_BEGUN = 500
PREFIX_LENGTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCredential:
    """A new credential. `token` is known only now; `csrf_token` is None for an API key."""

    id: str
    token: str
    csrf_token: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticated:
    """A credential that was valid when it was read, and whose it is. `networks`: those it may be used from, () for all;
    `authenticated_at`: when the user of a session last proved who they are; `ends_at`: when it ends however much it is used;
    `rotated_at`: since when it has its token."""

    actor: Actor
    kind: CredentialKind
    csrf_token: str | None
    expires_at: datetime | None
    networks: tuple[str, ...] = ()
    authenticated_at: datetime | None = None
    ends_at: datetime | None = None
    rotated_at: datetime | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredential:
    """`scopes`: what it is confined to, None for everything its user may; `networks`: from where it may be used, () for everywhere."""

    kind: CredentialKind
    user_id: str
    name: str = ""
    expires_at: datetime | None = None
    csrf_token: str | None = None
    scopes: frozenset[str] | None = None
    networks: tuple[str, ...] = ()
    begun: Begun = NOWHERE
    authenticated_at: datetime | None = None
    ends_at: datetime | None = None


def new_token(tenant_name: str) -> str:
    return f"{tenant_name}.{secrets.token_urlsafe(32)}"


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def create_session(
    tenant: Tenant, user_id: str, *, now: datetime, lifetime: timedelta, begun: Begun = NOWHERE
) -> IssuedCredential:
    new = NewCredential(
        kind="session",
        user_id=user_id,
        expires_at=now + lifetime,
        csrf_token=secrets.token_urlsafe(24),
        begun=begun,
        authenticated_at=now,
        ends_at=now + lifetime,
    )
    return await tenant.database.write(lambda transaction: issue(tenant, transaction, new, now=now))


async def create_api_key(
    tenant: Tenant,
    user_id: str,
    name: str,
    *,
    now: datetime,
    expires_at: datetime | None = None,
    scopes: frozenset[str] | None = None,
) -> IssuedCredential:
    new = NewCredential(kind="api_key", user_id=user_id, name=name, expires_at=expires_at, scopes=scopes)
    return await tenant.database.write(lambda transaction: issue(tenant, transaction, new, now=now))


async def issue(
    tenant: Tenant, transaction: Transaction, new: NewCredential, *, now: datetime, token: str | None = None
) -> IssuedCredential:
    """A new secret, of which the tenant keeps the hash and the beginning, by which people tell one from another. `token`: one that was
    made up already, of the same form."""
    dialect = tenant.database.dialect
    token = token or new_token(tenant.name)
    issued = IssuedCredential(id=new_id(), token=token, csrf_token=new.csrf_token, expires_at=new.expires_at)
    values = {
        "id": issued.id,
        "kind": new.kind,
        "user_id": new.user_id,
        "token_hash": hash_token(issued.token),
        "name": new.name,
        "csrf_token": new.csrf_token,
        "created_at": _moment(now, dialect),
        "expires_at": _moment(new.expires_at, dialect),
        "address": new.begun.address[:LONGEST_BEGUN].replace("\0", "") or None,
        "agent": new.begun.agent[:LONGEST_BEGUN].replace("\0", "") or None,
        "scopes": render_scopes(new.scopes),
        "prefix": token.partition(".")[2][:PREFIX_LENGTH],
        "networks": " ".join(new.networks) or None,
        "authenticated_at": _moment(new.authenticated_at, dialect),
        "ends_at": _moment(new.ends_at, dialect),
        "rotated_at": _moment(now, dialect),
    }
    await transaction.execute(_statements(tenant.database.schema, dialect).insert, values)
    return issued


async def authenticate(
    tenant: Tenant, token: str, *, now: datetime, times: SessionTimes | None = None
) -> Authenticated | None:
    """Whose token this is; None when it is unknown, revoked, expired, or of a user who is not active. One statement, and now and then
    another that keeps last_used_at and puts off the end of a session. `times` None: to look is no use, and puts nothing off."""
    return await authenticate_hash(tenant, hash_token(token), now=now, times=times)


async def authenticate_hash(
    tenant: Tenant, token_hash: str, *, now: datetime, times: SessionTimes | None
) -> Authenticated | None:
    """The same by the hash of a token."""
    database = tenant.database
    statements = _statements(database.schema, database.dialect)

    async def find(transaction: Transaction) -> Row | None:
        return await transaction.fetch_one(statements.find, {"token_hash": token_hash})

    row = await database.read(find, is_brief=True)
    if row is None:
        return None
    found, last_used_at = _read_found(row, database.dialect)
    if found.expires_at is not None and found.expires_at <= now:
        return None
    expires_at = found.expires_at
    if times is not None and found.ends_at is not None:
        expires_at = times.end(found.ends_at, now)
    is_moving = times is not None and expires_at is not None and times.is_worth_moving(found.expires_at, expires_at)
    if is_moving or last_used_at is None or now - last_used_at > _LAST_USED_GRANULARITY:
        values = {"now": _moment(now, database.dialect), "expires_at": _moment(expires_at, database.dialect)}
        await _execute(tenant, statements.touch, {"id": found.actor.credential_id, **values})
        return replace(found, expires_at=expires_at)
    return found


async def revoke(
    tenant: Tenant, user_id: str, credential_id: str, *, now: datetime, event: AuditEvent | None = None
) -> bool:
    """Whether there was such a credential of that user, still valid, to revoke; then `event` is audited."""
    statements = _statements(tenant.database.schema, tenant.database.dialect)
    values = {"id": credential_id, "user_id": user_id, "now": _moment(now, tenant.database.dialect)}

    async def work(transaction: Transaction) -> bool:
        if not await transaction.execute(statements.revoke, values):
            return False
        if event is not None:
            await write_audit(transaction, tenant.database.schema, event, now=now)
        return True

    return await tenant.database.write(work)


async def _execute(tenant: Tenant, statement: Statement, values: dict[str, Any]) -> int:
    async def run(transaction: Transaction) -> int:
        return await transaction.execute(statement, values)

    return await tenant.database.write(run)


def _moment(value: datetime | None, dialect: DialectName) -> Any:
    return encoder(ColumnKind.DATETIME, dialect)(value)


def _read_found(row: Row, dialect: DialectName) -> tuple[Authenticated, datetime | None]:
    moment = decoder(ColumnKind.DATETIME, dialect)
    size = 1 + len(_FOUND)
    revision, credential_id, kind, csrf_token, expires_at, last_used_at, scopes, networks, *times = row[:size]
    user_id, name, email, is_admin, language, time_zone, grants, access_version = row[size:]
    authenticated_at, ends_at, rotated_at = (moment(value) for value in times)
    actor = Actor(
        user_id=str(user_id),
        name=name,
        email=email,
        is_admin=bool(is_admin),
        channel="web" if kind == "session" else "api",
        language=language,
        time_zone=time_zone,
        credential_id=str(credential_id),
        grants=read_grants(grants),
        access_version=access_version,
        scopes=read_scopes(scopes),
    )
    found = Authenticated(
        actor=actor,
        kind=kind,
        csrf_token=csrf_token,
        expires_at=moment(expires_at),
        networks=tuple((networks or "").split()),
        authenticated_at=authenticated_at,
        ends_at=ends_at,
        rotated_at=rotated_at,
        revision=revision,
    )
    return found, moment(last_used_at)


_TIMES = ("authenticated_at", "ends_at", "rotated_at")
_FOUND = ("id", "kind", "csrf_token", "expires_at", "last_used_at", "scopes", "networks", *_TIMES)
_OF_USER = ("id", "name", "email", "is_admin", "language", "time_zone", "grants", "access_version")
_NEW = (
    *("id", "kind", "user_id", "token_hash", "name", "csrf_token", "created_at", "expires_at", "address", "agent"),
    *("scopes", "prefix", "networks", "authenticated_at", "ends_at", "rotated_at"),
)


@dataclass(frozen=True, slots=True)
class _Statements:
    find: Statement
    insert: Statement
    revoke: Statement
    touch: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    credential, user = tables.credential, tables.user
    credential_columns = (credential.c[name] for name in _FOUND)
    user_columns = (user.c[name] for name in _OF_USER)
    find = (
        sa.select(sa.select(tables.state.c.revision).scalar_subquery(), *credential_columns, *user_columns)
        .join_from(credential, user, credential.c.user_id == user.c.id)
        .where(credential.c.token_hash == sa.bindparam("token_hash"), credential.c.revoked_at.is_(None))
        .where(user.c.is_active == sa.true(), user.c.deleted_at.is_(None))
    )
    insert = sa.insert(credential).values({name: sa.bindparam(name) for name in _NEW})
    revoke_one = (
        sa.update(credential)
        .where(credential.c.id == sa.bindparam("id"), credential.c.user_id == sa.bindparam("user_id"))
        .where(credential.c.revoked_at.is_(None))
        .values(revoked_at=sa.bindparam("now"))
    )
    moved: dict[str, Any] = {"last_used_at": sa.bindparam("now"), "expires_at": sa.bindparam("expires_at")}
    touch = sa.update(credential).where(credential.c.id == sa.bindparam("id")).values(moved)
    return _Statements(*(prepare(statement, dialect) for statement in (find, insert, revoke_one, touch)))
