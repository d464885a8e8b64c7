"""Somebody whom a provider has proved -> the user here: known from before, found by address, or made now; in the groups that the
provider says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.security.audit import AuditEvent, write_audit
from trellis.security.audit.event import Subject, Who
from trellis.security.joining import change_memberships
from trellis.security.outside.errors import UnknownStranger
from trellis.security.outside.model import Stranger
from trellis.security.users import LANGUAGES, LoginTaken, NewUser, User, add_user, created_event, is_time_zone
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.errors import UniqueViolation
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,79}")


async def settle(tenant: Tenant, stranger: Stranger, *, now: datetime) -> str:
    """The id of the user, who may be frozen. Raises UnknownStranger when nobody here is that person, InvalidRecord when what the
    provider says makes no user."""

    async def work(transaction: Transaction, compiled: CompiledModel) -> str:
        found = await _find(tenant, transaction, stranger, now)
        events: list[AuditEvent] = []
        if found is None:
            user = await _make(tenant, transaction, stranger, now)
            found = user.id
            events.append(created_event(user, _who(stranger)))
        events += await _join(tenant, transaction, compiled, stranger, found)
        await write_audit(transaction, tenant.database.schema, *events, now=now)
        return found

    try:
        return await tenant.write(work)
    except (UniqueViolation, LoginTaken):
        raise UnknownStranger(
            "Somebody else here has the same user name or e-mail address.", hint="Ask an administrator."
        ) from None


async def _find(tenant: Tenant, transaction: Transaction, stranger: Stranger, now: datetime) -> str | None:
    statements = _statements(tenant)
    key = {"provider": stranger.provider.name, "subject": stranger.subject}
    row = await transaction.fetch_one(statements.known, key)
    if row is not None:
        return str(row[0])
    email = stranger.text("email").casefold()
    if stranger.provider.links_by_email and email and stranger.claims.get("email_verified") is True:
        row = await transaction.fetch_one(statements.by_email, {"email": email})
        if row is not None:
            await _link(tenant, transaction, stranger, str(row[0]), now)
            return str(row[0])
    if not stranger.provider.creates_users:
        raise UnknownStranger("Nobody here is known by that sign-in.", hint="Ask an administrator.")
    return None


async def _make(tenant: Tenant, transaction: Transaction, stranger: Stranger, now: datetime) -> User:
    email = stranger.text("email").casefold()
    locale, zone = stranger.text("locale"), stranger.text("zoneinfo")
    new = NewUser(
        username=await _free_name(tenant, transaction, stranger, email),
        email=email,
        name=stranger.text("name") or stranger.text("preferred_username") or email,
        language="zh-Hans" if locale.lower().startswith("zh") else LANGUAGES[0],
        time_zone=zone if is_time_zone(zone) else "UTC",
    )
    user = await add_user(tenant, transaction, new, now=now)
    await _link(tenant, transaction, stranger, user.id, now)
    return user


async def _free_name(tenant: Tenant, transaction: Transaction, stranger: Stranger, email: str) -> str:
    """What the provider calls them, if nobody here is called that; else their address."""
    wanted = stranger.text("preferred_username").casefold()
    if not _USERNAME.fullmatch(wanted):
        return email
    taken = await transaction.fetch_one(_statements(tenant).by_name, {"username": wanted})
    return email if taken else wanted


async def _link(tenant: Tenant, transaction: Transaction, stranger: Stranger, user_id: str, now: datetime) -> None:
    values = {
        "provider": stranger.provider.name,
        "subject": stranger.subject,
        "user_id": user_id,
        "created_at": encoder(ColumnKind.DATETIME, tenant.database.dialect)(now),
    }
    await transaction.execute(_statements(tenant).link, values)


async def _join(
    tenant: Tenant, transaction: Transaction, compiled: CompiledModel, stranger: Stranger, user_id: str
) -> Iterator[AuditEvent]:
    """Groups that are mapped follow the provider; the others are left alone. What the model does not know any more grants nothing."""
    model, said = compiled.model, stranger.groups
    known = {
        "role": model.roles,
        "team": model.teams,
        "permission_set": model.permission_sets,
        "permission_group": model.permission_groups,
    }
    mapped = [one for one in stranger.provider.groups if one.name in known[one.kind]]
    wanted = {(one.kind, one.name) for one in mapped if one.value in said}
    others = {(one.kind, one.name) for one in mapped} - wanted
    joined, left = await change_memberships(transaction, tenant.database.schema, user_id, join=wanted, leave=others)
    return _events(stranger, user_id, [*joined, *left], len(joined))


def _events(stranger: Stranger, user_id: str, changed: list[tuple[str, str]], joined: int) -> Iterator[AuditEvent]:
    for place, (kind, name) in enumerate(changed):
        is_granted = kind in ("permission_set", "permission_group")
        yield AuditEvent(
            event="permissions_assigned" if is_granted else "members_changed",
            actor=_who(stranger),
            subject=Subject(kind=kind, id=name),  # type: ignore[arg-type]  # the kinds of groups are kinds of subjects
            details={"added" if place < joined else "removed": [user_id], "by_provider": stranger.provider.name},
        )


def _who(stranger: Stranger) -> Who:
    return Who(channel="web", user_id="", name=stranger.provider.label, credential_id=None)


def _statements(tenant: Tenant) -> _Statements:
    return _prepared(tenant.database.schema, tenant.database.dialect)


@dataclass(frozen=True, slots=True)
class _Statements:
    known: Statement
    by_email: Statement
    by_name: Statement
    link: Statement


@lru_cache(maxsize=256)
def _prepared(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    identity, user = tables.outside_identity, tables.user
    columns = ("provider", "subject", "user_id", "created_at")
    given: dict[str, Any] = {name: sa.bindparam(name, type_=identity.c[name].type) for name in columns}
    is_there = user.c.deleted_at.is_(None)
    known = (
        sa.select(identity.c.user_id)
        .join(user, user.c.id == identity.c.user_id)
        .where(identity.c.provider == given["provider"], identity.c.subject == given["subject"], is_there)
    )
    by_email = sa.select(user.c.id).where(sa.func.lower(user.c.email) == sa.bindparam("email"))
    by_name = sa.select(user.c.id).where(user.c.username == sa.bindparam("username"))
    return _Statements(
        known=prepare(known, dialect),
        by_email=prepare(by_email.where(is_there), dialect),
        by_name=prepare(by_name, dialect),
        link=prepare(sa.insert(identity).values(given), dialect),
    )
