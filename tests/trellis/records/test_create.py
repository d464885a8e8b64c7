from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from tests.trellis.records.crm import Crm
from trellis.errors import InvalidRecord, InvalidRequest, NotFound
from trellis.records.service import Rejected, Saved

UNKNOWN_ID = "01890000-0000-7000-8000-000000000000"

EVERYTHING: dict[str, Any] = {
    "name": "Näme ''; DROP TABLE deal; -- 😀",
    "amount": "1234567890123456.78",
    "probability": 12.5,
    "weight": "-0.000001",
    "close_date": "2026-12-31",
    "starts_at": "2026-12-31T14:30:00.123+02:00",
    "starts_on": "14:30",
    "is_key": True,
    "stage": "Won",
    "tags": ["blue", "red"],
    "place": {"latitude": 52.52, "longitude": 13.405},
    "email": "ann@example.org",
    "notes": "a\nb\\\"%s{}'",
}


def test_every_type_of_value_comes_back_as_it_was_given(crm: Crm) -> None:
    row = crm.row("deal", crm.create_one("deal", **EVERYTHING))

    assert row["name"] == EVERYTHING["name"]
    assert row["amount"] == Decimal("1234567890123456.78")
    assert row["probability"] == Decimal("12.5")
    assert row["weight"] == Decimal("-0.000001")
    assert row["close_date"] == date(2026, 12, 31)
    assert row["starts_at"] == datetime(2026, 12, 31, 12, 30, 0, 123000, tzinfo=UTC)
    assert row["starts_on"] == time(14, 30)
    assert row["is_key"] is True
    assert row["tags"] == ("red", "blue")
    assert row["place"] == (Decimal("52.52"), Decimal("13.405"))
    assert row["notes"] == EVERYTHING["notes"]


def test_a_new_record_gets_its_defaults_and_who_made_it_when(crm: Crm) -> None:
    row = crm.row("deal", crm.create_one("deal", name="A", close_date="2026-01-01"))

    assert row["stage"] == "New"
    assert row["due"] == date(2026, 1, 8)
    assert row["is_key"] is False
    assert row["owner"] == row["created_by"] == row["updated_by"] == crm.actor.user_id
    assert row["created_at"] == row["updated_at"] == datetime(2026, 3, 1, 12, 0, 0, 123000, tzinfo=UTC)
    assert row["version"] == 1


def test_what_is_given_wins_over_a_default_even_when_it_is_blank(crm: Crm) -> None:
    row = crm.row("deal", crm.create_one("deal", name="A", close_date="2026-01-01", due=None, stage=None))

    assert (row["due"], row["stage"]) == (None, None)


def test_auto_numbers_count_on_through_batches_in_their_order(crm: Crm) -> None:
    saved = [*crm.create("deal", {"name": "a"}, {"name": "b"}), *crm.create("deal", {"name": "c"})]

    assert [crm.row("deal", one.id)["number"] for one in saved] == ["D-0001", "D-0002", "D-0003"]


