"""Who sits at a queue: reading the members with their names, and replacing the whole list in one write. Who gets which record is
assign.py's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from metamodel.definitions import Queue
from metamodel.model import Model
from metamodel.names import did_you_mean
from trellis.automation.people import Person, find_people
from trellis.automation.queues import take_turns
from trellis.automation.seat_checks import NewMember, check_members
from trellis.errors import Conflict, NotFound
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, write_audit
from trellis.security.memberships import refresh_grants
from trellis.storage.codecs import decoder, encoder, list_encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMember:
    """Somebody at a queue. `weight`: kept, while a rule that says weighted names its own; `capacity`: most records they take
    where a rule says least loaded, None for any number. Who `is_absent`, or is not active, gets nothing assigned."""

    user_id: str
    username: str
    name: str
    is_active: bool
    weight: int
    capacity: int | None
    is_absent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffedQueue:
    """A queue of the model and who sits at it, in order."""

    queue: Queue
    members: tuple[QueueMember, ...]

    @property
    def tag(self) -> str:
        """Differs whenever the members do."""
        return hashlib.sha256(repr([astuple(member) for member in self.members]).encode()).hexdigest()[:16]


async def list_queues(tenant: Tenant, access: Access, actor: Actor) -> tuple[StaffedQueue, ...]:
    """Every queue, in the model's order. One query."""
    require(access, actor, "administer")

    async def work(transaction: Transaction, compiled: CompiledModel) -> tuple[StaffedQueue, ...]:
        queues = compiled.model.queues
        found = await _fetch(transaction, compiled, queues)
        return tuple(StaffedQueue(queue=queue, members=found[name]) for name, queue in queues.items())

    return await tenant.read(work)


async def get_queue(tenant: Tenant, access: Access, actor: Actor, name: str) -> StaffedQueue:
    """Raises NotFound with the nearest name."""
    require(access, actor, "administer")

    async def work(transaction: Transaction, compiled: CompiledModel) -> StaffedQueue:
        queue = _queue(compiled.model, name)
        return StaffedQueue(queue=queue, members=(await _fetch(transaction, compiled, (name,)))[name])

    return await tenant.read(work)


async def replace_members(
    tenant: Tenant,
    access: Access,
    actor: Actor,
    name: str,
    members: Sequence[NewMember],
    *,
    seen: str | None = None,
    now: datetime | None = None,
) -> StaffedQueue:
    """Seats `members`, in their order, and nobody else. `seen`: the tag of the list that the caller changes; Conflict when it is
    another by now. Raises NotFound, and InvalidRecord with every finding; `index` is the place in `members`."""
    require(access, actor, "administer")

    async def work(transaction: Transaction, compiled: CompiledModel) -> StaffedQueue:
        queue = _queue(compiled.model, name)
        # No turn is taken, but the queue's counter is locked: who else replaces these members now waits here.
        await take_turns(transaction, compiled, f"queue:{name}", 0)
        before = StaffedQueue(queue=queue, members=(await _fetch(transaction, compiled, (name,)))[name])
        if seen is not None and seen != before.tag:
            raise Conflict(
                f"Somebody else has changed the members of {name} meanwhile.",
                hint="Read them again, then decide.",
            )
        people = await find_people(transaction, compiled, [member.user for member in members])
        sitting = frozenset(member.user_id for member in before.members)
        seated = check_members(members, people, sitting=sitting)
        await _write(transaction, compiled, name, zip(seated, members, strict=True))
        await refresh_grants(transaction, compiled.schema, sitting | {person.id for person in seated})
        after = StaffedQueue(queue=queue, members=(await _fetch(transaction, compiled, (name,)))[name])
        event = _event(actor, before, after)
        if event is not None:
            await write_audit(transaction, compiled.schema, event, now=now or datetime.now(UTC))
        return after

    return await tenant.write(work)


def _event(actor: Actor, before: StaffedQueue, after: StaffedQueue) -> AuditEvent | None:
    """None when it is the same people, whatever else changed about their seats."""
    there, here = ({one.user_id: one.username for one in group.members} for group in (before, after))
    added = [name for user_id, name in here.items() if user_id not in there]
    removed = [name for user_id, name in there.items() if user_id not in here]
    if not added and not removed:
        return None
    subject = Subject(kind="queue", id=after.queue.name, name=after.queue.label)
    return AuditEvent(
        event="members_changed", actor=actor, subject=subject, details={"added": added, "removed": removed}
    )


