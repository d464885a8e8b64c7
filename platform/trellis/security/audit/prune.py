"""Forgets the old end of the audit. What is left still verifies: the head keeps the last hash that went, and a row of the chain says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit.event import AuditEvent, Subject
from trellis.security.audit.write import write_audit
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

AT_ONCE = 1_000


async def prune_audit(tenant: Tenant, access: Access, actor: Actor, *, before: datetime, now: datetime) -> int:
    """Removes the rows up to the first one that is not older than `before`, and gives how many. Raises AccessDenied."""
    require(access, actor, "view_audit")
    require(access, actor, "erase")
    return await forget_audit(tenant, actor, before=before, now=now)


async def forget_old_audit(tenant: Tenant, *, days: int, now: datetime) -> int:
    """For the job that keeps to how many days rows are kept, 0 for ever; gives how many rows went. Waits until a day's worth is too old,
    since each time adds a row."""
    if days <= 0:
        return 0
    before = now - timedelta(days=days)
    moment = encoder(ColumnKind.DATETIME, tenant.database.dialect)(before - timedelta(days=1))
    statement = _statements(tenant.database.schema, tenant.database.dialect).oldest
    row = await tenant.database.read(lambda transaction: transaction.fetch_one(statement, {"before": moment}))
    return await forget_audit(tenant, None, before=before, now=now) if row else 0


async def forget_audit(tenant: Tenant, actor: Actor | None, *, before: datetime, now: datetime) -> int:
    """The same; asks nobody whether they may. The head moves in one transaction; then rows go in small
    ones, and what a crash leaves behind it is found again by the next time."""
    schema = tenant.database.schema
    moment = encoder(ColumnKind.DATETIME, tenant.database.dialect)(before)
    statements = _statements(schema, tenant.database.dialect)

    async def mark(transaction: Transaction) -> None:
        head = await transaction.fetch_one(statements.lock_head)
        first_kept = await transaction.fetch_one(statements.first_kept, {"before": moment})
        if head is None or first_kept is None:
            return
        number, pruned_number = head
        through = number if first_kept[0] is None else first_kept[0] - 1
        if through <= pruned_number:
            return
        row = await transaction.fetch_one(statements.hash_of, {"number": through})
        if row is None:
            return
        await transaction.execute(statements.move_head, {"pruned_number": through, "pruned_hash": row[0]})
        await write_audit(transaction, schema, _pruned(actor, through, row[0], before), now=now)

    await tenant.database.write(mark)
    return await _sweep(tenant, statements)


async def _sweep(tenant: Tenant, statements: _Statements) -> int:
    gone = 0
    while True:
        count = await tenant.database.write(lambda transaction: transaction.execute(statements.sweep))
        gone += count
        if count < AT_ONCE:
            return gone


def _pruned(actor: Actor | None, through: int, last_hash: str, before: datetime) -> AuditEvent:
    details = {"through": through, "hash": last_hash, "before": before.isoformat()}
    return AuditEvent(event="audit_pruned", actor=actor, subject=Subject(kind="audit", id="audit"), details=details)


@dataclass(frozen=True, slots=True)
class _Statements:
    lock_head: Statement
    first_kept: Statement
    hash_of: Statement
    move_head: Statement
    oldest: Statement
    sweep: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    audit, head = tables.audit, tables.audit_head
    before = sa.bindparam("before", type_=audit.c.occurred_at.type)
    moved = {name: sa.bindparam(name, type_=head.c[name].type) for name in ("pruned_number", "pruned_hash")}
    pruned = sa.select(sa.func.max(head.c.pruned_number)).scalar_subquery()
    oldest = sa.select(audit.c.number).where(audit.c.number <= pruned).order_by(audit.c.number).limit(AT_ONCE)
    this = sa.bindparam("number", type_=audit.c.number.type)
    return _Statements(
        lock_head=prepare(sa.select(head.c.number, head.c.pruned_number).with_for_update(), dialect),
        first_kept=prepare(sa.select(sa.func.min(audit.c.number)).where(audit.c.occurred_at >= before), dialect),
        hash_of=prepare(sa.select(audit.c.hash).where(audit.c.number == this), dialect),
        move_head=prepare(sa.update(head).values(moved), dialect),
        oldest=prepare(sa.select(audit.c.number).where(audit.c.occurred_at < before).limit(1), dialect),
        sweep=prepare(sa.delete(audit).where(audit.c.number.in_(oldest)), dialect),
    )
