"""Formulas over child lists, globals and look-ups in lists, filters and sorts: alike on both databases, from SQL and from Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from metamodel.definitions import Sort
from tests.trellis.records.crm import Crm
from trellis.errors import AccessDenied, InvalidFilter
from trellis.query.query import Query
from trellis.security.access import Decision
from trellis.security.row_filter import RowFilter

FILES = {
    "objects/client.yaml": """\
label: Client
plural_label: Clients
name_field: name
fields:
  name: {type: text, label: Name, length: 80, required: true}
  parent: {type: lookup, label: Parent, object: client, children_name: branches}
  floor: {type: number, label: Floor, precision: 9, scale: 2}
  sales_count: {type: formula, label: Sales, returns: number, scale: 0, formula: COUNT(sales)}
  open_sales: {type: formula, label: Open sales, returns: number, scale: 0, formula: 'COUNT(sales, is_open)'}
  pipeline: {type: formula, label: Pipeline, returns: currency, scale: 2, formula: 'SUM(sales, amount, is_open)'}
  average: {type: formula, label: Average, returns: number, scale: 3, formula: 'AVG(sales, amount)'}
  biggest: {type: formula, label: Biggest, returns: currency, formula: 'MAX(sales, amount)', blanks: blank}
  next_close: {type: formula, label: Next close, returns: date, formula: 'MIN(sales, close_date, is_open)'}
  above: {type: formula, label: Above the floor, returns: number, scale: 0, formula: 'LET(least, floor, COUNT(sales, amount >= least))'}
  shouted: {type: formula, label: Shouted, returns: number, scale: 0, formula: 'COUNT(sales, REGEX(name, "big d.*"))'}
  counted:
    type: formula
    label: Counted in Python
    returns: number
    formula: BLANKVALUE(tax, 0) * SUM(sales, amount * LEN(client.name), is_open)
  lines: {type: formula, label: Lines, returns: number, scale: 0, formula: 'SUM(sales, line_count)'}
  siblings: {type: formula, label: Siblings, returns: number, scale: 0, formula: COUNT(parent.branches)}
  of_people: {type: formula, label: Of people of note, returns: number, scale: 0, formula: 'COUNT(sales, seller.name = "Ann")'}
  greeting: {type: formula, label: Greeting, returns: text, formula: '$Label.greeting & " " & name & ", says " & $Org.name'}
  who: {type: formula, label: Who, returns: text, formula: $Profile.name}
  limit: {type: formula, label: Limit, returns: number, formula: $Setup.policy.largest}
  in_dollars: {type: formula, label: In dollars, returns: number, scale: 2, formula: 'pipeline * CURRENCYRATE("USD")'}
  tax: {type: formula, label: Tax, returns: number, formula: 'VLOOKUP($ObjectType.Rate.Fields.percent, $ObjectType.Rate.Fields.name, name)'}
""",
    "objects/person.yaml": """\
label: Person
plural_label: People
name_field: name
fields:
  name: {type: text, label: Name, length: 80}
""",
    "objects/sale.yaml": """\
label: Sale
plural_label: Sales
name_field: name
fields:
  name: {type: text, label: Name, length: 80}
  client: {type: lookup, label: Client, object: client, on_delete: clear}
  seller: {type: lookup, label: Seller, object: person}
  amount: {type: currency, label: Amount}
  close_date: {type: date, label: Close date}
  stage: {type: picklist, label: Stage, values: [{name: Open, default: true}, Won, Lost]}
  is_open: {type: formula, label: Open, returns: checkbox, formula: 'stage = "Open"'}
  line_count: {type: formula, label: Lines, returns: number, scale: 0, formula: COUNT(lines)}
""",
    "objects/line.yaml": """\
label: Line
plural_label: Lines
name_field: name
fields:
  name: {type: text, label: Name, length: 80}
  sale: {type: master_detail, label: Sale, object: sale}
""",
    "objects/rate.yaml": """\
