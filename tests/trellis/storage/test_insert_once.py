"""Rows with a key are written once, one or many at a time, with every kind of value."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.factory import opened_tenant
from trellis.ids import new_id
from trellis.storage.codecs import datetime_text
from trellis.storage.insert_once import InsertOnce
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

COLUMNS = (
    "id",
    "kind",
    "payload",
    "object",
    "revision",
    "idempotency_key",
    "status",
    "attempts",
    "next_attempt_at",
    "created_at",
)
NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)


def _row(tenant: Tenant, key: str, **changes: Any) -> dict[str, Any]:
    moment = NOW if tenant.database.dialect == "postgresql" else datetime_text(NOW)
    row = {"id": new_id(), "kind": "in_app", "payload": '{"a": "ä, \\"{NULL}\\" 的"}', "object": None, "revision": 3}
    return {
        **row,
        "idempotency_key": key,
        "status": "pending",
        "attempts": 0,
        "next_attempt_at": moment,
        "created_at": moment,
        **changes,
    }


@pytest.mark.parametrize("count", [0, 1, 2, 600])
def test_rows_are_written_once_however_often(database_url: str, count: int) -> None:
    async def run() -> None:
        async with opened_tenant(database_url) as tenant:
            database, table = tenant.database, tenant.tables.outbox
            insert = InsertOnce.build(table, COLUMNS, database.dialect)
            rows = [_row(tenant, f"key{number}") for number in range(count)]
            again = [_row(tenant, f"key{number}", status="other") for number in range(count + 1)]
            await database.write(lambda transaction: insert.write(transaction, rows))
            await database.write(lambda transaction: insert.write(transaction, [*again, *again]))
            chosen = prepare(sa.select(*(table.c[name] for name in COLUMNS)).order_by(table.c.id), database.dialect)
            found = [tuple(row) for row in await database.read(lambda transaction: transaction.fetch(chosen))]
            assert found == [tuple(row.values()) for row in [*rows, again[-1]]]

    asyncio.run(run())
