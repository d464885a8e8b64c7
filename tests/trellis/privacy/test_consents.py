"""What people consented to: written down, taken back, read, taken along and erased with the person. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.trellis.api.sites import Site, open_site

FILES = {
    "organization.yaml": """
name: Kestrel
consents:
  newsletter: {label: Newsletter, description: The monthly letter., objects: [person]}
  calls: {label: Calls, objects: [person]}
""",
    "objects/person.yaml": """
label: Person
plural_label: People
name_field: name
fields:
  name: {type: text, label: Name, required: true, personal_data: identity}
""",
    "objects/car.yaml": """
label: Car
plural_label: Cars
name_field: name
fields:
  name: {type: text, label: Name, required: true}
""",
    "permissions/reader.yaml": """
label: Reader
objects:
  person: {rights: [read, view_all]}
""",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site"), FILES) as opened:
        yield opened


@pytest.fixture
def address(site: Site) -> str:
    """Of the consents of a new person."""
    return f"/api/v1/records/person/{site.create('person', name='Ada')}/consents"


def _say(site: Site, address: str, *, given: bool, **more: Any) -> Any:
    answer = site.post(address, {"purpose": "newsletter", "given": given, "source": "Form on the web", **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def _states(answer: Any) -> dict[str, str]:
    return {one["purpose"]: one["state"] for one in answer["purposes"]}


def test_the_newest_word_of_a_person_holds(site: Site, address: str) -> None:
    assert _states(site.get(address).json()) == {"newsletter": "not_asked", "calls": "not_asked"}
    assert _states(_say(site, address, given=True)) == {"newsletter": "given", "calls": "not_asked"}
    assert _states(_say(site, address, given=False, source="By phone"))["newsletter"] == "withdrawn"
    older = _say(site, address, given=True, source="On paper", said_at="2020-05-01T10:00:00+02:00")
    assert _states(older)["newsletter"] == "withdrawn", "what was said before does not undo what was said later"
    read = site.get(address).json()
    assert read == older
    assert [one["source"] for one in read["entries"]] == ["By phone", "Form on the web", "On paper"]
    assert read["entries"][2]["said_at"].startswith("2020-05-01T08:00:00")
    assert {one["created_by"] for one in read["entries"]} == {str(site.admin.id)}


def test_it_is_audited_without_what_was_written(site: Site, address: str) -> None:
    _say(site, address, given=False, source="Said Ada's brother")
    row = site.get("/api/v1/audit?event=consent_recorded").json()["rows"][0]
    assert row["details"]["purpose"] == "newsletter"
    assert row["details"]["given"] is False
    assert "brother" not in str(row)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"purpose": "newsleter"}, "purpose"),
        ({"source": "  "}, "source"),
        ({"source": "a\nb"}, "source"),
        ({"source": "x" * 501}, "source"),
        ({"said_at": "2999-01-01T00:00:00Z"}, "said_at"),
        ({"said_at": "0001-01-01T00:00:00+14:00"}, "said_at"),
    ],
)
def test_what_cannot_have_been_said_is_refused(site: Site, address: str, changed: dict[str, Any], field: str) -> None:
    answer = site.post(address, {"purpose": "newsletter", "given": True, "source": "Form", **changed})
    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert site.get(address).json()["entries"] == []


def test_people_are_asked_only_where_a_purpose_is_for_their_object(site: Site) -> None:
    car = f"/api/v1/records/car/{site.create('car', name='Beetle')}/consents"
    assert site.get(car).json() == {"purposes": [], "entries": []}
    assert site.post(car, {"purpose": "newsletter", "given": True, "source": "Form"}).status_code == 422
    gone = "/api/v1/records/person/01890000-0000-7000-8000-000000000000/consents"
    assert site.get(gone).status_code == 404


def test_who_may_only_read_the_record_reads_and_who_may_not_is_told_nothing(site: Site, address: str) -> None:
    _say(site, address, given=True)
    user, token = site.user("reader")
    own = {"Authorization": f"Bearer {token}"}
    new = {"purpose": "newsletter", "given": False, "source": "Form"}
    assert site.get(address, headers=own).status_code in (403, 404)
    assert site.post(address, new, headers=own).status_code in (403, 404)
    members = [{"user": user.username}]
    granted = site.request("PUT", "/api/v1/permission_sets/reader/members", json=members)
    assert granted.status_code == 200, granted.text
    assert _states(site.get(address, headers=own).json())["newsletter"] == "given"
    assert site.post(address, new, headers=own).status_code == 403
    assert _states(site.get(address).json())["newsletter"] == "given"


def test_the_archive_has_them_and_erasing_takes_them(site: Site, address: str) -> None:
    person = {"object": "person", "record": address.split("/")[5]}
    _say(site, address, given=True)
    (record,) = site.post("/api/v1/privacy/export", person).json()["records"]
    assert [(one["purpose"], one["given"], one["source"]) for one in record["consents"]] == [
        ("newsletter", True, "Form on the web")
    ]
    plan = site.post("/api/v1/privacy/plan", person).json()
    assert plan["copies"]["consent"] == 1
    assert len(site.get(address).json()["entries"]) == 1, "a plan changes nothing"
    done = site.post("/api/v1/privacy/erase", {**person, "fingerprint": plan["fingerprint"]}).json()
    assert done["copies"]["consent"] == 1
    assert site.get(address).json()["entries"] == []


def test_a_purpose_of_an_object_that_is_not_there_is_a_fault_of_the_metadata(site: Site) -> None:
    files = {"organization.yaml": "consents: {letters: {label: Letters, objects: [persn]}}\n"}
    answer = site.post("/api/v1/metadata/plan", {"files": files})
    (error,) = answer.json()["errors"]
    assert (error["code"], error["hint"]) == ("unknown_object", "Did you mean 'person'?")