label: Rate
plural_label: Rates
name_field: name
fields:
  name: {type: text, label: Name, length: 80}
  percent: {type: number, label: Percent, precision: 5, scale: 2}
""",
    "labels.yaml": "greeting: Welcome\n",
    "translations/zh-Hans.yaml": "labels: {greeting: 欢迎}\n",
    "organization.yaml": "name: Acme GmbH\nlanguage: de\ntime_zone: Europe/Berlin\n",
    "currencies.yaml": "corporate: EUR\nrates: {USD: 1.25}\n",
    "settings/policy.yaml": "label: Policy\nfields:\n  largest: {type: number, label: Largest, scale: 1}\nvalues: {largest: 12.5}\n",
}


@pytest.fixture
def clients(crm: Crm) -> dict[str, str]:
    """acme: two open sales, one won, one in the bin; zeta: a lost one; none: nothing."""
    people = {name: crm.create_one("person", name=name) for name in ("Ann", "Bob")}
    acme = crm.create_one("client", name="acme", floor=150)
    zeta = crm.create_one("client", name="zeta", parent=acme)
    none = crm.create_one("client", name="none", parent=acme)
    big, *_ = crm.create(
        "sale",
        {"name": "big deal", "client": acme, "amount": 200, "close_date": "2026-05-01", "seller": people["Ann"]},
        {"name": "second", "client": acme, "amount": "100.55", "close_date": "2026-04-01", "seller": people["Bob"]},
        {"name": "won", "client": acme, "amount": 150, "stage": "Won", "close_date": "2026-01-01"},
        {"name": "lost", "client": zeta, "stage": "Lost"},
    )
    gone = crm.create_one("sale", name="gone", client=acme, amount=9999)
    crm.delete("sale", gone)
    crm.create("line", *({"name": f"l{index}", "sale": big.id} for index in range(3)))
    crm.create("rate", {"name": "acme", "percent": "7.5"}, {"name": "acme", "percent": 9}, {"name": "other"})
    return {"acme": acme, "zeta": zeta, "none": none}


EXPECTED: Mapping[str, tuple[Any, Any, Any]] = {
    "sales_count": (3, 1, 0),
    "open_sales": (2, 0, 0),
    "pipeline": (Decimal("300.55"), 0, 0),
    "average": (Decimal("150.183"), 0, None),
    "biggest": (200, None, None),
    "next_close": ("2026-04-01", None, None),
    "above": (2, 1, 0),
    "shouted": (1, 0, 0),
    "lines": (3, 0, 0),
    "siblings": (0, 2, 2),
    "of_people": (1, 0, 0),
    "greeting": ("Welcome acme, says Acme GmbH", "Welcome zeta, says Acme GmbH", "Welcome none, says Acme GmbH"),
    "who": ("System Administrator",) * 3,
    "limit": (Decimal("12.5"),) * 3,
    "in_dollars": (Decimal("375.69"), 0, 0),
    "tax": (Decimal("7.5"), None, None),
    "counted": (Decimal("9016.5"), 0, 0),
}


@pytest.mark.parametrize("field", EXPECTED)
def test_a_field_has_the_same_value_on_both_databases(crm: Crm, clients: dict[str, str], field: str) -> None:
    page = crm.page("client", "name", field)

    assert {row["name"]: row[field] for row in page} == dict(zip(clients, EXPECTED[field], strict=True))


@pytest.mark.parametrize("field", EXPECTED)
def test_python_finds_what_sql_finds(crm: Crm, clients: dict[str, str], field: str) -> None:
    # `tax` and `counted` are for Python, `shouted` too on PostgreSQL; one such field makes the page of values
    row = crm.row("client", clients["acme"], field, "tax")
    shown = row[field].isoformat() if field == "next_close" else row[field]

    assert shown == EXPECTED[field][0]


@pytest.mark.parametrize(
    ("filter_", "names"),
    [
        ("open_sales > 1", ["acme"]),
        ("pipeline = 0", ["zeta", "none"]),
        ("COUNT(sales) = 0", ["none"]),
        ('COUNT(sales, stage = "Lost") > 0', ["zeta"]),
        ("LET(best, MAX(sales, amount), best > 100 && best < 300)", ["acme"]),
        ("MIN(sales, close_date) < DATE(2026, 2, 1)", ["acme"]),
        ("COUNT(parent.sales) = 3", ["zeta", "none"]),
        ('COUNT(branches, name = "zeta") = 1', ["acme"]),
        ('$Org.name = "Acme GmbH" && name = $Label.greeting', []),
        ("$Setup.policy.largest > 12 && sales_count > 2", ["acme"]),
        ('$Org.id <> "" && $Org.time_zone = "Europe/Berlin" && $Org.currency = "EUR"', ["acme", "zeta", "none"]),
        ('CURRENCYRATE("USD") > 1.2 && name = "zeta"', ["zeta"]),
    ],
)
def test_filters_go_over_child_lists_and_globals(
    crm: Crm, clients: dict[str, str], filter_: str, names: list[str]
) -> None:
    assert [row["name"] for row in crm.page("client", "name", filter=filter_)] == names
    assert crm.run(crm.queries.count(crm.actor, Query(object="client", filter=filter_))) == (len(names), True)


def test_a_list_is_sorted_by_an_aggregate_and_goes_on(crm: Crm, clients: dict[str, str]) -> None:
    sort = (Sort(field="sales_count", descending=True),)
    first = crm.run(crm.queries.page(crm.actor, Query(object="client", fields=("name",), sort=sort, limit=2)))
    second = crm.page("client", "name", sort=sort, limit=2, cursor=first.next_cursor)

    assert first.body == b'[{"name":"acme"},{"name":"zeta"}]'
    assert second == [{"name": "none"}]


def test_labels_are_in_the_language_of_the_user(crm: Crm, clients: dict[str, str]) -> None:
    chinese = replace(crm.actor, language="zh-Hans")
    row = crm.run(crm.queries.row(chinese, "client", clients["acme"], ("greeting",)))

    assert row["greeting"] == "欢迎 acme, says Acme GmbH"


class OnlySome:
    """Sees clients, and of the sales those won; nothing of people."""

    def decide(
        self, actor: Any, action: str, object_name: str | None = None, field_name: str | None = None
    ) -> Decision:
        return Decision(object_name != "person", "people are private")

    def of(self, model: Any) -> Any:
        return self

    def row_filter(self, actor: Any, action: str, object_name: str) -> RowFilter | None:
        return RowFilter(criteria=('stage = "Won"',)) if object_name == "sale" else None

    def record_types(self, actor: Any, object_name: str) -> frozenset[str] | None:
        return None

    def shape(self, actor: Any) -> str:
        return "some"


def test_aggregates_go_over_the_rows_one_may_see(crm: Crm, clients: dict[str, str]) -> None:
    crm.access = OnlySome()

    assert crm.page("client", "sales_count", "shouted", equals=(("id", clients["acme"]),)) == [
        {"sales_count": 1, "shouted": 0}
    ]
    assert crm.row("client", clients["acme"], "sales_count", "tax")["sales_count"] == 1
    assert crm.page("client", "name", filter="COUNT(sales) = 1") == [{"name": "acme"}]


def test_a_filter_names_nothing_that_one_may_not_read(crm: Crm, clients: dict[str, str]) -> None:
    crm.access = OnlySome()
    for filter_ in (
        'COUNT(sales, seller.name = "Ann") > 0',
        'VLOOKUP($ObjectType.person.Fields.name, $ObjectType.person.Fields.id, id) = "Ann"',
    ):
        error = crm.refused(crm.queries.page(crm.actor, Query(object="client", filter=filter_)))
        assert isinstance(error, AccessDenied)


def test_a_filter_says_what_it_cannot_read(crm: Crm) -> None:
    error = crm.refused(crm.queries.page(crm.actor, Query(object="client", filter="COUNT(sails) > 0")))
    assert isinstance(error, InvalidFilter)
    assert 'Did you mean "sales"?' in error.message
