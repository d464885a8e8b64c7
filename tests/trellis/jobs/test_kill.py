"""kill -9 of server and worker in the middle of creates: every accepted create is there, every notice delivered exactly once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.master_key import MASTER_KEY
from tests.programs import ENDS_WITHIN_S
from tests.trellis.automation.rules import SOURCE
from tests.trellis.factory import add_user, administrator, unique_name
from tests.trellis.jobs import workers
from tests.trellis.jobs.test_embedded import PATIENCE_S
from trellis.automation.delivery import utc_now
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor
from trellis.settings import Settings
from trellis.storage.prepare import prepare
from trellis.tenancy.directory import open_directory
from trellis.tenancy.tenant import Tenant

RULES = """
rule "Tell" on lead when created then
    assign to queue east round robin
    notify owner via email, in_app "New: " & name
    create task (subject = name, lead = id)
end
"""
DEATHS, ACCEPTED_PER_LIFE = 3, 40


@pytest.mark.slow
@pytest.mark.parametrize("with_redis", [False, True], ids=["embedded", "redis"])
def test_nothing_is_lost_or_doubled_by_kill_9(
    database_url: str, tmp_path: Path, with_redis: bool, request: pytest.FixtureRequest
) -> None:
    redis_url = str(request.getfixturevalue("redis_url")) if with_redis else ""
    settings = Settings(master_key=MASTER_KEY, database_url=database_url, data_dir=tmp_path, pool_size=4)

    async def run() -> None:
        async with open_directory(settings) as directory:
            tenant = await directory.create(unique_name())
            try:
                await check(tenant)
            finally:
                if database_url:
                    await directory.delete(tenant.name)

    async def check(tenant: Tenant) -> None:
        admin = await furnish(tenant)
        accepted: list[str] = []
        for life in range(DEATHS):
            accepted += await asyncio.to_thread(live_and_die, tenant.name, admin, life)
            await end_leases(tenant)
        await recover(tenant)
        await compare(tenant, accepted)

    def live_and_die(tenant_name: str, admin: str, life: int) -> list[str]:
        """Creates until ACCEPTED_PER_LIFE are accepted, then kills server and worker; what the pipe still holds was accepted too."""
        with ExitStack() as stack:
            worker = stack.enter_context(workers.worker(tmp_path, database_url, redis_url)) if with_redis else None
            command = [sys.executable, "-m", "tests.trellis.jobs.creating", tenant_name, admin, f"life{life}-", "10000"]
            server = subprocess.Popen(
                command, env=workers.environment(tmp_path, database_url, redis_url), stdout=subprocess.PIPE, text=True
            )
            assert server.stdout is not None
            accepted = [server.stdout.readline().strip() for _ in range(ACCEPTED_PER_LIFE)]
            assert all(accepted), "the server ended by itself"
            server.kill()
            if worker is not None:
                worker.kill()
                worker.wait(ENDS_WITHIN_S)
            # Not `communicate`, which would forget what was read ahead of the lines above.
            with server.stdout:
                rest = server.stdout.read()
            server.wait(ENDS_WITHIN_S)
            return [*accepted, *(line for line in rest.split("\n")[:-1] if line)]

    async def recover(tenant: Tenant) -> None:
        """What the dead had under way at PostgreSQL may still be committed after their end: so leases are ended each time."""
        deadline = time.monotonic() + PATIENCE_S
        while await fetch(tenant, f"SELECT 1 FROM {tenant.tables.outbox} WHERE status IN ('pending', 'leased')"):
            assert time.monotonic() < deadline, "the outbox does not empty"
            await end_leases(tenant)
            ended = await asyncio.to_thread(workers.burst, tmp_path, database_url)
            assert ended.returncode == 0, ended.stderr

    async def compare(tenant: Tenant, accepted: list[str]) -> None:
        table = tenant.tables
        leads = Counter(name for (name,) in await fetch(tenant, 'SELECT "name" FROM {lead}'))
        assert set(accepted) <= set(leads), "every accepted create is there"
        assert set(leads.values()) == {1}
        assert len(leads) - len(accepted) <= 4 * DEATHS, "and hardly more: those whose answer was cut off"
        assert Counter(subject for (subject,) in await fetch(tenant, 'SELECT "subject" FROM {task}')) == leads
        statuses = {status for (status,) in await fetch(tenant, f"SELECT status FROM {table.outbox}")}
        assert statuses == {"done"}
        told = Counter(
            title.removeprefix("New: ") for (title,) in await fetch(tenant, f"SELECT title FROM {table.notification}")
        )
        assert told == leads, "every notice exactly once"
        folder = tmp_path / "maildir" / "new"
        letters = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.iterdir())
        assert Counter(str(letter["Subject"]).removeprefix("New: ") for letter in letters) == leads

    asyncio.run(run())


async def furnish(tenant: Tenant) -> str:
    """Metadata, an administrator and two people at the queue; gives the administrator's id."""
    admin = await add_user(tenant, "admin", is_admin=True)
    actor: Actor = await administrator(tenant)
    await deploy(tenant, actor, SourceChange(files={**SOURCE, "rules/tell.rule": RULES}))
    for position, name in enumerate(("anna", "bo")):
        values = {
            "queue": "east",
            "user_id": await add_user(tenant, name),
            "position": position,
            "weight": 1,
            "capacity": None,
            "is_absent": False if tenant.database.dialect == "postgresql" else 0,
        }
        await execute(tenant, sa.insert(tenant.tables.queue_member).values(values))
    return admin


async def end_leases(tenant: Tenant) -> None:
    """As waiting for their end would."""
    table = tenant.tables.outbox
    long_ago = utc_now() - timedelta(hours=1)
    moment = long_ago if tenant.database.dialect == "postgresql" else "2026-01-01T00:00:00.000Z"
    await execute(tenant, sa.update(table).where(table.c.status == "leased").values(lease_until=moment))


async def execute(tenant: Tenant, statement: sa.ClauseElement) -> None:
    prepared = prepare(statement, tenant.database.dialect)
    await tenant.database.write(lambda transaction: transaction.execute(prepared))


async def fetch(tenant: Tenant, sql: str) -> list[Any]:
    prefix = f'"{tenant.database.schema}".' if tenant.database.schema else ""
    statement = prepare(sa.text(sql.format(lead=f"{prefix}lead", task=f"{prefix}task")), tenant.database.dialect)
    return list(await tenant.database.read(lambda transaction: transaction.fetch(statement)))
