"""Taking the next record out of a queue: whoever sits there gets the one that waits longest, and nobody else gets the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from metamodel.columns import ColumnKind
from metamodel.definitions import Queue
from metamodel.model import Model
from metamodel.names import did_you_mean
from trellis.automation.hooks import Automation, SaveContext
from trellis.automation.ledger.note import Note
from trellis.automation.ledger.pending import pending_of
from trellis.errors import AccessDenied, InvalidRequest, NotFound
from trellis.query.context import formula_parameters
from trellis.query.service import utc_now
from trellis.query.source import Source
from trellis.records.service import RecordChange, update
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.row_filter import RowFilter
from trellis.storage.codecs import decoder
from trellis.storage.column_types import TEXT, UUID
from trellis.storage.database import Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

COUNTED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """The record that one got. `version`: after it was handed over."""

    object: str
    id: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingIn:
    """A queue that somebody sits at, and what of an object waits there. `since`: when the oldest was created, None when nothing waits;
    `count`: at most COUNTED."""

    queue: Queue
    object: str
    count: int
    since: datetime | None


async def pull(
    tenant: Tenant,
    automation: Automation,
    access: Access,
    actor: Actor,
    queue: str,
    *,
    object_name: str | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Pulled | None:
    """Hands the actor the oldest record that waits in the queue (of that object only, when it is named); None when none does. Locked
    records are passed over: somebody else is taking them. What the hand-over sets off is one transaction with it. Raises NotFound,
    AccessDenied for who does not sit there, InvalidRequest, and what saving the record does."""
    now = clock()

    async def work(transaction: Transaction, compiled: CompiledModel) -> Pulled | None:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
        found = find_queue(compiled.model, queue)
        names = _objects(compiled.model, found, object_name)
        granted = access.of(compiled.model)
        for name in names:
            require(granted, actor, "update", name)
        if not await _sits_at(context, queue):
            raise AccessDenied(
                f"{actor.name} does not sit at the queue {queue}.", hint="An administrator can seat you there."
            )
        taken = await _lock_oldest(context, granted, queue, names)
        if taken is None:
            return None
        key = (taken[0], taken[1])
        pending_of(context).add(key, Note("", 0, "pull", queue, (actor.user_id, None), (None, queue)))
        change = RecordChange(id=taken[1], values={"owner": actor.user_id})
        [saved] = await update(context, automation, access, taken[0], [change])
        return Pulled(object=taken[0], id=saved.id, version=saved.version)

    pulled = await tenant.write(work)
    if pulled is not None:
        automation.committed(tenant.name)
    return pulled


async def list_waiting(tenant: Tenant, access: Access, actor: Actor) -> tuple[WaitingIn, ...]:
    """For each queue that the actor sits at and each object of it that they may read, in the model's order. One query each."""

    async def work(transaction: Transaction, compiled: CompiledModel) -> tuple[WaitingIn, ...]:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=utc_now())
        granted = access.of(compiled.model)
        seats = await _seats(context)
        found = []
        for queue in compiled.model.queues.values():
            if queue.name not in seats:
                continue
            for name in queue_objects(compiled.model, queue):
                if granted.decide(actor, "read", name).allowed:
                    count, since = await _count(context, granted, queue.name, name)
                    found.append(WaitingIn(queue=queue, object=name, count=count, since=since))
        return tuple(found)

    return await tenant.read(work)


def find_queue(model: Model, name: str) -> Queue:
    """Raises NotFound with the nearest name."""
    found = model.queues.get(name)
    if found is None:
        shown = name[:100]
        raise NotFound(f'There is no queue "{shown}".', hint=did_you_mean(shown, model.queues))
    return found


def queue_objects(model: Model, queue: Queue) -> tuple[str, ...]:
    """The objects whose records may wait there: those it names, else all that have an owner."""
    return queue.objects or tuple(name for name, one in model.objects.items() if one.has_owner and not one.is_system)


def _objects(model: Model, queue: Queue, wanted: str | None) -> tuple[str, ...]:
    names = queue_objects(model, queue)
    if wanted is None:
        return names
    if wanted not in names:
        known = ", ".join(names)
        raise InvalidRequest(f"No records of {wanted[:60]!r} wait in {queue.name}.", hint=f"Its objects: {known}.")
    return (wanted,)


