"""The audit's chain grows by what is written with it, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.security.tenants import open_tenant
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, write_audit, write_audit_on
from trellis.security.audit.chain import START_HASH, AuditRow, row_hash
from trellis.security.credentials import Begun
from trellis.security.session_times import SessionTimes
from trellis.security.sign_in.entering import open_session, record_refusal
from trellis.security.users import NewUser, create_user, set_password
from trellis.storage.errors import StorageError
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

NOW = datetime(2026, 3, 1, 12, 30, 15, 123_000, tzinfo=UTC)
ANNA = Actor(user_id="u1", name="Anna", email="anna@example.org", is_admin=True, channel="cli")
TIMES = SessionTimes(lifetime=timedelta(hours=1))
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


def test_many_who_sign_in_at_once_all_come_in(database_url: str, tmp_path: Path) -> None:
    async def run() -> list[tuple[int, str]]:
        async with open_tenant(database_url, tmp_path) as (_, tenant):
            new = [NewUser(username=f"u{n}", email=f"u{n}@example.org", name=f"U{n}") for n in range(5)]
            users = [await create_user(tenant, one, now=NOW) for one in new]
            begun = Begun(address="10.0.0.1")
            await asyncio.gather(*(_enter(tenant, user.id, begun, number) for number in range(4) for user in users))
            return await _hashes(tenant)

    assert [number for number, _ in asyncio.run(run())] == list(range(1, 26))


async def _enter(tenant: Tenant, user_id: str, begun: Begun, number: int) -> None:
    """Sometimes in vain, and once with the password changed at the same time."""
    if number == 0:
        await set_password(tenant, user_id, "hash", now=NOW)
    elif number == 1:
        await record_refusal(tenant, user_id, begun, "wrong_password", now=NOW)
    else:
        await open_session(tenant, user_id, begun, method="password", times=TIMES, now=NOW)


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