def test_a_refused_record_takes_no_number(crm: Crm) -> None:
    crm.faults("deal", {"name": "a", "amount": -1})

    assert crm.row("deal", crm.create_one("deal", name="b"))["number"] == "D-0001"


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"name": None}, "name", "required"),
        ({"name": ""}, "name", "required"),
        ({"name": " \t\u00a0"}, "name", "required"),
        ({"name": 5}, "name", "not_text"),
        ({"name": ["x"]}, "name", "not_text"),
        ({"name": "x" * 81}, "name", "too_long"),
        ({"name": "x\0y"}, "name", "bad_character"),
        ({"name": "\ud800"}, "name", "bad_character"),
        ({"amount": "many"}, "amount", "not_a_number"),
        ({"amount": True}, "amount", "not_a_number"),
        ({"amount": float("nan")}, "amount", "not_a_number"),
        ({"amount": float("inf")}, "amount", "not_a_number"),
        ({"amount": Decimal("NaN")}, "amount", "not_a_number"),
        ({"amount": 1e300}, "amount", "too_many_digits"),
        ({"amount": 10**5000}, "amount", "too_many_digits"),
        ({"amount": "0.001"}, "amount", "too_many_decimals"),
        ({"amount": {"value": 1}}, "amount", "not_a_number"),
        ({"amount": -1}, "amount", "validation_failed"),
        ({"close_date": "31.12.2026"}, "close_date", "not_a_date"),
        ({"close_date": "2026-02-30"}, "close_date", "not_a_date"),
        ({"close_date": 20261231}, "close_date", "not_a_date"),
        ({"starts_at": "2026-12-31T10:00:00"}, "starts_at", "no_offset"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at", "not_a_datetime"),
        ({"starts_on": "25:00"}, "starts_on", "not_a_time"),
        ({"is_key": "yes"}, "is_key", "not_a_boolean"),
        ({"stage": "Wno"}, "stage", "unknown_value"),
        ({"tags": "red"}, "tags", "not_a_list"),
        ({"tags": ["purple"]}, "tags", "unknown_value"),
        ({"place": {"latitude": 1}}, "place", "not_a_place"),
        ({"place": {"latitude": 91, "longitude": 0}}, "place", "out_of_range"),
        ({"account": "x'; DROP TABLE account; --"}, "account", "not_an_id"),
        ({"account": UNKNOWN_ID}, "account", "no_such_record"),
        ({"owner": UNKNOWN_ID}, "owner", "no_such_record"),
        ({"number": "D-1"}, "number", "read_only"),
        ({"title": "t"}, "title", "read_only"),
        ({"id": UNKNOWN_ID}, "id", "read_only"),
        ({"version": 7}, "version", "read_only"),
        ({"created_at": "2020-01-01T00:00:00Z"}, "created_at", "read_only"),
        ({"owner_queue": "triage"}, "owner_queue", "read_only"),
        ({"deleted_at": None}, "deleted_at", "unknown_field"),
        ({"amont": 1}, "amont", "unknown_field"),
        ({'a" OR 1=1': 1}, 'a" OR 1=1', "unknown_field"),
        ({"account.name": "x"}, "account.name", "unknown_field"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_is_written(
    crm: Crm, values: dict[str, Any], field: str, code: str
) -> None:
    assert crm.faults("deal", {"name": "A", **values}) == {(0, field, code)}
    assert crm.rows("deal", "id") == []


def test_a_misspelt_name_is_answered_with_the_nearest_one(crm: Crm) -> None:
    error = crm.refused(crm.records.create(crm.actor, "deal", [{"name": "A", "amont": 1}]))

    assert "deal has no field 'amont'. Did you mean \"amount\"?" in error.message


def test_every_fault_of_every_record_is_told_at_once(crm: Crm) -> None:
    found = crm.faults("deal", {"name": "A", "amount": "x", "stage": "y"}, {"name": "B"}, {"amount": "z"})

    assert found == {
        (0, "amount", "not_a_number"),
        (0, "stage", "unknown_value"),
        (2, "amount", "not_a_number"),
        (2, "name", "required"),
    }


@pytest.mark.parametrize("payload", [None, 5, "x", ["name"]])
def test_what_is_no_object_is_no_record(crm: Crm, payload: Any) -> None:
    assert crm.faults("deal", payload) >= {(0, None, "not_an_object")}


def test_a_lookup_must_lead_to_a_record_of_its_object_that_is_not_in_the_bin(crm: Crm) -> None:
    deal, gone = crm.create_one("deal", name="D"), crm.create_one("account", name="Gone")
    crm.delete("account", gone)

    assert crm.faults("deal", {"name": "A", "account": deal}, {"name": "B", "account": gone}) == {
        (0, "account", "no_such_record"),
        (1, "account", "no_such_record"),
    }


def test_a_unique_value_is_taken_once_in_the_batch_and_in_the_table(crm: Crm) -> None:
    crm.create("account", {"name": "A", "code": "a"})

    found = crm.faults("account", {"name": "B", "code": "a"}, {"name": "C", "code": "c"}, {"name": "D", "code": "c"})

    assert found == {(0, "code", "not_unique"), (2, "code", "not_unique")}
    assert len(crm.create("account", {"name": "Blank"}, {"name": "Blank too"}, {"name": "Case", "code": "A"})) == 3


def test_a_validation_may_look_at_a_related_record(crm: Crm) -> None:
    shop, plant = crm.create("account", {"name": "S", "industry": "Retail"}, {"name": "P", "industry": "Energy"})

    deals = [{"name": "D", "amount": 200000, "account": one.id} for one in (shop, plant)]

    assert crm.faults("deal", *deals) == {(0, None, "validation_failed")}


def test_a_batch_may_take_what_it_can(crm: Crm) -> None:
    outcomes = crm.create(
        "deal", {"name": "A"}, {"name": "B", "amount": -1}, {"nome": "C"}, {"name": "D"}, partial=True
    )

    assert [type(one) for one in outcomes] == [Saved, Rejected, Rejected, Saved]
    assert [fault.code for fault in outcomes[1].errors] == ["validation_failed"]
    assert {row["name"] for row in crm.rows("deal", "name")} == {"A", "D"}


def test_texts_of_a_form_are_read_as_a_person_types_them(crm: Crm) -> None:
    typed = {"name": "A", "amount": "1,234.50", "is_key": "on", "place": "52.5, 13.4", "starts_at": "2026-01-01 10:00"}

    (saved,) = crm.create("deal", typed, source="form")

    row = crm.row("deal", saved.id)
    assert (row["amount"], row["is_key"]) == (Decimal("1234.50"), True)
    assert row["starts_at"] == datetime(2026, 1, 1, 10, tzinfo=UTC)


def test_the_platform_may_give_python_values_and_system_fields(crm: Crm) -> None:
    given = {
        "name": "A",
        "amount": Decimal("1.5"),
        "close_date": date(2026, 1, 2),
        "created_at": datetime(2020, 1, 1, tzinfo=UTC),
    }

    (saved,) = crm.create("deal", given, source="trusted")

    row = crm.row("deal", saved.id)
    assert (row["close_date"], row["created_at"]) == (date(2026, 1, 2), datetime(2020, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("values", [{"amount": Decimal("1e20")}, {"close_date": 5}, {"name": 7}, {"stage": "Wno"}])
def test_python_values_must_fit_their_fields_too(crm: Crm, values: dict[str, Any]) -> None:
    error = crm.refused(crm.records.create(crm.actor, "deal", [{"name": "A", **values}], source="trusted"))

    assert isinstance(error, InvalidRecord)


def test_numbers_of_the_platform_are_rounded_half_up_to_their_field(crm: Crm) -> None:
    (saved,) = crm.create("deal", {"name": "A", "amount": Decimal("1.555")}, source="trusted")

    assert crm.row("deal", saved.id)["amount"] == Decimal("1.56")


def test_an_unknown_object_is_named_with_the_nearest_one(crm: Crm) -> None:
    error = crm.refused(crm.records.create(crm.actor, "dela", [{}]))

    assert isinstance(error, NotFound)
    assert error.hint is not None
    assert re.search("deal", error.hint)


def test_users_are_not_written_as_records(crm: Crm) -> None:
    assert isinstance(crm.refused(crm.records.create(crm.actor, "user", [{"name": "X"}])), InvalidRequest)


def test_a_batch_has_at_most_ten_thousand_records(crm: Crm) -> None:
    assert isinstance(crm.refused(crm.records.create(crm.actor, "deal", [{"name": "A"}] * 10_001)), InvalidRequest)
    assert crm.create("deal") == ()
