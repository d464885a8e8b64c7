"""Records shared by hand: with a person or a group, to read or to change, for good or until a day; and the people on a record's team.

Only those who may do everything with a record share it: its owner, who is above the owner, and who may modify all records."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from metamodel.model import Model
from metamodel.names import did_you_mean
from rule_engine.wording import say
from trellis.automation.hooks import SaveContext
from trellis.automation.people import find_people
from trellis.errors import FieldError, InvalidRecord, InvalidRequest, NotFound
from trellis.ids import new_id
from trellis.query.fetch import fetch_row
from trellis.query.query import no_record
from trellis.records.checks import check_credential
from trellis.records.load import load_records
from trellis.records.refusals import Refusals
from trellis.records.shape import shape_of
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, write_audit
from trellis.storage.codecs import datetime_text, decoder, encoder, list_encoder
from trellis.storage.column_types import DATETIME, TEXT, UUID
from trellis.storage.database import Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

SharedAccess = Literal["read", "read_write"]
Cause = Literal["manual", "team"]
GROUPS = ("role", "role_and_below", "team", "queue")
MOST_SHARES = 500
MOST_TEAM_ROLE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShare:
    """`principal`: user:NAME (or its id), role:NAME, role_and_below:NAME, team:NAME, queue:NAME, everyone. `team_role`: what somebody on
    the record's team is there for; None for a share by hand. `expires_at`: None for good."""

    principal: str
    access: SharedAccess = "read"
    team_role: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """As NewShare; `principal` with the id of a user, `label`: what it is called."""

    id: str
    principal: str
    label: str
    access: SharedAccess
    cause: Cause
    team_role: str | None
    expires_at: datetime | None
    created_at: datetime
    created_by: str | None


async def list_shares(
    tenant: Tenant, access: Access, actor: Actor, object_name: str, record_id: str, *, now: datetime
) -> tuple[Share, ...]:
    """Of a record that the actor may read, the oldest first; those that ended too, until they are removed. Raises NotFound."""

    async def work(transaction: Transaction, compiled: CompiledModel) -> tuple[Share, ...]:
        if await fetch_row(transaction, compiled, access, actor, object_name, record_id, ("id",), now) is None:
            raise no_record(object_name, record_id)
        return await fetch_shares(transaction, compiled, record_id.lower())

    return await tenant.read(work)


async def share_record(
    tenant: Tenant, access: Access, actor: Actor, object_name: str, record_id: str, share: NewShare, *, now: datetime
) -> Share:
    """A second share with the same principal takes the place of the first. Raises NotFound, AccessDenied, InvalidRecord, and InvalidRequest
    for a record that is seen by those who see its parent, and nobody else."""

    async def work(transaction: Transaction, compiled: CompiledModel) -> Share:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
        record = await _theirs(context, access, object_name, record_id)
        _refuse_details(compiled.model, object_name)
        principal = await _check(context, share)
        cause: Cause = "manual" if share.team_role is None else "team"
        there = await fetch_shares(transaction, compiled, record)
        before = [one for one in there if (one.principal, one.cause) == (principal, cause)]
        if len(there) - len(before) >= MOST_SHARES:
            raise _wrong("principal", f"A record is shared {MOST_SHARES} times at most.", "Share it with a group.")
        await _remove(context, record, [one.id for one in before])
        made = new_id()
        moment = encoder(ColumnKind.DATETIME, compiled.dialect)
        values: dict[str, Any] = {
            "id": made,
            "object": object_name,
            "record_id": record,
            "principal": principal,
            "access": share.access,
            "cause": cause,
            "team_role": share.team_role,
            "created_at": moment(now),
            "created_by": actor.user_id,
            "expires_at": moment(share.expires_at),
        }
        await transaction.execute(_insert(compiled), values)
        found = next(one for one in await fetch_shares(transaction, compiled, record) if one.id == made)
        details = {
            "object": object_name,
            "with": found.label,
            "principal": principal,
            "access": share.access,
            "team_role": share.team_role,
            "until": None if share.expires_at is None else datetime_text(share.expires_at),
        }
        subject = Subject(kind="record", id=record)
        event = AuditEvent(event="record_shared", actor=actor, subject=subject, details=details)
        await write_audit(transaction, compiled.schema, event, now=now)
        return found

    return await tenant.write(work)


