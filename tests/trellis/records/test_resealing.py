"""A new data key: both seal and open meanwhile, then everything is sealed with the new one, and nobody notices."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.factory import administrator, opened_tenant
from trellis.automation.hooks import SaveContext
from trellis.automation.silent import SilentAutomation
from trellis.automation.timing.opening import build_firing
from trellis.automation.timing.timers import write_timers_in
from trellis.errors import InvalidRecord
from trellis.query.service import Queries
from trellis.records import resealing
from trellis.records.resealing import Position, ResealTimers, reseal_batch, reseal_timer
from trellis.records.service import RecordChange, Records
from trellis.security.access import GrantedAccess
from trellis.security.encryption.key_store import SPREADING
from trellis.security.encryption.keyring import number_of
from trellis.security.encryption.rotation import rotate_data_key
from trellis.security.second_factor import store as second_factor
from trellis.security.secrets import fetch_secrets, set_secret
from trellis.storage.codecs import datetime_text
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

FILES = {
    "objects/person.yaml": """\
label: P
plural_label: Ps
name_field: name
fields:
  name: {type: text, label: N}
  tax_id: {type: text, label: T, encrypted: true, unique: true}
  notes: {type: long_text, label: L, encrypted: true}
"""
}
ACCESS = GrantedAccess()


def _records(tenant: Tenant) -> Records:
    return Records(tenant, SilentAutomation(), ACCESS)


async def _numbers(tenant: Tenant) -> set[int | None]:
    """The data keys in use."""
    person = sa.table("person", sa.column("tax_id"), sa.column("notes"), schema=tenant.database.schema)
    secret, totp = tenant.tables.secret, tenant.tables.totp

    def read(connection: sa.Connection) -> set[int | None]:
        rows = connection.execute(sa.select(person.c.tax_id, person.c.notes)).all()
        texts = [text for row in rows for text in row if text] + list(connection.scalars(sa.select(secret.c.value)))
        texts += connection.scalars(sa.select(totp.c.secret))
        return {number_of(text) for text in texts}

    return await tenant.database.run(read)


async def _change(tenant: Tenant, statement: Any) -> None:
    await tenant.database.run(lambda connection: connection.execute(statement))


async def _furnish(tenant: Tenant, count: int) -> list[str]:
    actor, now = await administrator(tenant), datetime.now(UTC)
    await set_secret(tenant, ACCESS, actor, "hook", "s3cret", now=now)
    app = {"user_id": actor.user_id, "secret": second_factor.seal(tenant, actor.user_id, "JBSWY3DP"), "created_at": now}
    if tenant.database.dialect == "sqlite":
        app["created_at"] = datetime_text(now)
    await _change(tenant, sa.insert(tenant.tables.totp).values(app))
    saved = await _records(tenant).create(
        actor, "person", [{"name": f"{n}", "tax_id": f"DE{n}", "notes": f"Note {n}"} for n in range(count)]
    )
    return [one.id for one in saved]


async def _new_key(tenant: Tenant) -> None:
    """One that is in use at once."""
    await rotate_data_key(tenant, ACCESS, await administrator(tenant), now=datetime.now(UTC) - 2 * SPREADING)
    assert tenant.keys.current == 2


def test_everything_is_sealed_anew_by_a_timer_and_opens_as_before(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 2)

    async def run() -> None:
        async with opened_tenant(database_url, FILES) as tenant:
            actor, queries = await administrator(tenant), Queries(tenant, ACCESS)
            ids = await _furnish(tenant, 5)
            await _records(tenant).delete(actor, "person", ids[4:])
            await _new_key(tenant)
            assert await queries.reveal(actor, "person", ids[0], ("tax_id",)) == {"tax_id": "DE0"}
            assert await _numbers(tenant) == {1}
            now = datetime.now(UTC)
            await tenant.write(lambda tx, compiled: write_timers_in(tx, compiled, [reseal_timer(2, now)], now))
            await build_firing(SilentAutomation(), ACCESS).run(tenant)
            assert await _numbers(tenant) == {2}
            for number, one in enumerate(ids[:4]):
                revealed = await queries.reveal(actor, "person", one, ("tax_id", "notes"))
                assert revealed == {"tax_id": f"DE{number}", "notes": f"Note {number}"}
            assert (await queries.row(actor, "person", ids[0], ("version",)))["version"] == 1
            with pytest.raises(InvalidRecord, match="taken"):
                await _records(tenant).create(actor, "person", [{"name": "Twin", "tax_id": "DE0"}])
            assert await fetch_secrets(tenant.database, tenant.keys, ["hook"]) == {"hook": "s3cret"}
            app = await tenant.database.read(lambda tx: second_factor.find_app(tenant, tx, actor.user_id))
            assert app is not None
            assert second_factor.unseal(tenant, actor.user_id, app.secret) == "JBSWY3DP"

    asyncio.run(run())


def test_a_process_that_does_not_know_the_key_yet_waits_for_it(database_url: str) -> None:
    async def run() -> None:
        async with opened_tenant(database_url, FILES) as tenant:
            actor, now = await administrator(tenant), datetime.now(UTC)
            await _furnish(tenant, 1)

            async def fire(transaction: Transaction, compiled: CompiledModel) -> None:
                context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
                due: Any = reseal_timer(2, now)
                await ResealTimers().fire(context, [due])

            await tenant.write(fire)
            table = tenant.tables.timer
            waiting = sa.select(table.c.kind, table.c.payload)
            rows = await tenant.database.run(lambda connection: connection.execute(waiting).all())
            assert [(row.kind, '"key":2' in row.payload) for row in rows] == [("reseal", True)]
            assert await _numbers(tenant) == {1}

    asyncio.run(run())


def test_a_value_that_does_not_open_is_left_for_whoever_looks_into_it(database_url: str) -> None:
    async def run() -> None:
        async with opened_tenant(database_url, FILES) as tenant:
            actor = await administrator(tenant)
            first, second = await _furnish(tenant, 2)
            person = sa.table("person", sa.column("name"), sa.column("notes"), schema=tenant.database.schema)
            other = sa.select(person.c.notes).where(person.c.name == "1").scalar_subquery()
            await _change(tenant, sa.update(person).where(person.c.name == "0").values(notes=other))
            await _new_key(tenant)
            position: Position | None = Position()
            while position is not None:
                at = position
                position = await tenant.write(lambda tx, compiled, at=at: reseal_batch(tx, compiled, at))
            assert await _numbers(tenant) == {1, 2}
            queries = Queries(tenant, ACCESS)
            assert await queries.reveal(actor, "person", first, ("tax_id",)) == {"tax_id": "DE0"}
            assert await queries.reveal(actor, "person", second, ("notes",)) == {"notes": "Note 1"}

    asyncio.run(run())


def test_a_value_that_was_saved_meanwhile_stays(database_url: str) -> None:
    async def run() -> None:
        async with opened_tenant(database_url, FILES) as tenant:
            actor = await administrator(tenant)
            (one,) = await _furnish(tenant, 1)
            await _new_key(tenant)
            await _records(tenant).update(actor, "person", [RecordChange(id=one, values={"tax_id": "NL1"})])
            assert await _numbers(tenant) == {1, 2}
            await tenant.write(lambda tx, compiled: reseal_batch(tx, compiled, Position(place="person.tax_id")))
            assert await Queries(tenant, ACCESS).reveal(actor, "person", one, ("tax_id",)) == {"tax_id": "NL1"}

    asyncio.run(run())
