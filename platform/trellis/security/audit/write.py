"""Events -> rows at the end of the chain, in the transaction of what they are about: either both are there or neither.

Whoever writes holds the head of the chain until the transaction ends. So it is the last thing that a transaction does: then nobody who
holds the head waits for anything else, and however many write at once, none waits for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.security.audit.chain import COLUMNS, AuditRow, canonical, row_hash
from trellis.security.audit.event import AuditEvent
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.errors import StorageError
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare

LONGEST_TEXT = 500


async def write_audit(transaction: Transaction, schema: str | None, *events: AuditEvent, now: datetime) -> None:
    """The last thing to do in a transaction. Three statements, however many events; none for no events."""
    if not events:
        return
    statements = _statements(schema, transaction.dialect)
    head = await transaction.fetch_one(statements.lock_head)
    rows = _chained(events, head, now)
    await transaction.execute_many(statements.insert, [_values(row, transaction.dialect) for row in rows])
    await transaction.execute(statements.move_head, {"number": rows[-1].number, "hash": rows[-1].hash})


def write_audit_on(connection: sa.Connection, dialect: DialectName, *events: AuditEvent, now: datetime) -> None:
    """The same on the cold path (Database.run), such as a deploy."""
    if not events:
        return
    tables = platform_tables(None)
    head = connection.execute(_lock_head(tables.audit_head)).first()
    rows = _chained(events, head, now)
    connection.execute(sa.insert(tables.audit), [_values(row, dialect) for row in rows])
    connection.execute(sa.update(tables.audit_head).values(number=rows[-1].number, hash=rows[-1].hash))


def _chained(events: Iterable[AuditEvent], head: Any, now: datetime) -> Sequence[AuditRow]:
    if head is None:
        raise StorageError("The audit has no head.", hint="`trellis audit verify` tells what else is missing.")
    number, previous = int(head[0]), str(head[1])
    rows: list[AuditRow] = []
    for event in events:
        number += 1
        row = _row(event, number, now)
        previous = row_hash(previous, row)
        rows.append(replace(row, hash=previous))
    return rows


def _row(event: AuditEvent, number: int, now: datetime) -> AuditRow:
    actor, subject = event.actor, event.subject
    return AuditRow(
        number=number,
        occurred_at=now,
        event=event.event,
        actor_id=_text(actor.user_id) if actor else None,
        actor_name=_text(actor.name) if actor else None,
        channel=actor.channel if actor else None,
        credential_id=_text(actor.credential_id) if actor else None,
        address=_text(event.address),
        subject_kind=subject.kind if subject else None,
        subject_id=_text(subject.id) if subject else None,
        subject_name=_text(subject.name) if subject else None,
        details=canonical(dict(event.details)),
    )


def _text(value: str | None) -> str | None:
    """As both databases store it: no NUL, no half of a character; None for nothing."""
    return (value or "").encode("utf-8", "replace").decode().replace("\0", "")[:LONGEST_TEXT] or None


def _values(row: AuditRow, dialect: DialectName) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in COLUMNS}
    values["occurred_at"] = encoder(ColumnKind.DATETIME, dialect)(row.occurred_at)
    return values


@dataclass(frozen=True, slots=True)
class _Statements:
    lock_head: Statement
    insert: Statement
    move_head: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    given = {name: sa.bindparam(name, type_=tables.audit.c[name].type) for name in COLUMNS}
    moved = {name: sa.bindparam(name, type_=tables.audit_head.c[name].type) for name in ("number", "hash")}
    return _Statements(
        lock_head=prepare(_lock_head(tables.audit_head), dialect),
        insert=prepare(sa.insert(tables.audit).values(given), dialect),
        move_head=prepare(sa.update(tables.audit_head).values(moved), dialect),
    )


def _lock_head(head: sa.Table) -> sa.Select[Any]:
    return sa.select(head.c.number, head.c.hash).with_for_update()