async def mark_absence(
    tenant: Tenant, access: Access, actor: Actor, name: str, user: str, *, is_absent: bool
) -> QueueMember:
    """Whether somebody at the queue, by id or user name, gets nothing for now. Raises NotFound."""
    require(access, actor, "administer")

    async def work(transaction: Transaction, compiled: CompiledModel) -> QueueMember:
        _queue(compiled.model, name)
        await take_turns(transaction, compiled, f"queue:{name}", 0)
        people = await find_people(transaction, compiled, [user])
        person = people.get(user)
        flag = encoder(ColumnKind.BOOLEAN, transaction.dialect)(is_absent)
        mark = compiled.prepared(("automation", "mark seat"), lambda: _mark(compiled.schema, compiled.dialect))
        if person is not None:
            await transaction.execute(mark, {"k_queue": name, "k_user": person.id, "is_absent": flag})
            for member in (await _fetch(transaction, compiled, (name,)))[name]:
                if member.user_id == person.id:
                    return member
        raise NotFound(f'Nobody called "{user[:100]}" sits at {name}.', hint=f"Seat them: trellis queue set {name} …")

    return await tenant.write(work)


def _queue(model: Model, name: str) -> Queue:
    found = model.queues.get(name)
    if found is None:
        shown = name[:100]
        raise NotFound(f'There is no queue "{shown}".', hint=did_you_mean(shown, model.queues))
    return found


async def _fetch(
    transaction: Transaction, compiled: CompiledModel, queues: Iterable[str]
) -> Mapping[str, tuple[QueueMember, ...]]:
    found: dict[str, list[QueueMember]] = {queue: [] for queue in queues}
    statement = compiled.prepared(("automation", "seats"), lambda: _select(compiled.schema, compiled.dialect))
    wanted = list_encoder(ColumnKind.TEXT, transaction.dialect)(sorted(found))
    flag = decoder(ColumnKind.BOOLEAN, transaction.dialect)
    for queue, user_id, username, full_name, is_active, weight, capacity, is_absent in await transaction.fetch(
        statement, {"queues": wanted}
    ):
        found[queue].append(
            QueueMember(
                user_id=str(user_id),
                username=username,
                name=full_name,
                is_active=flag(is_active),
                weight=weight,
                capacity=capacity,
                is_absent=flag(is_absent),
            )
        )
    return {queue: tuple(members) for queue, members in found.items()}


async def _write(
    transaction: Transaction, compiled: CompiledModel, queue: str, seats: Iterable[tuple[Person, NewMember]]
) -> None:
    table = platform_tables(compiled.schema).queue_member
    clear = compiled.prepared(
        ("automation", "clear seats"),
        lambda: prepare(sa.delete(table).where(table.c.queue == sa.bindparam("queue")), compiled.dialect),
    )
    insert = compiled.prepared(("automation", "seat"), lambda: prepare(sa.insert(table), compiled.dialect))
    flag = encoder(ColumnKind.BOOLEAN, transaction.dialect)
    rows = [
        {
            "queue": queue,
            "user_id": person.id,
            "position": position,
            "weight": member.weight,
            "capacity": member.capacity,
            "is_absent": flag(member.is_absent),
        }
        for position, (person, member) in enumerate(seats, 1)
    ]
    await transaction.execute(clear, {"queue": queue})
    if rows:
        await transaction.execute_many(insert, rows)


def _mark(schema: str | None, dialect: DialectName) -> Statement:
    table = platform_tables(schema).queue_member
    is_theirs = sa.and_(
        table.c.queue == sa.bindparam("k_queue", type_=table.c.queue.type),
        table.c.user_id == sa.bindparam("k_user", type_=table.c.user_id.type),
    )
    values = {"is_absent": sa.bindparam("is_absent", type_=table.c.is_absent.type)}
    return prepare(sa.update(table).where(is_theirs).values(values), dialect)


def _select(schema: str | None, dialect: DialectName) -> Statement:
    tables = platform_tables(schema)
    member, user = tables.queue_member, tables.user
    columns = (
        *(member.c.queue, user.c.id, user.c.username, user.c.name, user.c.is_active),
        *(member.c.weight, member.c.capacity, member.c.is_absent),
    )
    statement = (
        sa.select(*columns)
        .join(user, user.c.id == member.c.user_id)
        .where(any_of(member.c.queue, "queues", dialect), user.c.deleted_at.is_(None))
        .order_by(member.c.queue, member.c.position, member.c.user_id)
    )
    return prepare(statement, dialect)
