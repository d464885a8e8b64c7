"""`trellis timers`: what is to happen later, seen, called off and tried again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.trellis.cli.tenants import CommandedTenant, commanded_tenant
from tests.trellis.factory import administrator
from trellis.automation.hooks import SaveContext
from trellis.automation.timing.timers import Timer, write_timers
from trellis.ids import new_id
from trellis.storage.database import Transaction
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

RECORDS = [new_id() for _ in range(3)]


@pytest.fixture
def tenant(database_url: str, tmp_path: Path) -> Iterator[CommandedTenant]:
    """With three delays of two rules, one of which was given up, and a schedule, which is nobody's business."""
    with commanded_tenant(database_url, tmp_path, files={}) as one:
        one.run(_write)
        yield one


async def _write(tenant: Tenant) -> None:
    now = datetime.now(UTC)
    actor = await administrator(tenant)
    delays = [
        Timer(
            key=f"k{number}",
            kind="delay",
            due_at=now + timedelta(days=number),
            object="lead",
            record_id=RECORDS[number],
            rule="A" if number else "B",
        )
        for number in range(3)
    ]
    timers = [*delays, Timer(key="s", kind="plan schedule", due_at=now + timedelta(days=1), object="lead", rule="A")]

    async def work(transaction: Transaction, compiled: CompiledModel) -> None:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
        await write_timers(context, timers)

    await tenant.write(work)
    table = tenant.tables.timer
    given_up = {"status": "dead", "attempts": 8, "last_error": "Too high"}
    bury = prepare(sa.update(table).where(table.c.key == "k0").values(given_up), tenant.database.dialect)
    await tenant.database.write(lambda transaction: transaction.execute(bury))


def _listed(tenant: CommandedTenant, *options: str) -> list[str]:
    return [
        one["record_id"] for one in json.loads(tenant.trellis("timers", "list", "--json", *options).stdout)["timers"]
    ]


def test_timers_are_listed_called_off_and_tried_again(tenant: CommandedTenant) -> None:
    assert _listed(tenant) == RECORDS
    assert _listed(tenant, "--rule", "A") == RECORDS[1:]
    assert _listed(tenant, "--record", RECORDS[2], "--object", "lead") == [RECORDS[2]]
    dead = json.loads(tenant.trellis("timers", "list", "--json", "--dead").stdout)
    assert dead["total"] == 1
    assert (dead["timers"][0]["last_error"], dead["timers"][0]["status"]) == ("Too high", "dead")
    shown = tenant.trellis("timers", "list", "--dead").stdout
    assert "given up" in shown
    assert "Too high" in shown
    assert tenant.trellis("timers", "retry", "--dead").stdout.strip() == "1 timer is tried again."
    assert _listed(tenant, "--dead") == []
    assert json.loads(tenant.trellis("timers", "cancel", "--rule", "A", "--json").stdout) == {"cancelled": 2}
    assert _listed(tenant) == [RECORDS[0]]
    assert tenant.trellis("timers", "cancel", "--all").stdout.strip() == "1 timer is called off."


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nothing_is_called_off_unless_it_is_named(tenant: CommandedTenant) -> None:
    assert tenant.trellis("timers", "cancel").returncode == 2
    assert tenant.trellis("timers", "cancel", "--all", "--rule", "A").returncode == 2
    assert tenant.trellis("timers", "list", "--record", "nonsense").returncode == 1
    assert len(_listed(tenant)) == 3
