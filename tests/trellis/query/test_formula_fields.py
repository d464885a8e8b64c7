"""Formula fields: from SQL where the database can, else from Python, and alike either way."""

from __future__ import annotations

from decimal import Decimal

import pytest

from metamodel.definitions import Sort
from tests.trellis.records.crm import Crm
from trellis.errors import InvalidFilter, InvalidRequest
from trellis.query.query import Query

DEEP = "".join(f"IF(people = {index}, {index}, " for index in range(40)) + "people" + ")" * 40

FILES = {
    "objects/city.yaml": """\
label: City
plural_label: Cities
name_field: name
fields:
  name: {type: text, label: Name, length: 80, required: true}
  people: {type: number, label: People, precision: 12, scale: 0}
  country: {type: lookup, label: Country, object: city}
  order: {type: number, label: A name that SQL knows, scale: 2}
  proper: {type: formula, label: Proper, returns: text, formula: 'IF(REGEX(name, ".*"), INITCAP(name), "")'}
  greeting: {type: formula, label: Greeting, returns: text, formula: '"Dear " & proper & " of " & country.proper'}
  mine: {type: formula, label: Mine, returns: checkbox, formula: owner = $User.id}
  who: {type: formula, label: Who, returns: text, formula: '$User.username & " " & INITCAP(name)'}
  third: {type: formula, label: Third, returns: number, scale: 3, formula: people / 3}
  twice: {type: formula, label: Twice, returns: number, scale: 3, formula: third * 2}
  select: {type: formula, label: Another name that SQL knows, returns: number, formula: order + 1}
  fails: {type: formula, label: Fails, returns: text, formula: INITCAP(TEXT(1 / (people - people)))}
  deep: {type: formula, label: Deep, returns: number, formula: "DEEP"}
""".replace("DEEP", DEEP),
}

FIELDS = ("name", "proper", "greeting", "mine", "who", "third", "twice", "country.greeting")


def test_fields_that_only_python_computes_stand_beside_those_of_the_database(crm: Crm) -> None:
    country = crm.create_one("city", name="new land")
    city = crm.create_one("city", name="old town", people=100, country=country)

    row = crm.row("city", city, *FIELDS)

    assert row == {
        "name": "old town",
        "proper": "Old Town",
        "greeting": "Dear Old Town of New Land",
        "mine": True,
        "who": "admin Old Town",
        "third": Decimal("33.333"),
        "twice": Decimal("66.667"),
        "country.greeting": "Dear New Land of ",
    }
    assert crm.page("city", *FIELDS, equals=(("id", city),)) == [row]
    assert crm.run(crm.queries.record(crm.actor, "city", city, ("greeting",))).version == 1


def test_pages_of_them_go_on(crm: Crm) -> None:
    crm.create("city", *({"name": f"c {index}"} for index in range(5)))
    first = crm.run(crm.queries.page(crm.actor, Query(object="city", fields=("proper",), limit=3, count=True)))
    second = crm.run(
        crm.queries.page(crm.actor, Query(object="city", fields=("proper",), limit=3, cursor=first.next_cursor))
    )

    assert (first.body, first.total) == (b'[{"proper":"C 0"},{"proper":"C 1"},{"proper":"C 2"}]', 5)
    assert (second.body, second.next_cursor) == (b'[{"proper":"C 3"},{"proper":"C 4"}]', None)


def test_a_list_cannot_be_sorted_or_filtered_by_what_the_database_cannot_compute(crm: Crm) -> None:
    if crm.dialect == "sqlite":
        crm.create("city", {"name": "b"}, {"name": "a"})
        assert [
            row["proper"] for row in crm.rows("city", "proper", sort=(Sort(field="proper"),), filter='proper <> "C"')
        ] == ["A", "B"]
        return
    by_sort, by_filter = Query(object="city", sort=(Sort(field="proper"),)), Query(object="city", filter='proper = "A"')

    assert isinstance(crm.refused(crm.queries.page(crm.actor, by_sort)), InvalidRequest)
    assert isinstance(crm.refused(crm.queries.page(crm.actor, by_filter)), InvalidFilter)


@pytest.mark.parametrize(
    "filter_text", ["mine", "owner = $User.id", '$User.username = "admin"', "owner.is_admin = $User.is_admin"]
)
def test_a_filter_may_name_who_asks(crm: Crm, filter_text: str) -> None:
    crm.create("city", {"name": "a"})

    assert len(crm.rows("city", "id", filter=filter_text)) == 1


def test_a_formula_too_deep_for_the_database_is_computed_in_python(crm: Crm) -> None:
    city = crm.create_one("city", name="a", people=41)

    assert crm.row("city", city, "deep", "third") == {"deep": Decimal(41), "third": Decimal("13.667")}
    assert crm.page("city", "deep", "fails") == [{"deep": 41, "fails": None}]
    if crm.dialect == "sqlite":
        error = crm.refused(crm.queries.page(crm.actor, Query(object="city", filter="deep = 41")))
        assert isinstance(error, InvalidFilter)
        assert "too deeply" in error.message


def test_names_that_sql_knows_are_names_like_others(crm: Crm) -> None:
    crm.create("city", {"name": "a", "order": "1.5"}, {"name": "b", "order": 3})

    rows = crm.page("city", "order", "select", filter="order > 1.2", sort=(Sort(field="order", descending=True),))

    assert rows == [{"order": 3, "select": 4}, {"order": Decimal("1.5"), "select": Decimal("2.5")}]
