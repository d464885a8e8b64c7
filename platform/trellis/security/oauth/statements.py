"""The SQL of OAuth's tables, generated once, and how their rows are read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.security.oauth.model import Client, Grant
from trellis.security.scopes import read_scopes
from trellis.storage.codecs import Codec, decoder
from trellis.storage.database import DialectName, Row, Statement
from trellis.storage.platform_tables import PlatformTables, platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

CLIENT_COLUMNS = (
    *("id", "name", "kind", "secret_hash", "redirect_uris", "scopes", "service_user", "created_at", "updated_at"),
)
GRANT_COLUMNS = ("id", "client_id", "user_id", "scopes", "created_at", "authenticated_at", "revoked_at")


@dataclass(frozen=True, slots=True)
class Statements:
    """Named for what they do; `..._of_client` and `..._of_user` are about many grants."""

    client: Statement
    code: Statement
    refresh: Statement
    access: Statement
    person: Statement
    add_grant: Statement
    add_code: Statement
    add_refresh: Statement
    add_access: Statement
    spend_code: Statement
    spend_refresh: Statement
    revoke_credential: Statement
    revoke_grants: Statement
    revoke_tokens: Statement
    consents: Statement
    service_grant: Statement
    allowed: Statement
    forget_codes: Statement
    forget_refresh: Statement
    forget_access: Statement


def statements_of(tenant: Tenant) -> Statements:
    return _prepared(tenant.database.schema, tenant.database.dialect)


def read_client(row: Row, moment: Codec) -> Client:
    """Of CLIENT_COLUMNS."""
    client_id, name, kind, secret_hash, redirect_uris, scopes, service_user, created_at, updated_at = row
    return Client(
        id=str(client_id),
        name=name,
        kind=kind,
        secret_hash=secret_hash,
        redirect_uris=tuple(redirect_uris.split()),
        scopes=read_scopes(scopes) or frozenset(),
        service_user=str(service_user) if service_user else None,
        created_at=moment(created_at),
        updated_at=moment(updated_at),
    )


def read_grant(row: Row, moment: Codec) -> Grant:
    """Of GRANT_COLUMNS."""
    grant_id, client_id, user_id, scopes, created_at, authenticated_at, revoked_at = row
    return Grant(
        id=str(grant_id),
        client_id=str(client_id),
        user_id=str(user_id),
        scopes=read_scopes(scopes) or frozenset(),
        created_at=moment(created_at),
        authenticated_at=moment(authenticated_at),
        is_revoked=revoked_at is not None,
    )


def moments(tenant: Tenant) -> Codec:
    return decoder(ColumnKind.DATETIME, tenant.database.dialect)


@lru_cache(maxsize=256)
def _prepared(schema: str | None, dialect: DialectName) -> Statements:
    tables = platform_tables(schema)
    found = {**_reading(tables), **_adding(tables), **_ending(tables)}
    return Statements(**{name: prepare(statement, dialect) for name, statement in found.items()})


def _reading(tables: PlatformTables) -> dict[str, Any]:
    client, grant, user = tables.oauth_client, tables.oauth_grant, tables.user
    code, refresh, access, credential = (
        *(tables.oauth_code, tables.oauth_refresh, tables.oauth_access, tables.credential),
    )
    of_grant = [grant.c[name] for name in GRANT_COLUMNS]
    told = ("id", "username", "name", "email", "language", "time_zone", "updated_at")
    from_code = [code.c[name] for name in ("code_hash", "redirect_uri", "nonce", "challenge", "expires_at", "used_at")]
    from_refresh = [refresh.c[name] for name in ("token_hash", "created_at", "expires_at", "used_at")]
    from_access = [credential.c[name] for name in ("id", "scopes", "created_at", "expires_at", "revoked_at")]
    held = credential.join(access, access.c.credential_id == credential.c.id)
    is_mine = sa.and_(grant.c.user_id == _given(grant.c.user_id, "user_id"), grant.c.revoked_at.is_(None))
    named = sa.select(grant.c.client_id, client.c.name, grant.c.scopes, grant.c.created_at).join(
        client, client.c.id == grant.c.client_id
    )
    return {
        "client": sa.select(*(client.c[name] for name in CLIENT_COLUMNS)).where(client.c.id == _given(client.c.id)),
        "code": sa.select(*from_code, *of_grant)
        .join_from(code, grant, grant.c.id == code.c.grant_id)
        .where(code.c.code_hash == _given(code.c.code_hash, "hash"))
        .with_for_update(of=(code, grant)),
        "refresh": sa.select(*from_refresh, *of_grant)
        .join_from(refresh, grant, grant.c.id == refresh.c.grant_id)
        .where(refresh.c.token_hash == _given(refresh.c.token_hash, "hash"))
        .with_for_update(of=(refresh, grant)),
        "access": sa.select(*from_access, *of_grant)
        .select_from(held.join(grant, grant.c.id == access.c.grant_id))
        .where(credential.c.token_hash == _given(credential.c.token_hash, "hash")),
        "person": sa.select(*(user.c[name] for name in told)).where(
            user.c.id == _given(user.c.id), user.c.is_active == sa.true(), user.c.deleted_at.is_(None)
        ),
        "consents": sa.select(grant.c.scopes)
        .where(
            is_mine,
            grant.c.client_id == _given(grant.c.client_id),
            grant.c.created_at > _given(grant.c.created_at, "since"),
        )
        .distinct(),
        "service_grant": sa.select(grant.c.id)
        .where(is_mine, grant.c.client_id == _given(grant.c.client_id), grant.c.scopes == _given(grant.c.scopes))
        .where(grant.c.authenticated_at.is_(None))
        .limit(1),
        "allowed": named.where(is_mine, grant.c.authenticated_at.is_not(None)).order_by(grant.c.id.desc()),
    }


def _adding(tables: PlatformTables) -> dict[str, Any]:
    def insert(table: sa.Table, *names: str) -> sa.Insert:
        return sa.insert(table).values({name: _given(table.c[name]) for name in names})

    given = ("id", "client_id", "user_id", "scopes", "created_at", "authenticated_at")
    of_code = ("code_hash", "grant_id", "redirect_uri", "nonce", "challenge", "expires_at")
    return {
        "add_grant": insert(tables.oauth_grant, *given),
        "add_code": insert(tables.oauth_code, *of_code),
        "add_refresh": insert(tables.oauth_refresh, "token_hash", "grant_id", "created_at", "expires_at"),
        "add_access": insert(tables.oauth_access, "credential_id", "grant_id"),
    }


def _ending(tables: PlatformTables) -> dict[str, Any]:
    """Grants are ended by their id, or by those of a client (`client_id`), a user (`user_id`) or one's with the other; NULL: any."""
    grant, code, refresh = tables.oauth_grant, tables.oauth_code, tables.oauth_refresh
    access, credential = tables.oauth_access, tables.credential
    now = sa.bindparam("now", type_=grant.c.created_at.type)
    chosen = [
        sa.or_(given.is_(None), column == given)
        for column, name in ((grant.c.id, "grant_id"), (grant.c.client_id, "client_id"), (grant.c.user_id, "user_id"))
        for given in (_given(column, name),)
    ]
    tokens = (
        sa.select(access.c.credential_id).join(grant, grant.c.id == access.c.grant_id).where(*chosen).scalar_subquery()
    )
    is_open = credential.c.revoked_at.is_(None)
    before = sa.bindparam("before", type_=code.c.expires_at.type)
    return {
        "spend_code": sa.update(code).where(code.c.code_hash == _given(code.c.code_hash, "hash")).values(used_at=now),
        "spend_refresh": sa.update(refresh)
        .where(refresh.c.token_hash == _given(refresh.c.token_hash, "hash"))
        .values(used_at=now),
        "revoke_credential": sa.update(credential)
        .where(credential.c.id == _given(credential.c.id), is_open)
        .values(revoked_at=now),
        "revoke_grants": sa.update(grant).where(grant.c.revoked_at.is_(None), *chosen).values(revoked_at=now),
        "revoke_tokens": sa.update(credential).where(is_open, credential.c.id.in_(tokens)).values(revoked_at=now),
        "forget_codes": sa.delete(code).where(code.c.expires_at < before),
        "forget_access": sa.delete(credential).where(credential.c.kind == "oauth", credential.c.expires_at < before),
        "forget_refresh": sa.delete(refresh).where(refresh.c.expires_at < before),
    }


def _given(column: sa.Column[Any], name: str = "") -> sa.BindParameter[Any]:
    return sa.bindparam(name or column.name, type_=column.type)
