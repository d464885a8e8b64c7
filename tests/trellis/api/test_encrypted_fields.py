"""An encrypted field is kept sealed; nothing but asking for it by name shows its value."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.api.sites import Site, open_site

TAX_ID, EMAIL, PHONE = "DE-814-277-953", "eve.adams@example.org", "+4930555123456"
FILES = {
    "objects/person.yaml": """\
label: Person
plural_label: People
name_field: name
history: true
fields:
  name: {type: text, label: Name}
  tax_id: {type: text, label: Tax ID, encrypted: true, unique: true}
  mail: {type: email, label: Mail, encrypted: true, mask: email}
  phone: {type: phone, label: Phone, encrypted: true, mask: last4, indexed: true}
  notes: {type: long_text, label: Notes, encrypted: true}
  known: {type: formula, label: Known, returns: checkbox, formula: NOT(ISBLANK(tax_id))}
  boss: {type: lookup, label: Boss, object: person}
validations:
  phone_or_mail: {formula: ISBLANK(phone) && ISBLANK(mail) && name = "Nobody", message: Say how to reach them}
"""
}
HIDDEN = "••••••••"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(url, tmp_path_factory.mktemp("site"), FILES) as site:
        yield site


@pytest.fixture
def eve(site: Site) -> Iterator[str]:
    record = site.create("person", name="Eve", tax_id=TAX_ID, mail=EMAIL, phone="+49 30 555 123 456", notes="Allergic")
    yield record
    site.request("DELETE", _at(record))
    site.run(_forget(site))


async def _forget(site: Site) -> None:
    await site.tenant.database.run(lambda connection: connection.execute(sa.text('DELETE FROM "person"')))


def _at(record: str) -> str:
    return f"/api/v1/records/person/{record}"


def _reveal(site: Site, record: str, *fields: str, **options: Any) -> Any:
    return site.post(f"{_at(record)}/reveal", {"fields": list(fields)}, **options)


def _everything(site: Site) -> str:
    """All that the tenant's database holds, as text."""

    def dump(connection: sa.Connection) -> str:
        if connection.dialect.name == "sqlite":
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            return "\n".join(driver.iterdump())
        tables = sa.inspect(connection).get_table_names(schema=site.tenant.database.schema)
        quoted = (sa.table(name, schema=site.tenant.database.schema) for name in tables)
        return "\n".join(
            str(row) for one in quoted for row in connection.execute(sa.select(sa.text("*")).select_from(one))
        )

    return site.run(site.tenant.database.run(dump))


def test_ordinary_answers_show_no_more_than_the_mask(site: Site, eve: str) -> None:
    shown = {"tax_id": HIDDEN, "mail": "e•••@example.org", "phone": "••••3456", "notes": HIDDEN, "known": True}
    one = site.get(_at(eve)).json()
    assert {name: one[name] for name in shown} == shown
    (listed,) = site.get("/api/v1/records/person?fields=tax_id,mail,phone,notes,known").json()["records"]
    assert listed == shown


def test_a_path_to_one_shows_its_mask(site: Site, eve: str) -> None:
    other = site.create("person", name="Bo", boss=eve)
    assert site.get(f"{_at(other)}?fields=boss.phone,tax_id").json() == {"boss.phone": "••••3456", "tax_id": None}


def test_asking_for_it_reveals_it_and_is_audited(site: Site, eve: str) -> None:
    answer = _reveal(site, eve, "tax_id", "mail", "phone", "notes")
    assert answer.json() == {"values": {"tax_id": TAX_ID, "mail": EMAIL, "phone": PHONE, "notes": "Allergic"}}
    assert answer.headers["cache-control"] == "no-store"
    table = site.tenant.tables.audit
    latest = sa.select(table.c.event, table.c.subject_id, table.c.details).order_by(table.c.number.desc())
    event, subject, details = site.run(site.tenant.database.run(lambda connection: connection.execute(latest).first()))
    assert (event, subject) == ("field_revealed", eve)
    assert details == '{"fields":["mail","notes","phone","tax_id"],"object":"person"}'


def test_only_encrypted_fields_of_records_that_are_there_are_revealed(site: Site, eve: str) -> None:
    assert _reveal(site, eve, "name").status_code == 400
    assert _reveal(site, eve).status_code == 400
    assert _reveal(site, "00000000-0000-7000-8000-000000000000", "tax_id").status_code == 404
    _, token = site.user(f"u{eve[-8:]}")
    assert _reveal(site, eve, "tax_id", token=token).status_code == 403


def test_nothing_in_the_database_says_it(site: Site, eve: str) -> None:
    site.request("PATCH", _at(eve), json={"tax_id": "NL-1", "name": "Eva", "mail": None})
    site.request("PATCH", _at(eve), json={"tax_id": TAX_ID, "mail": EMAIL})
    assert site.post("/api/v1/records/person", {"name": "Nobody"}).status_code == 422
    _reveal(site, eve, "tax_id")
    everything = _everything(site)
    assert "Eva" in everything
    for secret in (TAX_ID, EMAIL, "555123456", "Allergic", "NL-1"):
        assert secret not in everything


def test_a_formula_that_asks_for_it_is_explained_with_dots(site: Site, eve: str) -> None:
    question = {"object": "person", "formula": "ISBLANK(tax_id)", "record": eve}
    explained = site.post("/api/v1/formulas/explain", question)
    assert explained.json()["explanation"]["children"][0]["value"] == HIDDEN
    assert "sealed:" not in explained.text


