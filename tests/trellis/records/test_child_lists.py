"""Validations and defaults that read child rows, globals and looked-up values: what they see, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from tests.trellis.records.crm import Crm
from tests.trellis.records.test_cost import statements
from trellis.query import child_rows
from trellis.records.service import RecordChange, create, update

FILES = {
    "objects/cart.yaml": """\
label: Cart
plural_label: Carts
name_field: name
fields:
  name: {type: text, label: Name, length: 80, required: true}
  main: {type: lookup, label: Main, object: cart}
  country: {type: text, label: Country, length: 2}
  factor: {type: number, label: Factor, precision: 6, scale: 2}
  limit: {type: number, label: Limit, precision: 9, scale: 2, default_formula: $Setup.policy.limit}
  tax:
    type: number
    label: Tax
    scale: 2
    default_formula: VLOOKUP($ObjectType.Rate.Fields.percent, $ObjectType.Rate.Fields.country, country)
  is_placed: {type: checkbox, label: Placed}
  total: {type: formula, label: Total, returns: number, scale: 2, formula: 'SUM(lines, worth)'}
validations:
  not_empty: {formula: 'is_placed && COUNT(lines) = 0', message: An order has lines., field: is_placed}
  not_too_dear: {formula: 'is_placed && limit > 0 && total > limit', message: More than the limit.}
  main_is_small: {formula: 'is_placed && COUNT(main.lines) > 2', message: The main cart is full., field: main}
  total_stays: {formula: 'ISCHANGED(total) && name = "steady"', message: The total changed.}
  no_such_country:
    formula: 'is_placed && ISBLANK(VLOOKUP($ObjectType.Rate.Fields.country, $ObjectType.Rate.Fields.country, country))'
    message: We do not ship there.
    field: country
""",
    "objects/line.yaml": """\
label: Line
plural_label: Lines
name_field: name
fields:
  name: {type: text, label: Name, length: 80}
  cart: {type: master_detail, label: Cart, object: cart}
  price: {type: currency, label: Price}
  count: {type: number, label: Count, precision: 6, scale: 0, default: 1}
  worth: {type: formula, label: Worth, returns: number, formula: price * count * cart.factor}
""",
    "objects/rate.yaml": """\
label: Rate
plural_label: Rates
name_field: country
fields:
  country: {type: text, label: Country, length: 2}
  percent: {type: number, label: Percent, precision: 5, scale: 2}
