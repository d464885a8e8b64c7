from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from itertools import combinations

import pytest

from tests.trellis.factory import add_user
from tests.trellis.records.crm import Crm
from trellis.automation.hooks import Change
from trellis.errors import Conflict, InvalidRecord, NotFound, TrellisError
from trellis.records.service import RecordChange, Rejected, Saved

UNKNOWN_ID = "01890000-0000-7000-8000-000000000000"


def test_a_change_counts_the_version_up_and_says_who_and_when(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A", amount=1)
    crm.now += timedelta(hours=1)

    saved = crm.update("deal", deal, {"amount": 2})

    row = crm.row("deal", deal)
    assert saved == Saved(deal, 2, is_new=False)
    assert (row["amount"], row["name"], row["version"]) == (Decimal(2), "A", 2)
    assert row["updated_at"] - row["created_at"] == timedelta(hours=1)


def test_a_change_that_changes_nothing_is_no_save(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A", amount=1)
    crm.automation.seen.clear()

    assert crm.update("deal", deal, {"amount": "1.00", "name": "A"}).version == 1
    assert crm.automation.seen == []


def test_a_version_seen_before_somebody_elses_change_is_refused(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A")
    crm.update("deal", deal, {"amount": 1}, version=1)

    change = RecordChange(id=deal, values={"amount": 2}, expected_version=1)
    error = crm.refused(crm.records.update(crm.actor, "deal", [change]))

    assert isinstance(error, Conflict)
    assert "version 2" in error.message
    assert crm.row("deal", deal)["amount"] == Decimal(1)


@pytest.mark.parametrize("wrong", [UNKNOWN_ID, "x", "", "'; DROP TABLE deal; --", None])
def test_a_record_that_is_not_there_cannot_be_changed(crm: Crm, wrong: str) -> None:
    error = crm.refused(crm.records.update(crm.actor, "deal", [RecordChange(id=wrong, values={"amount": 2})]))

    assert isinstance(error, NotFound)


def test_a_record_in_the_bin_cannot_be_changed(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A")
    crm.delete("deal", deal)

    assert isinstance(crm.refused(crm.records.update(crm.actor, "deal", [RecordChange(id=deal, values={})])), NotFound)


def test_one_record_is_changed_once_in_a_batch(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A")
    changes = [RecordChange(id=one, values={"amount": 2}) for one in (deal, deal.upper())]

    error = crm.refused(crm.records.update(crm.actor, "deal", changes))

    assert [(fault.index, fault.code) for fault in error.fields] == [(1, "repeated")]


def test_all_of_a_batch_is_written_or_none(crm: Crm) -> None:
    first, second = crm.create_one("deal", name="A"), crm.create_one("deal", name="B")
    changes = [RecordChange(id=first, values={"amount": 2}), RecordChange(id=second, values={"amount": -2})]

    error = crm.refused(crm.records.update(crm.actor, "deal", changes))

    assert isinstance(error, InvalidRecord)
    assert crm.row("deal", first)["amount"] is None


def test_a_batch_may_take_the_changes_it_can(crm: Crm) -> None:
    first, second = crm.create_one("deal", name="A"), crm.create_one("deal", name="B")
    changes = [
        RecordChange(id=first, values={"amount": 2}),
        RecordChange(id=second, values={"amount": -2}),
        RecordChange(id=UNKNOWN_ID, values={}),
        RecordChange(id=second, values={"amount": 3}, expected_version=9),
    ]

    outcomes = crm.run(crm.records.update(crm.actor, "deal", changes, partial=True))

    codes = [[fault.code for fault in one.errors] if isinstance(one, Rejected) else one.version for one in outcomes]
    assert codes == [2, ["validation_failed"], ["not_found"], ["repeated"]]


def test_each_record_of_a_batch_keeps_what_its_change_does_not_name(crm: Crm) -> None:
    deals = [crm.create_one("deal", name=f"D{index}", amount=index, weight=index) for index in range(30)]
    new = {"name": "new", "amount": 100, "weight": 100, "email": "a@b.example", "notes": "n", "stage": "Won"}
    pairs = [dict(some) for some in combinations(new.items(), 2)]
    changes = [RecordChange(id=deal, values=pairs[index % len(pairs)]) for index, deal in enumerate(deals)]

    crm.run(crm.records.update(crm.actor, "deal", changes))

    for index, deal in enumerate(deals):
        row = crm.row("deal", deal)
        assert row["version"] == 2
        assert row["amount"] == (100 if "amount" in changes[index].values else index)
        assert row["weight"] == (100 if "weight" in changes[index].values else index)


def test_a_required_field_cannot_be_emptied(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A")

    error = crm.refused(crm.records.update(crm.actor, "deal", [RecordChange(id=deal, values={"name": ""})]))

    assert [(fault.field, fault.code) for fault in error.fields] == [("name", "required")]


def test_a_record_handed_to_a_user_leaves_its_queue(crm: Crm) -> None:
    def to_queue(change: Change) -> None:
        change.values.update(owner=None, owner_queue="triage")

    crm.automation.before = to_queue
    deal = crm.create_one("deal", name="A")
    crm.automation.before = None
    user = crm.run(add_user(crm.tenant, f"user-{deal}"))

    crm.update("deal", deal, {"owner": user})

    row = crm.row("deal", deal, "owner", "owner_queue")
    assert row == {"owner": user, "owner_queue": None}


def test_a_record_may_keep_its_own_unique_value(crm: Crm) -> None:
    account = crm.create_one("account", name="A", code="a")

    assert crm.update("account", account, {"code": "a", "name": "B"}).version == 2


def test_two_at_once_do_not_take_one_unique_value(crm: Crm) -> None:
    async def both() -> list[object]:
        attempts = [crm.records.create(crm.actor, "account", [{"name": "A", "code": "same"}]) for _ in range(6)]
        return list(await asyncio.gather(*attempts, return_exceptions=True))

    outcomes = crm.run(both())

    errors = [one for one in outcomes if isinstance(one, TrellisError)]
    assert len(errors) == 5
    assert {(fault.field, fault.code) for error in errors for fault in error.fields} == {("code", "not_unique")}
    assert len(crm.rows("account", "code")) == 1


def test_two_at_once_do_not_overwrite_each_other(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A", amount=0)

    async def both() -> list[object]:
        changes = [RecordChange(id=deal, values={"amount": index}, expected_version=1) for index in range(1, 7)]
        attempts = [crm.records.update(crm.actor, "deal", [change]) for change in changes]
        return list(await asyncio.gather(*attempts, return_exceptions=True))

    outcomes = crm.run(both())

    assert sum(isinstance(one, Conflict) for one in outcomes) == 5
    assert crm.row("deal", deal)["version"] == 2
