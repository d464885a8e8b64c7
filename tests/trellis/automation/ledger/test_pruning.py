"""What is old is forgotten, each kind after its own time. On both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tests.trellis.automation.rules import NOW, Office, with_rules
from tests.trellis.records.test_field_history import TRACKED
from trellis.automation.engine import Engine
from trellis.automation.ledger.pruning import Pruning
from trellis.records.service import RecordChange, Records
from trellis.security.access import AdministratorAccess

RULE = 'rule "Rate" on lead when saved then set rating = IF(rating = "Hot", "Cold", "Hot") end'


async def counts(office: Office) -> tuple[int, int, int]:
    tables = office.tenant.tables
    every: list[Any] = [tables.ledger, tables.ledger_block, tables.field_history]
    found = [await office.fetch(sa.select(sa.func.count()).select_from(table)) for table in every]
    return int(found[0][0][0]), int(found[1][0][0]), int(found[2][0][0])


async def save_at(office: Office, moment: datetime) -> None:
    """Five leads, a lead that changes, and thirty leads at once."""
    access = AdministratorAccess()
    records = Records(office.tenant, Engine(lambda _: None, access), access, clock=lambda: moment)
    for number in range(5):
        [lead] = await records.create(office.actor, "lead", [{"name": f"Lead {number}"}])
    await records.update(office.actor, "lead", [RecordChange(id=lead.id, values={"country": "DE"})])
    await records.create(office.actor, "lead", [{"name": f"Lead {number}"} for number in range(30)])


def test_rows_go_when_their_time_is_over(database_url: str) -> None:
    async def work(office: Office) -> None:
        for age in (100, 95, 10):
            await save_at(office, NOW - timedelta(days=age))
        assert await counts(office) == (18, 3, 6)
        pruning = Pruning(ledger_days=90, history_days=98, clock=lambda: NOW, at_once=4)
        assert await pruning.run(office.tenant) == 12 + 2 + 2
        assert await counts(office) == (6, 1, 4)
        assert await pruning.run(office.tenant) == 0

    with_rules(database_url, RULE, work, TRACKED)


def test_each_tenant_has_its_turn_once_an_hour() -> None:
    now = [NOW]
    pruning = Pruning(ledger_days=90, history_days=0, clock=lambda: now[0])
    asked = [pruning.is_due(name) for name in ("a", "b", "a")]
    now[0] += timedelta(minutes=59)
    asked.append(pruning.is_due("a"))
    now[0] += timedelta(minutes=1)
    asked.append(pruning.is_due("a"))
    assert asked == [True, True, False, False, True]


def test_nothing_is_forgotten_where_it_is_kept_for_ever(database_url: str) -> None:
    async def work(office: Office) -> None:
        await save_at(office, NOW - timedelta(days=5_000))
        assert await Pruning(ledger_days=0, history_days=0, clock=lambda: NOW).run(office.tenant) == 0
        assert await counts(office) == (6, 1, 2)

    with_rules(database_url, RULE, work, TRACKED)
