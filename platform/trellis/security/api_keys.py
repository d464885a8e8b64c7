"""API keys: what each is confined to, how long it lives, and putting one in the place of another while both still work.

What a key may do never changes: whoever wants something else makes another key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.errors import Conflict, FieldError, InvalidRecord, NotFound
from trellis.ids import is_id
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, Who, write_audit
from trellis.security.audit.event import EventName
from trellis.security.credentials import IssuedCredential, NewCredential, issue
from trellis.security.scopes import Scopes, parse_scopes, read_scopes
from trellis.storage.codecs import datetime_text, decoder, encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

LONGEST_NAME = 100
DEFAULT_DAYS = 90
DEFAULT_GRACE = timedelta(hours=24)
LONGEST_GRACE = timedelta(days=7)
MOST_NETWORKS = 20

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTerms:
    """What is asked for. `scopes`: None for everything its user may; `days`: None for the usual 90, or the longest that is allowed where
    that is shorter; `networks`: such as 10.1.0.0/16 or one address, () for everywhere."""

    name: str
    scopes: tuple[str, ...] | None = None
    days: int | None = None
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key as its owner sees it in a list. `prefix`: how its token begins, None for one made before that was kept;
    `last_used_at` is at most an hour behind; `replaced_at`: since when another is in its place, until it expires."""

    id: str
    name: str
    prefix: str | None
    scopes: Scopes | None
    networks: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    replaced_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """`old_expires_at`: until when the key that was replaced still works."""

    issued: IssuedCredential
    old_expires_at: datetime


async def create_key(
    tenant: Tenant,
    user_id: str,
    terms: KeyTerms,
    objects: Collection[str],
    *,
    by: Actor | Who,
    now: datetime,
    longest_days: int,
) -> IssuedCredential:
    """`objects`: those that scopes may name; `by`: who makes it, for the audit. Raises InvalidRecord with everything that is wrong."""
    new = _checked(user_id, terms, objects, now=now, longest_days=longest_days)

    async def work(transaction: Transaction) -> IssuedCredential:
        issued = await issue(tenant, transaction, new, now=now)
        details = {"user": user_id, "expires_at": issued.expires_at, **_confined(new.scopes, new.networks)}
        await _audit(tenant, transaction, "api_key_created", by, issued.id, new.name, details, now=now)
        return issued

    return await tenant.database.write(work)


async def list_keys(tenant: Tenant, user_id: str) -> tuple[ApiKey, ...]:
    """The user's keys that are not revoked, the newest first; those that have expired too."""

    async def read(transaction: Transaction) -> tuple[ApiKey, ...]:
        rows = await transaction.fetch(_of(tenant).all, {"user_id": user_id})
        return tuple(_read(tenant, row) for row in rows)

    return await tenant.database.read(read) if is_id(user_id) else ()


async def rotate_key(
    tenant: Tenant,
    user_id: str,
    key_id: str,
    *,
    by: Actor | Who,
    now: datetime,
    longest_days: int,
    grace: timedelta = DEFAULT_GRACE,
) -> Rotated:
    """A new key on the terms of the old one, which goes on working for `grace`. Raises NotFound, Conflict for one that has expired or was
    replaced already."""
    moment = encoder(ColumnKind.DATETIME, tenant.database.dialect)

    async def work(transaction: Transaction) -> Rotated:
        old = await _fetch(tenant, transaction, user_id, key_id)
        if old.replaced_at is not None or (old.expires_at is not None and old.expires_at <= now):
            state = "has expired" if old.replaced_at is None else "was replaced already"
            raise Conflict(f'The API key "{old.name}" {state}.', hint="Make a new one.")
        lived = old.expires_at - old.created_at if old.expires_at else _DAY * DEFAULT_DAYS
        new = NewCredential(
            kind="api_key",
            user_id=user_id,
            name=old.name,
            expires_at=now + min(lived, _DAY * longest_days),
            scopes=old.scopes,
            networks=old.networks,
        )
        ends = min(old.expires_at or now + grace, now + grace)
        await transaction.execute(_of(tenant).replace, {"id": old.id, "now": moment(now), "ends": moment(ends)})
        issued = await issue(tenant, transaction, new, now=now)
        details = {"user": user_id, "by_key": issued.id, "old_expires_at": ends}
        await _audit(tenant, transaction, "api_key_rotated", by, old.id, old.name, details, now=now)
        return Rotated(issued=issued, old_expires_at=ends)

    return await tenant.database.write(work)


async def revoke_key(tenant: Tenant, user_id: str, key_id: str, *, by: Actor | Who, now: datetime) -> None:
    """Raises NotFound for one that the user has not."""
    moment = encoder(ColumnKind.DATETIME, tenant.database.dialect)(now)

    async def work(transaction: Transaction) -> None:
        key = await _fetch(tenant, transaction, user_id, key_id)
        await transaction.execute(_of(tenant).revoke, {"id": key.id, "now": moment})
        await _audit(tenant, transaction, "api_key_revoked", by, key.id, key.name, {"user": user_id}, now=now)

    await tenant.database.write(work)