def test_the_history_says_that_it_changed_not_what_it_was(site: Site, eve: str) -> None:
    site.request("PATCH", _at(eve), json={"tax_id": "NL-1"})
    explained = site.get(f"/api/v1/explain/records/person/{eve}?field=tax_id").json()
    (change,) = explained["happenings"][0]["changes"]
    assert (change["before"], change["after"]) == (HIDDEN, HIDDEN)


def test_what_was_shown_can_be_sent_back_and_changes_nothing(site: Site, eve: str) -> None:
    before = site.get(_at(eve))
    same = {name: before.json()[name] for name in ("tax_id", "mail", "phone", "notes")}
    answer = site.request("PATCH", _at(eve), json=same)
    assert (answer.status_code, answer.json()["version"]) == (200, before.json()["version"])
    assert site.request("PATCH", _at(eve), json={"tax_id": TAX_ID}).json()["version"] == before.json()["version"]
    assert _reveal(site, eve, "phone").json()["values"]["phone"] == PHONE


def test_a_mask_is_no_value(site: Site, eve: str) -> None:
    for refused in (
        site.request("PATCH", _at(eve), json={"phone": "••••9999"}),
        site.post("/api/v1/records/person", {"name": "Copy", "tax_id": HIDDEN}),
    ):
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "masked")


def test_values_are_still_checked(site: Site, eve: str) -> None:
    wrong = site.request("PATCH", _at(eve), json={"mail": "nobody", "phone": "x"}).json()["errors"]
    assert {(one["field"], one["code"]) for one in wrong} == {("mail", "not_an_email"), ("phone", "not_a_phone")}


def test_it_can_be_made_blank(site: Site, eve: str) -> None:
    site.request("PATCH", _at(eve), json={"tax_id": None})
    assert site.get(_at(eve)).json()["known"] is False
    assert _reveal(site, eve, "tax_id").json() == {"values": {"tax_id": None}}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (f'tax_id = "{TAX_ID}"', ["Eve"]),
        (f'"{TAX_ID}" = tax_id && name = "Eve"', ["Eve"]),
        ('phone in ("1", "+49 (0)30 555123456")', ["Eve"]),
        (f'IF(tax_id = "{TAX_ID.lower()}", TRUE, FALSE)', []),
        (f'tax_id <> "{TAX_ID}"', ["Bo"]),
        ('tax_id = ""', ["Bo"]),
        (f'boss.tax_id = "{TAX_ID}"', ["Bo"]),
    ],
)
def test_equal_values_are_found_by_their_marks(site: Site, eve: str, condition: str, found: list[str]) -> None:
    site.create("person", name="Bo", boss=eve)
    answer = site.post("/api/v1/query", {"object": "person", "fields": ["name"], "filter": condition})
    assert [one["name"] for one in answer.json()["records"]] == found


def test_a_value_that_must_be_unique_is(site: Site, eve: str) -> None:
    taken = site.post("/api/v1/records/person", {"name": "Twin", "tax_id": TAX_ID})
    assert (taken.status_code, taken.json()["errors"][0]["code"]) == (422, "not_unique")
    assert TAX_ID not in taken.text


@pytest.mark.parametrize(
    "refused",
    [
        "sort=tax_id",
        "filter=tax_id > 'A'",
        "filter=CONTAINS(tax_id, 'DE')",
        "filter=LEN(phone) > 3",
        "filter=tax_id = mail",
        'filter=COUNT(people, phone = "1") > 0',
        'filter=LET(x, tax_id, x = "1")',
        'filter=CASE(tax_id, "1", TRUE, FALSE)',
        'filter=BEGINS(tax_id, "1")',
    ],
)
def test_the_database_cannot_be_asked_more(site: Site, refused: str) -> None:
    assert site.get(f"/api/v1/records/person?{refused}").status_code == 400


def test_whether_there_is_one_may_be_asked(site: Site, eve: str) -> None:
    site.create("person", name="Bo")
    names = [one["name"] for one in site.get("/api/v1/records/person?filter=ISBLANK(tax_id)").json()["records"]]
    assert names == ["Bo"]


def test_sealed_values_that_changed_places_do_not_open(site: Site, eve: str) -> None:
    other = site.create("person", name="Bo", tax_id="NL-2", phone="+31201234567")

    def swap(connection: sa.Connection) -> None:
        person = sa.table("person", *map(sa.column, ("id", "tax_id", "phone")), schema=site.tenant.database.schema)
        rows = {str(row.id): row for row in connection.execute(sa.select(person))}
        id_ = sa.cast(person.c.id, sa.Text)
        to_eve = sa.update(person).where(id_ == eve).values(tax_id=rows[other].tax_id)
        to_bo = sa.update(person).where(id_ == other).values(phone=rows[other].tax_id)
        connection.execute(to_eve)
        connection.execute(to_bo)

    site.run(site.tenant.database.run(swap))
    for record, field in ((eve, "tax_id"), (other, "phone")):
        refused = _reveal(site, record, field)
        assert (refused.status_code, refused.json()["code"]) == (409, "cannot_unseal")
    assert site.get(_at(other)).json()["phone"] == HIDDEN
