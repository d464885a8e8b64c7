"""The providers that people may sign in by: setting them up, changing and deleting them. Data of the tenant: it holds at once."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.errors import AccessDenied, FieldError, InvalidRecord, NotFound
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, write_audit
from trellis.security.audit.event import EventName
from trellis.security.outside.model import GroupMapping, Provider
from trellis.security.outside.provider_checks import check_provider
from trellis.security.platform_secrets import drop_platform_secret, fetch_platform_secret, put_platform_secret
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

LONGEST_SECRET = 1_000
BACK = "/login/from/{tenant}/{provider}"
"""Where people come back to, of the pages."""


def redirect_address(base_url: str, tenant: str, provider: str) -> str:
    """What the provider has to know as ours."""
    return base_url.rstrip("/") + BACK.format(tenant=tenant, provider=provider)


async def offered_providers(tenant: Tenant) -> tuple[Provider, ...]:
    """Those that somebody may sign in by now, for the sign-in page. By label."""
    return tuple(one for one in await _fetch_all(tenant) if one.is_active)


async def list_providers(tenant: Tenant, access: Access, actor: Actor) -> tuple[Provider, ...]:
    """By label. Raises AccessDenied."""
    _require(access, actor)
    return await _fetch_all(tenant)


async def get_provider(tenant: Tenant, access: Access, actor: Actor, name: str) -> Provider:
    """Raises AccessDenied, NotFound."""
    _require(access, actor)
    found = await find_provider(tenant, name)
    if found is None:
        raise _nothing(name)
    return found


async def find_provider(tenant: Tenant, name: str) -> Provider | None:
    row = await tenant.database.read(
        lambda transaction: transaction.fetch_one(_statements(tenant).one, {"name": name[:100]}), is_brief=True
    )
    return _read(row) if row else None


async def fetch_client_secret(tenant: Tenant, name: str) -> str:
    """What the provider knows us by. Raises CannotUnseal, NoMasterKey."""
    found = await tenant.database.read(
        lambda transaction: fetch_platform_secret(tenant, transaction, _secret_name(name))
    )
    return found or ""


async def put_provider(
    tenant: Tenant,
    access: Access,
    actor: Actor,
    provider: Provider,
    secret: str | None,
    *,
    is_new: bool,
    now: datetime,
) -> Provider:
    """Sets one up, or changes it. `secret` None: it stays as it is. Another issuer or client forgets whom it knew: the same `sub` is
    somebody else there. Raises AccessDenied, NotFound, NoMasterKey, and InvalidRecord with everything that is wrong."""
    _require(access, actor)
    _check_secret(secret, is_new=is_new)

    async def work(transaction: Transaction, compiled: CompiledModel) -> Provider:
        check_provider(provider, compiled.model)
        row = await transaction.fetch_one(_statements(tenant).one, {"name": provider.name})
        if is_new and row is not None:
            message = f"There is a provider {provider.name} already."
            raise InvalidRecord(message, fields=(FieldError(field="name", code="not_unique", message=message),))
        if not is_new and row is None:
            raise _nothing(provider.name)
        statement = _statements(tenant).insert if is_new else _statements(tenant).update
        await transaction.execute(statement, _values(tenant, provider, now))
        if row is not None and _read(row).issuer != provider.issuer:
            await transaction.execute(_statements(tenant).forget, {"name": provider.name})
        if secret is not None:
            await put_platform_secret(tenant, transaction, _secret_name(provider.name), secret, now=now)
        await _audit(tenant, transaction, "provider_created" if is_new else "provider_changed", actor, provider, now)
        return provider

    return await tenant.write(work)


async def delete_provider(tenant: Tenant, access: Access, actor: Actor, name: str, *, now: datetime) -> None:
    """Whoever signed in by it stays a user. Raises AccessDenied, NotFound."""
    provider = await get_provider(tenant, access, actor, name)

    async def work(transaction: Transaction) -> None:
        await transaction.execute(_statements(tenant).delete, {"name": name})
        await drop_platform_secret(tenant, transaction, _secret_name(name))
        await _audit(tenant, transaction, "provider_deleted", actor, provider, now)

    await tenant.database.write(work)


def _require(access: Access, actor: Actor) -> None:
    """Only administrators: a provider says who people are, administrators too."""
    for action in ("administer", "manage_users", "manage_access"):
        require(access, actor, action)
    if not actor.is_admin:
        raise AccessDenied("Only an administrator says which providers people sign in by.", hint="Ask one.")


async def _audit(
    tenant: Tenant, transaction: Transaction, event: EventName, actor: Actor, provider: Provider, now: datetime
) -> None:
    subject = Subject(kind="provider", id=provider.name, name=provider.label)
    details = {} if event == "provider_deleted" else asdict(provider)
    said = AuditEvent(event=event, actor=actor, subject=subject, details=details)
    await write_audit(transaction, tenant.database.schema, said, now=now)


def _check_secret(secret: str | None, *, is_new: bool) -> None:
    if secret is None and not is_new:
        return
    if not secret or len(secret) > LONGEST_SECRET or not secret.isprintable():
        message = f"The secret must have 1 to {LONGEST_SECRET:,} characters, none a control character."
        raise InvalidRecord(
            message, fields=(FieldError(field="client_secret", code="invalid_provider", message=message),)
        )


def _nothing(name: str) -> NotFound:
    return NotFound(f"There is no provider {name[:60]} to sign in by.")


async def _fetch_all(tenant: Tenant) -> tuple[Provider, ...]:
    rows = await tenant.database.read(lambda transaction: transaction.fetch(_statements(tenant).all))
    return tuple(_read(row) for row in rows)


def _secret_name(name: str) -> str:
    return f"provider:{name}"


_COLUMNS = (
    *("name", "label", "issuer", "client_id", "scopes", "creates_users", "links_by_email", "groups_claim", "groups"),
    *("second_factor_values", "is_active"),
)


def _values(tenant: Tenant, provider: Provider, now: datetime) -> dict[str, Any]:
    boolean = encoder(ColumnKind.BOOLEAN, tenant.database.dialect)
    moment = encoder(ColumnKind.DATETIME, tenant.database.dialect)(now)
    flags = {name: boolean(getattr(provider, name)) for name in ("creates_users", "links_by_email", "is_active")}
    texts = {name: getattr(provider, name) for name in ("name", "label", "issuer", "client_id", "groups_claim")}
    groups = json.dumps([asdict(one) for one in provider.groups], ensure_ascii=False)
    lists = {name: " ".join(getattr(provider, name)) for name in ("scopes", "second_factor_values")}
    return {**texts, **flags, **lists, "groups": groups, "now": moment}


def _read(row: Row) -> Provider:
    name, label, issuer, client_id, scopes, creates_users, links_by_email, groups_claim, groups, factors, is_active = (
        row
    )
    return Provider(
        name=name,
        label=label,
        issuer=issuer,
        client_id=client_id,
        scopes=tuple(scopes.split()),
        creates_users=bool(creates_users),
        links_by_email=bool(links_by_email),
        groups_claim=groups_claim,
        groups=tuple(GroupMapping(**one) for one in json.loads(groups)),
        second_factor_values=tuple(factors.split()),
        is_active=bool(is_active),
    )


def _statements(tenant: Tenant) -> _Statements:
    return _prepared(tenant.database.schema, tenant.database.dialect)


@dataclass(frozen=True, slots=True)
class _Statements:
    all: Statement
    one: Statement
    insert: Statement
    update: Statement
    delete: Statement
    forget: Statement


@lru_cache(maxsize=256)
def _prepared(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    provider, identity = tables.provider, tables.outside_identity
    given: dict[str, Any] = {name: sa.bindparam(name, type_=provider.c[name].type) for name in _COLUMNS}
    now = sa.bindparam("now", type_=provider.c.created_at.type)
    shown = sa.select(*(provider.c[name] for name in _COLUMNS))
    is_it = provider.c.name == given["name"]
    changed = {name: value for name, value in given.items() if name != "name"}
    return _Statements(
        all=prepare(shown.order_by(provider.c.label, provider.c.name), dialect),
        one=prepare(shown.where(is_it), dialect),
        insert=prepare(sa.insert(provider).values({**given, "created_at": now, "updated_at": now}), dialect),
        update=prepare(sa.update(provider).where(is_it).values({**changed, "updated_at": now}), dialect),
        delete=prepare(sa.delete(provider).where(is_it), dialect),
        forget=prepare(sa.delete(identity).where(identity.c.provider == given["name"]), dialect),
    )