def parse_networks(texts: Iterable[str]) -> tuple[str, ...]:
    """As they are kept, each once, in order. Raises ValueError with the first that is none."""
    kept: dict[str, None] = {}
    for text in texts:
        try:
            kept[str(ip_network(text.strip(), strict=False))] = None
        except ValueError:
            raise ValueError(text) from None
    return tuple(kept)


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Whether a caller at `address` may use what is confined to `networks`. IPv4 in the form of IPv6 counts as IPv4; what is no address
    at all is nowhere."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in ip_network(network) for network in networks)


def _checked(
    user_id: str, terms: KeyTerms, objects: Collection[str], *, now: datetime, longest_days: int
) -> NewCredential:
    wrong: list[FieldError] = []
    name = terms.name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        message = f"Say in one line what the key is for: 1 to {LONGEST_NAME} characters."
        wrong.append(FieldError(field="name", code="invalid_name", message=message))
    days = min(DEFAULT_DAYS, longest_days) if terms.days is None else terms.days
    if not 1 <= days <= longest_days:
        message = f"A key lives for 1 to {longest_days:,} days here, not {days:,}."
        wrong.append(FieldError(field="expires_in_days", code="invalid_lifetime", message=message))
    scopes: Scopes | None = None
    if terms.scopes is not None:
        try:
            scopes = parse_scopes(terms.scopes, objects)
        except InvalidRecord as error:
            wrong.extend(error.fields)
    networks: tuple[str, ...] = ()
    try:
        networks = parse_networks(terms.networks)
    except ValueError as error:
        message = f"{str(error)[:60]!r} is neither an address nor a network, such as 192.0.2.7 or 10.1.0.0/16."
        wrong.append(FieldError(field="networks", code="invalid_network", message=message))
    if len(networks) > MOST_NETWORKS:
        message = f"There are {len(networks)} networks; a key has {MOST_NETWORKS} at most."
        wrong.append(FieldError(field="networks", code="invalid_network", message=message))
    if wrong:
        raise InvalidRecord(" ".join(error.message for error in wrong), fields=tuple(wrong))
    expires_at = now + timedelta(days=days)
    return NewCredential(
        kind="api_key", user_id=user_id, name=name, expires_at=expires_at, scopes=scopes, networks=networks
    )


async def _audit(
    tenant: Tenant,
    transaction: Transaction,
    name: EventName,
    by: Actor | Who,
    key_id: str,
    key_name: str,
    details: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    told = {name: datetime_text(value) if isinstance(value, datetime) else value for name, value in details.items()}
    subject = Subject(kind="api_key", id=key_id, name=key_name)
    event = AuditEvent(event=name, actor=by, subject=subject, details=told)
    await write_audit(transaction, tenant.database.schema, event, now=now)


def _confined(scopes: Scopes | None, networks: tuple[str, ...]) -> dict[str, Any]:
    return {"scopes": None if scopes is None else sorted(scopes), "networks": list(networks)}


async def _fetch(tenant: Tenant, transaction: Transaction, user_id: str, key_id: str) -> ApiKey:
    """Raises NotFound."""
    values = {"id": key_id, "user_id": user_id}
    known = is_id(key_id) and is_id(user_id)
    row = await transaction.fetch_one(_of(tenant).one, values) if known else None
    if row is None:
        raise NotFound(f"There is no API key {key_id[:60]}.", hint="It may have been revoked.")
    return _read(tenant, row)


def _read(tenant: Tenant, row: Row) -> ApiKey:
    moment = decoder(ColumnKind.DATETIME, tenant.database.dialect)
    return ApiKey(
        id=str(row[0]),
        name=row[1],
        prefix=f"{tenant.name}.{row[2]}" if row[2] else None,
        scopes=read_scopes(row[3]),
        networks=tuple((row[4] or "").split()),
        created_at=moment(row[5]),
        expires_at=moment(row[6]),
        last_used_at=moment(row[7]),
        replaced_at=moment(row[8]),
    )


@dataclass(frozen=True, slots=True)
class _Statements:
    all: Statement
    one: Statement
    replace: Statement
    revoke: Statement


def _of(tenant: Tenant) -> _Statements:
    return _statements(tenant.database.schema, tenant.database.dialect)


_SHOWN = ("id", "name", "prefix", "scopes", "networks", "created_at", "expires_at", "last_used_at", "replaced_at")


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    credential = platform_tables(schema).credential
    own = (
        credential.c.user_id == sa.bindparam("user_id", type_=credential.c.user_id.type),
        credential.c.kind == "api_key",
        credential.c.revoked_at.is_(None),
    )
    shown = sa.select(*(credential.c[name] for name in _SHOWN)).where(*own)
    this = credential.c.id == sa.bindparam("id", type_=credential.c.id.type)
    now: sa.BindParameter[Any] = sa.bindparam("now", type_=credential.c.created_at.type)
    ends: sa.BindParameter[Any] = sa.bindparam("ends", type_=credential.c.expires_at.type)
    return _Statements(
        all=prepare(shown.order_by(credential.c.id.desc()), dialect),
        one=prepare(shown.where(this).with_for_update(), dialect),
        replace=prepare(sa.update(credential).where(this).values(replaced_at=now, expires_at=ends), dialect),
        revoke=prepare(sa.update(credential).where(this).values(revoked_at=now), dialect),
    )