""",
    "settings/policy.yaml": "label: Policy\nfields:\n  limit: {type: number, label: Limit, scale: 2}\nvalues: {limit: 100}\n",
}


def carts(crm: Crm, size: int) -> list[str]:
    """Carts with two lines of 10 each, in a country that has a rate."""
    if not crm.rows("rate", "id"):
        crm.create("rate", {"country": "DE", "percent": 19}, {"country": "CH", "percent": "7.7"})
    made = crm.create("cart", *({"name": f"C{index}", "country": "DE", "factor": 1} for index in range(size)))
    crm.create("line", *({"name": "L", "cart": one.id, "price": 10} for one in made for _ in range(2)))
    return [one.id for one in made]


def place(crm: Crm, *ids: str) -> list[tuple[str | None, str]]:
    """What is wrong with placing them: field and message, in order."""
    changes = [RecordChange(id=one, values={"is_placed": True}) for one in ids]
    outcomes = crm.run(crm.records.update(crm.actor, "cart", changes, partial=True))
    return [(fault.field, fault.message) for outcome in outcomes for fault in getattr(outcome, "errors", ())]


def test_a_validation_counts_the_lines_of_the_record(crm: Crm) -> None:
    full, other = carts(crm, 2)
    empty = crm.create_one("cart", name="E", country="DE")
    crm.delete("line", *(row["id"] for row in crm.rows("line", "id", filter=f'cart = "{other}"')))

    assert place(crm, full, other, empty) == [("is_placed", "An order has lines.")] * 2


def test_a_new_record_has_no_children_whatever_others_have(crm: Crm) -> None:
    carts(crm, 1)
    assert crm.faults("cart", {"name": "N", "country": "DE", "is_placed": True}) == {
        (0, "is_placed", "validation_failed")
    }


def test_a_formula_of_the_rows_sees_the_record_as_it_will_be(crm: Crm) -> None:
    (cart,) = carts(crm, 1)
    assert place(crm, cart) == []
    change = RecordChange(id=cart, values={"factor": 6})
    error = crm.refused(crm.records.update(crm.actor, "cart", [change]))

    assert [fault.message for fault in error.fields] == ["More than the limit."]


def test_a_change_of_the_record_shows_in_the_rows_before_and_after(crm: Crm) -> None:
    (cart,) = carts(crm, 1)
    crm.update("cart", cart, {"name": "steady"})
    crm.update("cart", cart, {"country": "CH"})
    error = crm.refused(crm.records.update(crm.actor, "cart", [RecordChange(id=cart, values={"factor": 2})]))

    assert [fault.message for fault in error.fields] == ["The total changed."]


def test_a_list_of_a_parent_is_read_too(crm: Crm) -> None:
    main, cart = carts(crm, 2)
    crm.create("line", {"cart": main, "price": 1})
    crm.update("cart", cart, {"main": main})

    assert place(crm, cart) == [("main", "The main cart is full.")]


def test_a_value_that_nothing_points_to_is_looked_up(crm: Crm) -> None:
    here, there, nowhere = carts(crm, 3)
    crm.update("cart", there, {"country": "XX"})
    crm.update("cart", nowhere, {"country": None})

    assert place(crm, here, there, nowhere) == [("country", "We do not ship there.")] * 2


def test_defaults_take_settings_and_looked_up_values(crm: Crm) -> None:
    carts(crm, 1)
    german, swiss, none = crm.create(
        "cart", {"name": "D", "country": "DE"}, {"name": "S", "country": "CH"}, {"name": "N"}
    )
    rows = [crm.row("cart", one.id, "limit", "tax") for one in (german, swiss, none)]

    assert rows == [{"limit": Decimal(100), "tax": tax} for tax in (Decimal(19), Decimal("7.7"), None)]


def test_what_the_transaction_has_written_is_seen(crm: Crm) -> None:
    """Lines and the cart that counts them, in one transaction."""
    (cart,) = carts(crm, 1)
    crm.delete("line", *(row["id"] for row in crm.rows("line", "id")))

    async def both(context: object) -> None:
        await create(context, crm.automation, crm.access, "line", [{"cart": cart, "price": 5}])  # type: ignore[arg-type]  # a SaveContext
        change = RecordChange(id=cart, values={"is_placed": True})
        await update(context, crm.automation, crm.access, "cart", [change])  # type: ignore[arg-type]  # a SaveContext

    statements(crm, both)
    assert crm.row("cart", cart, "is_placed", "total") == {"is_placed": True, "total": Decimal(5)}


def costs_of_placing(crm: Crm, ids: Sequence[str]) -> int:
    changes = [RecordChange(id=one, values={"is_placed": True}) for one in ids]
    return statements(crm, lambda context: update(context, crm.automation, crm.access, "cart", changes))


@pytest.mark.parametrize("size", [1, 60])
def test_child_rows_cost_one_statement_for_each_list_and_look_up(crm: Crm, size: int) -> None:
    ids = carts(crm, size)
    # records as they are, lines, the looked-up country, UPDATE; no cart has a main one
    assert costs_of_placing(crm, ids) == 4


def test_new_records_ask_for_no_children(crm: Crm) -> None:
    carts(crm, 1)
    new = [{"name": "N", "country": "DE"}] * 3

    # the looked-up tax, and INSERT
    assert statements(crm, lambda context: create(context, crm.automation, crm.access, "cart", new)) == 2


def test_a_save_reads_no_more_rows_than_it_may(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = carts(crm, 2)
    monkeypatch.setattr(child_rows, "MOST_ROWS", 3)
    changes = [RecordChange(id=one, values={"is_placed": True}) for one in ids]
    error = crm.refused(crm.records.update(crm.actor, "cart", changes))

    assert error.message == "Formulas would have to read more than 3 lines at once."
    assert place(crm, ids[0]) == []
