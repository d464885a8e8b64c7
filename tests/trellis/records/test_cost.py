"""How many statements a batch takes: as many for two records as for two hundred."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.trellis.records.crm import Crm
from trellis.automation.hooks import SaveContext
from trellis.records.service import RecordChange, create, delete, update
from trellis.storage.database import Row, Statement, Transaction


class Counting:
    """A transaction that counts."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.dialect = transaction.dialect
        self.count = 0

    async def fetch(self, statement: Statement, values: Mapping[str, Any] | None = None) -> Sequence[Row]:
        self.count += 1
        return await self._transaction.fetch(statement, values)

    async def fetch_one(self, statement: Statement, values: Mapping[str, Any] | None = None) -> Row | None:
        self.count += 1
        return await self._transaction.fetch_one(statement, values)

    async def execute(self, statement: Statement, values: Mapping[str, Any] | None = None) -> int:
        self.count += 1
        return await self._transaction.execute(statement, values)

    async def execute_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        self.count += 1
        await self._transaction.execute_many(statement, rows)


def statements(crm: Crm, work: Any) -> int:
    """How many statements `work(context)` runs."""

    async def run(transaction: Any, compiled: Any) -> int:
        counting = Counting(transaction)
        await work(SaveContext(transaction=counting, compiled=compiled, actor=crm.actor, now=crm.now))
        return counting.count

    return crm.run(crm.tenant.write(run))


def payloads(crm: Crm, size: int) -> list[dict[str, Any]]:
    accounts = crm.create("account", *({"name": f"A{index}"} for index in range(size)))
    return [{"name": "D", "amount": 1, "account": one.id, "partner": one.id} for one in accounts]


def costs_of_create(crm: Crm, object_name: str, records: Sequence[Mapping[str, Any]]) -> int:
    return statements(crm, lambda context: create(context, crm.automation, crm.access, object_name, records))


@pytest.mark.parametrize("size", [2, 200])
def test_a_batch_costs_the_same_whatever_its_size(crm: Crm, size: int) -> None:
    # counter of auto numbers, lookups, parents for the validation, INSERT
    assert costs_of_create(crm, "deal", payloads(crm, size)) == 4
    deals = [row["id"] for row in crm.rows("deal", "id", limit=1000)]
    changes = [RecordChange(id=deal, values={"amount": 5}) for deal in deals]
    # records as they are, parents, UPDATE
    assert statements(crm, lambda context: update(context, crm.automation, crm.access, "deal", changes)) == 3
    # records as they are, notes that cascade, UPDATE
    assert statements(crm, lambda context: delete(context, crm.automation, crm.access, "deal", deals)) == 3


def test_one_plain_record_costs_one_insert(crm: Crm) -> None:
    crm.create_one("account", name="A")

    assert costs_of_create(crm, "account", [{"name": "B"}]) == 1
    assert costs_of_create(crm, "account", [{"name": "B", "code": "b"}]) == 2


@pytest.mark.slow
def test_ten_thousand_records_are_one_batch(crm: Crm) -> None:
    saved = crm.create("deal", *({"name": f"D{index}", "amount": index} for index in range(10_000)))

    assert len({one.id for one in saved}) == 10_000
    assert crm.rows("deal", "number", sort=(), limit=1)[0]["number"] == "D-0001"
