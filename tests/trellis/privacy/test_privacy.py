"""Where personal data is, finding what belongs to one person, taking it along, and making it go everywhere. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from secrets import randbelow, token_hex
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.api.sites import Site, open_site

FILES = {
    "objects/account.yaml": """
label: Account
plural_label: Accounts
name_field: name
fields:
  name: {type: text, label: Name}
  email: {type: email, label: Email}
""",
    "objects/person.yaml": """
label: Person
plural_label: People
name_field: name
history: true
fields:
  name: {type: text, label: Name, required: true, personal_data: identity}
  email: {type: email, label: Email, required: true, unique: true, personal_data: contact}
  phone: {type: phone, label: Phone, personal_data: contact}
  birthdate: {type: date, label: Birthdate, personal_data: identity}
  place: {type: geolocation, label: Place, personal_data: location}
  wants_mail: {type: checkbox, label: Wants mail, personal_data: other}
  number: {type: auto_number, label: Number, format: "P-{000}", personal_data: identity}
  greeting: {type: formula, label: Greeting, returns: text, formula: '"Dear " & name', personal_data: identity}
  tax_id: {type: text, label: Tax ID, required: true, encrypted: true, personal_data: financial}
  chat: {type: email, label: Chat, encrypted: true, personal_data: online}
  account: {type: lookup, label: Account, object: account}
  tier: {type: text, label: Tier}
""",
    "objects/visit.yaml": """
label: Visit
plural_label: Visits
name_field: subject
erasure: delete
fields:
  subject: {type: text, label: Subject, personal_data: other}
  visitor: {type: lookup, label: Visitor, object: person, personal_data: identity}
""",
    "objects/invoice.yaml": """
label: Invoice
plural_label: Invoices
name_field: title
erasure: keep
fields:
  title: {type: text, label: Title, personal_data: other}
  payer: {type: lookup, label: Payer, object: person, personal_data: financial}
""",
    "rules/people.rule": """
rule "Welcome" on person when created then
    set tier = "New " & email
    notify user "admin" via in_app, email "Met " & name & " of " & email
end

rule "Weigh" on account when updated then
    notify user "admin" via in_app "The account of " & email