async def _lock_oldest(
    context: SaveContext, access: Access, queue: str, names: Sequence[str]
) -> tuple[str, str] | None:
    """(object, id). Of several objects the one whose oldest record waits longest is tried first."""
    if len(names) > 1:
        oldest = [(found[1], name) for name in names if (found := await _first(context, access, queue, name))]
        names = [name for _, name in sorted(oldest)]
    for name in names:
        found = await _first(context, access, queue, name, locks=True)
        if found is not None:
            return name, found[0]
    return None


async def _first(
    context: SaveContext, access: Access, queue: str, name: str, *, locks: bool = False
) -> tuple[str, Any] | None:
    filters = (access.row_filter(context.actor, "read", name), access.row_filter(context.actor, "update", name))
    compiled = context.compiled
    key = ("automation", "pull", name, filters, locks)
    statement = compiled.prepared(key, lambda: _oldest(compiled, name, filters, locks=locks))
    row = await context.transaction.fetch_one(statement, await _values(context, statement, queue))
    return None if row is None else (row[0], row[1])


async def _count(context: SaveContext, access: Access, queue: str, name: str) -> tuple[int, datetime | None]:
    row_filter = access.row_filter(context.actor, "read", name)
    compiled = context.compiled
    statement = compiled.prepared(
        ("automation", "waiting", name, row_filter), lambda: _counted(compiled, name, row_filter)
    )
    row = await context.transaction.fetch_one(statement, await _values(context, statement, queue))
    decode = decoder(ColumnKind.DATETIME, compiled.dialect)
    return (int(row[0]), decode(row[1])) if row else (0, None)


async def _values(context: SaveContext, statement: Statement, queue: str) -> dict[str, Any]:
    more = await formula_parameters(context.transaction, context.compiled, context.actor, context.now, statement)
    return {"queue": queue, **more}


def _waiting(compiled: CompiledModel, name: str, filters: Sequence[RowFilter | None]) -> tuple[Source, list[Any]]:
    source = Source(compiled.model, compiled.dialect, compiled.schema, name)
    root = source.root
    conditions = [
        *source.visible(),
        root.c.owner.is_(None),
        root.c.owner_queue == sa.bindparam("queue", type_=TEXT),
        *(condition for one in filters for condition in source.meets(one)),
    ]
    return source, conditions


def _oldest(compiled: CompiledModel, name: str, filters: Sequence[RowFilter | None], *, locks: bool) -> Statement:
    source, conditions = _waiting(compiled, name, filters)
    root = source.root
    chosen = sa.select(root.c.id, root.c.created_at).select_from(source.from_clause).where(*conditions)
    chosen = _oldest_first(chosen, source).limit(sa.literal_column("1", sa.Integer()))
    return prepare(chosen.with_for_update(of=root, skip_locked=True) if locks else chosen, compiled.dialect)


def _counted(compiled: CompiledModel, name: str, row_filter: RowFilter | None) -> Statement:
    source, conditions = _waiting(compiled, name, (row_filter,))
    waiting = sa.select(source.root.c.created_at).select_from(source.from_clause).where(*conditions)
    some = _oldest_first(waiting, source).limit(sa.literal_column(str(COUNTED), sa.Integer())).subquery()
    return prepare(sa.select(sa.func.count(), sa.func.min(some.c.created_at)).select_from(some), compiled.dialect)


def _oldest_first(chosen: sa.Select[Any], source: Source) -> sa.Select[Any]:
    created: Any = source.root.c.created_at
    if source.dialect == "sqlite":
        # Keeps SQLite from walking all records in the order of their creation.
        created = UnaryExpression(created, operator=custom_op("+"))
    return chosen.order_by(created, source.root.c.id)


async def _sits_at(context: SaveContext, queue: str) -> bool:
    return queue in await _seats(context)


async def _seats(context: SaveContext) -> frozenset[str]:
    """The queues that the actor sits at, absent or not."""
    compiled = context.compiled
    member = platform_tables(compiled.schema).queue_member

    def build() -> Statement:
        is_theirs = member.c.user_id == sa.bindparam("user_id", type_=UUID)
        return prepare(sa.select(member.c.queue).where(is_theirs), compiled.dialect)

    statement = compiled.prepared(("automation", "own seats"), build)
    return frozenset(row[0] for row in await context.transaction.fetch(statement, {"user_id": context.actor.user_id}))