async def unshare_record(
    tenant: Tenant, access: Access, actor: Actor, object_name: str, record_id: str, share_id: str, *, now: datetime
) -> None:
    """Raises NotFound, AccessDenied."""

    async def work(transaction: Transaction, compiled: CompiledModel) -> None:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
        record = await _theirs(context, access, object_name, record_id)
        there = [one for one in await fetch_shares(transaction, compiled, record) if one.id == share_id]
        if not there or not await _remove(context, record, [share_id]):
            raise NotFound(f"The record is not shared by {share_id[:60]!r}.")
        details = {"object": object_name, "with": there[0].label, "principal": there[0].principal}
        subject = Subject(kind="record", id=record)
        event = AuditEvent(event="record_unshared", actor=actor, subject=subject, details=details)
        await write_audit(transaction, compiled.schema, event, now=now)

    await tenant.write(work)


async def count_shares_with(
    tenant: Tenant, access: Access, actor: Actor, principals: Collection[str], *, now: datetime
) -> int:
    """How many records are shared by hand with one of these groups now, as they are stored. Raises AccessDenied."""
    require(access, actor, "manage_access")
    if not principals:
        return 0

    async def work(transaction: Transaction, compiled: CompiledModel) -> int:
        share = platform_tables(compiled.schema).share
        lasts = sa.or_(share.c.expires_at.is_(None), share.c.expires_at > sa.bindparam("now", type_=DATETIME))
        chosen = sa.select(sa.func.count(share.c.record_id.distinct()))
        chosen = chosen.where(any_of(share.c.principal, "principals", compiled.dialect), lasts)
        statement = compiled.prepared(("records", "shares with"), lambda: prepare(chosen, compiled.dialect))
        values = {
            "principals": list_encoder(ColumnKind.TEXT, compiled.dialect)(sorted(principals)),
            "now": encoder(ColumnKind.DATETIME, compiled.dialect)(now),
        }
        row = await transaction.fetch_one(statement, values)
        return 0 if row is None else int(row[0])

    return await tenant.read(work)


async def _theirs(context: SaveContext, access: Access, object_name: str, record_id: str) -> str:
    await check_credential(context)
    shape = shape_of(context.compiled, object_name)
    require(access.of(context.compiled.model), context.actor, "read", object_name)
    refusals = Refusals()
    found = await load_records(context, access, shape, {0: record_id.lower()}, "read", refusals)
    refusals.raise_any()
    (loaded,) = found.values()
    if not loaded.is_theirs:
        refusals.add(
            0, None, "access_denied", f"Only its owner, and who is above, may share this {shape.object.label.lower()}."
        )
        refusals.raise_any()
    return record_id.lower()


def _refuse_details(model: Model, object_name: str) -> None:
    if model.object(object_name).sharing == "controlled_by_parent":
        raise InvalidRequest(
            f"A record of {object_name} is seen by those who see what it belongs to.", hint="Share that record."
        )