end
""",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site"), FILES) as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class Ada:
    """A person whom no other test knows, with an account, a visit and an invoice; Bob is at the same account."""

    name: str
    email: str
    first_phone: str
    phone: str
    account: str
    person: str
    visit: str
    invoice: str
    bob: str


@pytest.fixture
def ada(site: Site) -> Ada:
    token, digits = token_hex(4), 1_000_000 + randbelow(8_000_000)
    name, email = f"Ada {token}", f"Ada.{token}@Example.com"
    first, second = f"+4930{digits}1", f"+4930{digits}2"
    account = site.create("account", name="Engines", email=email)
    place = {"latitude": 52.5, "longitude": 13.4}
    person = site.create(
        "person",
        name=name,
        email=email,
        phone=first,
        birthdate="1815-12-10",
        place=place,
        wants_mail=True,
        tax_id=f"DE{digits}",
        chat=f"chat.{token}@example.org",
        account=account,
    )
    site.request("PATCH", f"/api/v1/records/person/{person}", json={"phone": second})
    return Ada(
        name=name,
        email=email,
        first_phone=first,
        phone=second,
        account=account,
        person=person,
        visit=site.create("visit", subject=f"{name} came", visitor=person),
        invoice=site.create("invoice", title="For Ada", payer=person),
        bob=site.create("person", name="Bob", email=f"bob.{token}@example.com", tax_id="DE1", account=account),
    )


def _post(site: Site, what: str, **asked: Any) -> Any:
    answer = site.post(f"/api/v1/privacy/{what}", asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _everything(site: Site) -> str:
    """Every text of every table of the tenant but the audit and metadata."""

    def read(connection: sa.Connection) -> str:
        schema = site.tenant.database.schema
        names = sa.inspect(connection).get_table_names(schema=schema)
        left_out = {"trellis_audit", "trellis_component", "trellis_revision"}
        tables = [sa.table(name, sa.column("*", is_literal=True), schema=schema) for name in set(names) - left_out]
        return "\n".join(
            str(row) for table in tables for row in connection.execute(sa.select(sa.text("*")).select_from(table))
        )

    return site.run(site.tenant.database.run(read))


def test_the_map_says_what_is_where_and_what_becomes_of_it(site: Site) -> None:
    objects = {one["object"]: one for one in site.get("/api/v1/privacy/map").json()["objects"]}
    assert list(objects) == ["account", "invoice", "person", "visit"]
    effects = {one["field"]: (one["category"], one["effect"]) for one in objects["person"]["fields"]}
    assert effects == {
        "name": ("identity", "replaced"),
        "email": ("contact", "replaced"),
        "phone": ("contact", "emptied"),
        "birthdate": ("identity", "emptied"),
        "place": ("location", "emptied"),
        "wants_mail": ("other", "emptied"),
        "tax_id": ("financial", "replaced"),
        "chat": ("online", "emptied"),
        "number": ("identity", "kept"),
        "greeting": ("identity", "computed"),
    }
    assert [one["field"] for one in objects["account"]["unmarked"]] == ["email"]
    assert objects["visit"]["links"] == [{"field": "visitor", "label": "Visitor", "object": "person"}]
    assert (objects["visit"]["erasure"], objects["invoice"]["erasure"]) == ("delete", "keep")


@pytest.mark.parametrize("by", ["email", "phone", "encrypted email", "record"])
def test_a_person_is_found_with_what_is_theirs_and_nobody_else(site: Site, ada: Ada, by: str) -> None:
    asked = {
        "email": {"email": ada.email.upper()},
        "encrypted email": {"email": f"Chat.{ada.name[4:]}@Example.org"},
        "phone": {"phone": f"{ada.phone[:3]} {ada.phone[3:]}"},
        "record": {"object": "person", "record": ada.person},
    }
    found = _post(site, "find", **asked[by])["records"]
    assert {(one["object"], one["id"]): one["why"] for one in found} == {
        ("person", ada.person): "named" if by == "record" else by.rpartition(" ")[2],
        ("visit", ada.visit): "link",
        ("invoice", ada.invoice): "link",
    }


def test_what_is_in_the_bin_is_found_too(site: Site, ada: Ada) -> None:
    site.request("DELETE", f"/api/v1/records/person/{ada.bob}")
    found = _post(site, "find", email=f"bob.{ada.email[4:]}")["records"]
    assert (ada.bob, True) in [(one["id"], one["is_in_bin"]) for one in found]


def test_the_archive_has_the_values_and_what_became_of_them(site: Site, ada: Ada) -> None:
    made = _post(site, "export", email=ada.email)
    person = next(one for one in made["records"] if one["object"] == "person")
    assert person["fields"]["name"] == {"label": "Name", "category": "identity", "value": ada.name}
    assert person["fields"]["phone"]["value"] == ada.phone
    assert person["fields"]["place"]["value"] == {"latitude": "52.500000", "longitude": "13.400000"}
    assert person["fields"]["chat"]["value"] == f"chat.{ada.name[4:]}@example.org"
    assert "tier" not in person["fields"]
    change = next(one for one in person["history"] if one["field"] == "phone" and one["before"])
    assert (change["before"], change["after"]) == (ada.first_phone, ada.phone)
    assert site.get("/api/v1/audit?event=exported").json()["rows"][0]["details"]["what"] == "person"


def test_erasing_does_what_was_planned_and_leaves_no_copy(site: Site, ada: Ada) -> None:
    site.request("PATCH", f"/api/v1/records/account/{ada.account}", json={"name": "Engines & Co"})
    before = _everything(site)
    assert ada.name in before
    plan = _post(site, "plan", email=ada.email)
    assert _everything(site) == before, "a plan changes nothing"
    fates = {one["id"]: one["fate"] for one in plan["records"]}
    assert fates == {ada.person: "anonymized", ada.visit: "deleted", ada.invoice: "kept"}
    person = next(one for one in plan["records"] if one["object"] == "person")
    assert person["erased"] == ["name", "email", "phone", "birthdate", "place", "wants_mail", "tax_id", "chat"]
    assert person["left"] == ["number"]

    done = _post(site, "erase", email=ada.email, fingerprint=plan["fingerprint"])
    assert done["copies"] == plan["copies"]
    assert plan["copies"]["field_history"] == 1
    assert plan["copies"]["ledger"] == 1
    assert plan["copies"]["notification"] + plan["copies"]["outbox"] >= 2

    now = site.get(f"/api/v1/records/person/{ada.person}").json()
    assert now["name"] == "Erased"
    assert now["email"].endswith("@erased.invalid")
    assert (now["phone"], now["birthdate"], now["place"], now["wants_mail"]) == (None, None, None, False)
    revealed = site.post(f"/api/v1/records/person/{ada.person}/reveal", {"fields": ["tax_id", "chat"]}).json()
    assert revealed == {"values": {"tax_id": "Erased", "chat": None}}
    assert site.get(f"/api/v1/records/visit/{ada.visit}").status_code == 404
    assert site.get(f"/api/v1/records/invoice/{ada.invoice}").json()["title"] == "For Ada"
    after = _everything(site)
    assert ada.name not in after
    assert ada.phone not in after
    assert ada.first_phone not in after
    assert site.get(f"/api/v1/explain/records/person/{ada.person}").status_code == 200
    row = site.get("/api/v1/audit?event=person_erased").json()["rows"][0]
    assert row["details"]["records"] == {
        "person": {"anonymized": 1},
        "visit": {"deleted": 1},
        "invoice": {"kept": 1},
    }
    assert ada.name[4:] not in str(row)
    assert _post(site, "find", email=ada.email)["records"] == []


def test_a_plan_that_no_longer_fits_is_not_done(site: Site, ada: Ada) -> None:
    plan = _post(site, "plan", object="person", record=ada.person)
    site.request("PATCH", f"/api/v1/records/person/{ada.person}", json={"phone": None})
    asked = {"object": "person", "record": ada.person, "fingerprint": plan["fingerprint"]}
    assert site.post("/api/v1/privacy/erase", asked).status_code == 409
    assert site.get(f"/api/v1/records/person/{ada.person}").json()["name"] == ada.name


def test_a_record_that_holds_nothing_of_a_person_stays_with_its_copies(site: Site, ada: Ada) -> None:
    site.request("PATCH", f"/api/v1/records/account/{ada.account}", json={"name": "Engines & Co"})
    plan = _post(site, "plan", object="account", record=ada.account)
    assert [one["fate"] for one in plan["records"]] == ["kept"]
    assert set(plan["copies"].values()) == {0}


def test_only_who_may_erase_is_told_anything(site: Site, ada: Ada) -> None:
    _, token = site.user("member")
    asked = {"email": ada.email}
    assert site.get("/api/v1/privacy/map", token=token).status_code == 403
    for what in ("find", "export", "plan"):
        assert site.post(f"/api/v1/privacy/{what}", asked, token=token).status_code == 403
    assert site.post("/api/v1/privacy/erase", {**asked, "fingerprint": "0" * 64}, token=token).status_code == 403


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400),
        ({"email": "nobody"}, 400),
        ({"email": 7}, 400),
        ({"phone": "x"}, 400),
        ({"object": "person"}, 400),
        ({"record": "x"}, 400),
        ({"object": "person", "record": "x"}, 400),
        ({"object": "user", "record": "00000000-0000-7000-8000-000000000000"}, 404),
        ({"object": "person", "record": "00000000-0000-7000-8000-000000000000"}, 404),
        ({"name": "Ada"}, 400),
    ],
)
def test_what_cannot_be_looked_for_is_refused(site: Site, asked: dict[str, Any], status: int) -> None:
    assert site.post("/api/v1/privacy/find", asked).status_code == status
