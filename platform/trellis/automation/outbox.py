"""What must happen outside the database, written as rows of the same transaction that makes it necessary."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from metamodel.columns import ColumnKind
from trellis.automation.payload import dump_payload
from trellis.ids import new_id
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Transaction
from trellis.storage.insert_once import InsertOnce
from trellis.storage.platform_tables import platform_tables
from trellis.tenancy.compiled import CompiledModel

Channel = Literal["in_app", "email", "sms", "chat", "webhook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One effect to bring about. `key`: the same for the same effect, however often its cause is retried; see `idempotency_key`.
    `payload`: what its channel needs, JSON and field values."""

    kind: Channel
    key: str
    payload: dict[str, Any]
    object: str
    record_id: str
    rule: str
    revision: int


def idempotency_key(*parts: str | int) -> str:
    """40 hexadecimal digits that stand for `parts`: rule, revision, record, its version, event, action, recipient, channel."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:40]


async def write_entries(
    transaction: Transaction, compiled: CompiledModel, entries: Sequence[Entry], now: datetime
) -> None:
    """One statement; an effect that is there already stays as it is."""
    if not entries:
        return
    insert = compiled.prepared(("automation", "outbox"), lambda: _insert(compiled.schema, compiled.dialect))
    moment = encoder(ColumnKind.DATETIME, transaction.dialect)(now)
    rows = [
        {
            "id": new_id(),
            "kind": entry.kind,
            "payload": dump_payload(entry.payload),
            "object": entry.object,
            "record_id": entry.record_id,
            "rule": entry.rule,
            "revision": entry.revision,
            "idempotency_key": entry.key,
            "status": "pending",
            "attempts": 0,
            "next_attempt_at": moment,
            "created_at": moment,
        }
        for entry in entries
    ]
    await insert.write(transaction, rows)


COLUMNS = (
    *("id", "kind", "payload", "object", "record_id", "rule", "revision", "idempotency_key"),
    *("status", "attempts", "next_attempt_at", "created_at"),
)


def _insert(schema: str | None, dialect: DialectName) -> InsertOnce:
    return InsertOnce.build(platform_tables(schema).outbox, COLUMNS, dialect)
