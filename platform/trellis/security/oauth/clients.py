"""The programs that may ask for tokens: registering them, changing and deleting them. Data of the tenant: it holds at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.model import Model
from trellis.errors import InvalidRecord, NotFound
from trellis.ids import new_id
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, write_audit
from trellis.security.credentials import hash_token
from trellis.security.grants import read_grants
from trellis.security.oauth import store
from trellis.security.oauth.auditing import client_event, terms_of
from trellis.security.oauth.client_checks import check_client
from trellis.security.oauth.model import Client, ClientKind
from trellis.security.oauth.statements import CLIENT_COLUMNS, moments, read_client
from trellis.security.scopes import render_scopes
from trellis.security.standing import powers_beyond, require_way_in
from trellis.security.user_changes import fetch_user_in
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientInput:
    """What a client is made from, or changed to. `service_user`: id or user name of the user that a service acts as."""

    name: str
    kind: ClientKind
    redirect_uris: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset()
    service_user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """`secret` is known only now; None for a public client."""

    client: Client
    secret: str | None


async def list_clients(tenant: Tenant, access: Access, actor: Actor) -> tuple[Client, ...]:
    """By name. Raises AccessDenied."""
    require(access, actor, "administer")
    rows = await tenant.database.read(lambda transaction: transaction.fetch(_statements(tenant).all))
    return tuple(read_client(row, moments(tenant)) for row in rows)


async def get_client(tenant: Tenant, access: Access, actor: Actor, client_id: str) -> Client:
    """Raises AccessDenied, NotFound."""
    require(access, actor, "administer")
    return await tenant.database.read(lambda transaction: _get(tenant, transaction, client_id))


async def create_client(
    tenant: Tenant, access: Access, actor: Actor, given: ClientInput, *, now: datetime
) -> Registered:
    """Raises AccessDenied, and InvalidRecord with everything that is wrong."""
    require(access, actor, "administer")
    secret = None if given.kind == "public" else _new_secret()

    async def work(transaction: Transaction, compiled: CompiledModel) -> Client:
        client = await _checked(tenant, transaction, access, actor, given, compiled.model)
        values = {
            **client,
            "id": new_id(),
            "kind": given.kind,
            "secret_hash": hash_token(secret) if secret else None,
            "created_at": store.stored(tenant, now),
            "updated_at": store.stored(tenant, now),
        }
        await transaction.execute(_statements(tenant).insert, values)
        made = await _get(tenant, transaction, values["id"])
        await _audit(tenant, transaction, client_event("client_created", actor, made, **terms_of(made)), now)
        return made

    return Registered(client=await tenant.write(work), secret=secret)


async def change_client(
    tenant: Tenant, access: Access, actor: Actor, client_id: str, given: ClientInput, *, now: datetime
) -> Client:
    """Everything but its kind. When it loses a scope, or acts as another user, its access tokens end; programs with a refresh token get
    narrower ones. Raises AccessDenied, NotFound, InvalidRecord."""
    require(access, actor, "administer")

    async def work(transaction: Transaction, compiled: CompiledModel) -> Client:
        before = await _get(tenant, transaction, client_id)
        if given.kind != before.kind:
            raise InvalidRecord("The kind of a client stays as it is.", hint="Make another client.")
        values = await _checked(tenant, transaction, access, actor, given, compiled.model)
        values |= {"id": client_id, "updated_at": store.stored(tenant, now)}
        await transaction.execute(_statements(tenant).update, values)
        after = await _get(tenant, transaction, client_id)
        if before.scopes - after.scopes or before.service_user != after.service_user:
            await store.revoke_access_tokens(tenant, transaction, client_id, now=now)
        await _audit(tenant, transaction, client_event("client_changed", actor, after, **terms_of(after)), now)
        return after

    return await tenant.write(work)


async def renew_secret(tenant: Tenant, access: Access, actor: Actor, client_id: str, *, now: datetime) -> Registered:
    """The old one is worth nothing from now on. Raises AccessDenied, NotFound, and InvalidRecord for a public client."""
    require(access, actor, "administer")
    secret = _new_secret()

    async def work(transaction: Transaction, compiled: CompiledModel) -> Client:
        client = await _get(tenant, transaction, client_id)
        if client.service_user:
            require(access, actor, "manage_users")
            user = await fetch_user_in(tenant, transaction, client.service_user)
            require_way_in(actor, compiled.model, user.grants, is_admin=user.is_admin, name=user.name)
        if client.kind == "public":
            raise InvalidRecord("A public client has no secret.")
        values = {"id": client_id, "secret_hash": hash_token(secret), "updated_at": store.stored(tenant, now)}
        await transaction.execute(_statements(tenant).set_secret, values)
        after = await _get(tenant, transaction, client_id)
        await _audit(tenant, transaction, client_event("client_changed", actor, after, secret="renewed"), now)
        return after

    return Registered(client=await tenant.write(work), secret=secret)


async def delete_client(tenant: Tenant, access: Access, actor: Actor, client_id: str, *, now: datetime) -> None:
    """With all that users granted to it, and every token. Raises AccessDenied, NotFound."""
    require(access, actor, "administer")

    async def work(transaction: Transaction) -> None:
        client = await _get(tenant, transaction, client_id)
        await store.revoke_grants(tenant, transaction, now=now, client_id=client_id)
        await transaction.execute(_statements(tenant).delete, {"id": client_id})
        await _audit(tenant, transaction, client_event("client_deleted", actor, client), now)

    await tenant.database.write(work)


async def _get(tenant: Tenant, transaction: Transaction, client_id: str) -> Client:
    client = await store.fetch_client(tenant, transaction, client_id)
    if client is None:
        raise NotFound(
            f"There is no OAuth client {client_id[:60]} in the tenant {tenant.name}.",
            hint="`trellis oauth client list` shows them.",
        )
    return client


async def _checked(
    tenant: Tenant,
    transaction: Transaction,
    access: Access,
    actor: Actor,
    given: ClientInput,
    model: Model,
) -> dict[str, Any]:
    """The columns that may change."""
    service_user = None
    if given.service_user:
        # Whoever hands out tokens of a user could as well set the user's password.
        require(access, actor, "manage_users")
        row = await transaction.fetch_one(_statements(tenant).user, {"login": given.service_user.casefold()})
        service_user = (str(row[0]), _is_beyond(actor, model, row)) if row else None
    check_client(
        name=given.name,
        kind=given.kind,
        redirect_uris=given.redirect_uris,
        scopes=given.scopes,
        service_user=given.service_user,
        found_user=service_user,
        objects=model.objects,
    )
    return {
        "name": given.name.strip(),
        "redirect_uris": " ".join(dict.fromkeys(given.redirect_uris)),
        "scopes": render_scopes(given.scopes),
        "service_user": service_user[0] if service_user else None,
    }


def _is_beyond(actor: Actor, model: Model, row: Row) -> bool:
    return bool(powers_beyond(actor, model, read_grants(row[2]), is_admin=bool(row[1])))


async def _audit(tenant: Tenant, transaction: Transaction, event: AuditEvent, now: datetime) -> None:
    await write_audit(transaction, tenant.database.schema, event, now=now)


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


def _statements(tenant: Tenant) -> _Statements:
    return _prepared(tenant.database.schema, tenant.database.dialect)


@dataclass(frozen=True, slots=True)
class _Statements:
    all: Statement
    user: Statement
    insert: Statement
    update: Statement
    set_secret: Statement
    delete: Statement


@lru_cache(maxsize=256)
def _prepared(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    client, user = tables.oauth_client, tables.user
    given = {name: sa.bindparam(name, type_=client.c[name].type) for name in CLIENT_COLUMNS}
    is_it = client.c.id == sa.bindparam("id", type_=client.c.id.type)
    changed = ("name", "redirect_uris", "scopes", "service_user", "updated_at")
    login = sa.bindparam("login", type_=sa.Text())
    is_user = sa.or_(sa.cast(user.c.id, sa.Text) == login, user.c.username == login)
    found = sa.select(user.c.id, user.c.is_admin, user.c.grants).where(
        is_user, user.c.is_active == sa.true(), user.c.deleted_at.is_(None)
    )

    def update(*names: str) -> sa.Update:
        return sa.update(client).where(is_it).values({name: given[name] for name in names})

    return _Statements(
        all=prepare(
            sa.select(*(client.c[name] for name in CLIENT_COLUMNS)).order_by(client.c.name, client.c.id), dialect
        ),
        user=prepare(found, dialect),
        insert=prepare(sa.insert(client).values(given), dialect),
        update=prepare(update(*changed), dialect),
        set_secret=prepare(update("secret_hash", "updated_at"), dialect),
        delete=prepare(sa.delete(client).where(is_it), dialect),
    )
