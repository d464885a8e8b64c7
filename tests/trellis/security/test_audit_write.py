"""The audit's chain grows by what is written with it, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.security.tenants import open_tenant
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, write_audit, write_audit_on
from trellis.security.audit.chain import START_HASH, AuditRow, row_hash
from trellis.storage.errors import StorageError
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

NOW = datetime(2026, 3, 1, 12, 30, 15, 123_000, tzinfo=UTC)
ANNA = Actor(user_id="u1", name="Anna", email="anna@example.org", is_admin=True, channel="cli")
EVENT = AuditEvent(
    event="secret_set", actor=ANNA, subject=Subject(kind="secret", id="hook"), details={"b": 1, "a": "ü"}
)


async def _write(tenant: Tenant, *events: AuditEvent) -> None:
    await tenant.database.write(lambda tx: write_audit(tx, tenant.database.schema, *events, now=NOW))


async def _hashes(tenant: Tenant) -> list[tuple[int, str]]:
    audit = tenant.tables.audit
    statement = prepare(sa.select(audit.c.number, audit.c.hash).order_by(audit.c.number), tenant.database.dialect)
    return [(row[0], row[1]) for row in await tenant.database.read(lambda tx: tx.fetch(statement))]


def test_each_row_is_chained_to_the_one_before_however_it_was_written(database_url: str, tmp_path: Path) -> None:
    async def run() -> list[tuple[int, str]]:
        async with open_tenant(database_url, tmp_path) as (_, tenant):
            dialect = tenant.database.dialect
            await _write(tenant, EVENT, AuditEvent(event="sign_in_failed", actor=None, address="\0\udcff10.0.0.1"))
            await tenant.database.run(lambda connection: write_audit_on(connection, dialect, EVENT, now=NOW))
            await _write(tenant)
            return await _hashes(tenant)

    found = asyncio.run(run())
    first = AuditRow(
        number=1,
        occurred_at=NOW,
        event="secret_set",
        actor_id="u1",
        actor_name="Anna",
        channel="cli",
        credential_id=None,
        address=None,
        subject_kind="secret",
        subject_id="hook",
        subject_name=None,
        details='{"a":"ü","b":1}',
    )
    assert [number for number, _ in found] == [1, 2, 3]
    assert found[0][1] == row_hash(START_HASH, first)
    assert len({value for _, value in found}) == 3


def test_what_is_taken_back_leaves_nothing_in_the_audit(database_url: str, tmp_path: Path) -> None:
    async def run() -> list[tuple[int, str]]:
        async with open_tenant(database_url, tmp_path) as (_, tenant):

            async def fails(transaction: Any) -> None:
                await write_audit(transaction, tenant.database.schema, EVENT, now=NOW)
                raise LookupError

            with pytest.raises(LookupError):
                await tenant.database.write(fails)
            return await _hashes(tenant)

    assert asyncio.run(run()) == []


def test_many_who_write_at_once_wait_for_each_other_and_end(database_url: str, tmp_path: Path) -> None:
    async def run() -> list[tuple[int, str]]:
        async with open_tenant(database_url, tmp_path) as (_, tenant):
            await asyncio.gather(*(_write(tenant, EVENT) for _ in range(40)))
            return await _hashes(tenant)

    assert [number for number, _ in asyncio.run(run())] == list(range(1, 41))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET actor_name = 'Nobody'",
        "DELETE FROM {table}",
        "UPDATE {table}_head SET number = 0",
        "DELETE FROM {table}_head",
    ],
)
def test_the_database_refuses_to_change_or_delete_what_was_audited(
    database_url: str, tmp_path: Path, statement: str
) -> None:
    async def run() -> None:
        async with open_tenant(database_url, tmp_path) as (_, tenant):
            await _write(tenant, EVENT)
            sql = sa.text(statement.format(table="trellis_audit"))
            await tenant.database.run(lambda connection: connection.execute(sql))

    with pytest.raises((StorageError, sa.exc.DBAPIError), match="append-only"):
        asyncio.run(run())