async def _check(context: SaveContext, share: NewShare) -> str:
    """The principal as it is stored."""
    if share.access not in get_args(SharedAccess):
        raise _wrong("access", f"{share.access!r:.40} is no access: read or read_write.")
    if share.expires_at is not None and share.expires_at <= context.now:
        raise _wrong("expires_at", "A share cannot end before it begins.")
    role = share.team_role
    if role is not None and not (1 <= len(role) <= MOST_TEAM_ROLE and role.isprintable()):
        raise _wrong(
            "team_role", f"What somebody on the team is there for takes 1 to {MOST_TEAM_ROLE} characters of one line."
        )
    kind, _, name = share.principal.partition(":")
    if kind == "user":
        person = (await find_people(context.transaction, context.compiled, [name])).get(name)
        if person is None:
            message = say("There is no user %(name)r.", name=name[:60])
            raise _wrong("principal", message, "Give a user name: user:anna.")
        return f"user:{person.id}"
    if kind == "everyone" and not name:
        return "everyone"
    known = _names(context.compiled.model, kind)
    if known is None:
        raise _wrong(
            "principal",
            f"{share.principal[:80]!r} is nobody.",
            f"Write user:NAME, {':NAME, '.join(GROUPS)}:NAME or everyone.",
        )
    if name not in known:
        raise _wrong("principal", f"There is no {kind} {name[:60]!r}.", did_you_mean(name[:60], known))
    return f"{kind}:{name}"


def _names(model: Model, kind: str) -> Collection[str] | None:
    match kind:
        case "role" | "role_and_below":
            return model.roles
        case "team":
            return model.teams
        case "queue":
            return model.queues
    return None


def _wrong(field: str, message: str, hint: str | None = None) -> InvalidRecord:
    return InvalidRecord(
        message, hint=hint, fields=(FieldError(field=field, code=f"invalid_{field}", message=message),)
    )


async def _remove(context: SaveContext, record_id: str, ids: Sequence[str]) -> int:
    compiled = context.compiled
    share = platform_tables(compiled.schema).share
    is_it = sa.and_(
        share.c.id == sa.bindparam("share_id", type_=UUID), share.c.record_id == sa.bindparam("of_record", type_=UUID)
    )
    statement = compiled.prepared(
        ("records", "unshare"), lambda: prepare(sa.delete(share).where(is_it), compiled.dialect)
    )
    removed = 0
    for one in ids:
        removed += await context.transaction.execute(statement, {"share_id": one, "of_record": record_id})
    return removed


async def fetch_shares(transaction: Transaction, compiled: CompiledModel, record_id: str) -> tuple[Share, ...]:
    statement = compiled.prepared(("records", "shares"), lambda: _select(compiled))
    moment = decoder(ColumnKind.DATETIME, compiled.dialect)
    rows = await transaction.fetch(statement, {"of_record": record_id})
    return tuple(
        Share(
            id=str(share_id),
            principal=principal,
            label=name or _label(compiled.model, principal),
            access=access,
            cause=cause,
            team_role=team_role,
            expires_at=moment(expires_at),
            created_at=moment(created_at),
            created_by=None if created_by is None else str(created_by),
        )
        for share_id, principal, access, cause, team_role, expires_at, created_at, created_by, name in rows
    )


def _label(model: Model, principal: str) -> str:
    kind, _, name = principal.partition(":")
    match kind:
        case "role" | "role_and_below":
            return model.roles[name].label if name in model.roles else name
        case "team":
            return model.teams[name].label if name in model.teams else name
        case "queue":
            return model.queues[name].label if name in model.queues else name
    return name or principal


def _select(compiled: CompiledModel) -> Statement:
    tables = platform_tables(compiled.schema)
    share, user = tables.share, tables.user
    columns = ("id", "principal", "access", "cause", "team_role", "expires_at", "created_at", "created_by")
    same = share.c.principal == sa.literal_column("'user:'", TEXT).concat(sa.cast(user.c.id, TEXT))
    chosen = sa.select(*(share.c[name] for name in columns), user.c.name).select_from(share.outerjoin(user, same))
    chosen = chosen.where(share.c.record_id == sa.bindparam("of_record", type_=UUID)).order_by(share.c.id)
    return prepare(chosen, compiled.dialect)


def _insert(compiled: CompiledModel) -> Statement:
    share = platform_tables(compiled.schema).share
    values = {column.name: sa.bindparam(column.name, type_=column.type) for column in share.columns}
    return compiled.prepared(("records", "share"), lambda: prepare(sa.insert(share).values(values), compiled.dialect))
