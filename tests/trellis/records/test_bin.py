from __future__ import annotations

from tests.trellis.records.crm import Crm
from trellis.errors import Conflict, InvalidRecord, NotFound


def test_a_deleted_record_is_gone_from_every_read_and_comes_back_restored(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A", amount=1)

    assert crm.delete("deal", deal)[0].version == 2
    assert crm.rows("deal", "id") == []
    assert isinstance(crm.refused(crm.queries.record(crm.actor, "deal", deal)), NotFound)
    assert crm.restore("deal", deal)[0].version == 3
    assert crm.row("deal", deal)["version"] == 3


def test_details_go_and_come_back_with_their_master(crm: Crm) -> None:
    deal, other = crm.create_one("deal", name="A"), crm.create_one("deal", name="B")
    crm.create("note", {"text": "1", "deal": deal}, {"text": "2", "deal": deal}, {"text": "3", "deal": other})

    crm.delete("deal", deal)
    assert {row["text"] for row in crm.rows("note", "text")} == {"3"}

    crm.restore("deal", deal)
    assert {row["text"] for row in crm.rows("note", "text")} == {"1", "2", "3"}


def test_a_detail_deleted_before_its_master_stays_in_the_bin(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A")
    note = crm.create_one("note", text="1", deal=deal)
    crm.delete("note", note)
    crm.now = crm.now.replace(second=crm.now.second + 1)
    crm.delete("deal", deal)

    crm.restore("deal", deal)

    assert crm.rows("note", "text") == []


def test_a_record_that_others_hold_on_to_cannot_be_deleted(crm: Crm) -> None:
    account = crm.create_one("account", name="A")
    deals = crm.create("deal", {"name": "1", "account": account}, {"name": "2", "account": account})

    error = crm.refused(crm.records.delete(crm.actor, "account", [account]))

    assert isinstance(error, InvalidRecord)
    assert error.message == "2 deals still refer to it (deal.account)."
    crm.delete("deal", *(deal.id for deal in deals))
    crm.delete("account", account)


def test_a_lookup_that_clears_lets_go(crm: Crm) -> None:
    account = crm.create_one("account", name="A")
    deal = crm.create_one("deal", name="1", partner=account)

    crm.delete("account", account)

    assert crm.row("deal", deal, "partner", "version") == {"partner": None, "version": 2}


def test_a_restore_puts_cleared_lookups_back_where_they_are_still_blank(crm: Crm) -> None:
    gone, other = crm.create_one("account", name="A"), crm.create_one("account", name="B")
    blank, filled, binned, never = (crm.create_one("deal", name=name, partner=gone) for name in "1234")
    crm.update("deal", never, {"partner": None})
    crm.delete("account", gone)
    crm.update("deal", filled, {"partner": other})
    crm.delete("deal", binned)

    crm.restore("account", gone)
    crm.restore("deal", binned)

    partners = [crm.row("deal", one, "partner")["partner"] for one in (blank, filled, binned, never)]
    assert partners == [gone, other, gone, None]
    assert crm.row("deal", blank, "version") == {"version": 3}


def test_lookups_that_two_deletions_cleared_go_to_the_one_that_comes_back(crm: Crm) -> None:
    first, second = crm.create_one("account", name="A"), crm.create_one("account", name="B")
    deal = crm.create_one("deal", name="1", partner=first)
    crm.delete("account", first)
    crm.update("deal", deal, {"partner": second})
    crm.delete("account", second)

    crm.restore("account", first)
    crm.restore("account", second)

    assert crm.row("deal", deal, "partner") == {"partner": first}


def test_a_deletion_and_a_restore_can_be_repeated(crm: Crm) -> None:
    account = crm.create_one("account", name="A")
    deal = crm.create_one("deal", name="1", partner=account)
    for _ in range(2):
        crm.delete("account", account)
        assert crm.row("deal", deal, "partner") == {"partner": None}
        crm.restore("account", account)
        assert crm.row("deal", deal, "partner") == {"partner": account}


def test_records_that_point_at_each_other_come_back_as_they_were(crm: Crm) -> None:
    first = crm.create_one("account", name="A")
    second = crm.create_one("account", name="B", parent=first)
    crm.update("account", first, {"parent": second})
    crm.delete("account", first, second)

    crm.restore("account", first)
    crm.restore("account", second)

    assert {row["name"]: row["parent"] for row in crm.rows("account", "name", "parent")} == {"A": second, "B": first}


def test_records_that_point_at_each_other_can_be_deleted(crm: Crm) -> None:
    first = crm.create_one("account", name="A")
    second = crm.create_one("account", name="B", parent=first)
    crm.update("account", first, {"parent": second})

    crm.delete("account", first, second)

    assert crm.rows("account", "id") == []


def test_a_unique_value_in_the_bin_is_free_and_blocks_the_restore_once_taken(crm: Crm) -> None:
    old = crm.create_one("account", name="A", code="a")
    crm.delete("account", old)
    crm.create("account", {"name": "B", "code": "a"})

    error = crm.refused(crm.records.restore(crm.actor, "account", [old]))

    assert [(fault.field, fault.code) for fault in error.fields] == [("code", "not_unique")]


def test_a_detail_does_not_come_back_without_its_master(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A")
    note = crm.create_one("note", text="1", deal=deal)
    crm.delete("deal", deal)

    error = crm.refused(crm.records.restore(crm.actor, "note", [note]))

    assert [(fault.field, fault.code) for fault in error.fields] == [("deal", "no_such_record")]


def test_what_is_not_in_the_bin_cannot_be_restored(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A")

    assert isinstance(crm.refused(crm.records.restore(crm.actor, "deal", [deal])), NotFound)


def test_a_delete_by_the_wrong_version_is_refused(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A")

    error = crm.refused(crm.records.delete(crm.actor, "deal", [deal], expected_versions=[7]))

    assert isinstance(error, Conflict)
    assert len(crm.rows("deal", "id")) == 1


def test_rules_hear_of_deletes_and_restores(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A")
    crm.automation.seen.clear()

    crm.delete("deal", deal)
    crm.restore("deal", deal)

    assert crm.automation.seen == [
        ("before", "deal", ("deleted",)),
        ("after", "deal", ("deleted",)),
        ("before", "deal", ("restored",)),
        ("after", "deal", ("restored",)),
    ]
