"""Why somebody may or may not: the answer names what decides, and says the same as what is enforced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.trellis.records.crm import Crm, open_crm
from tests.trellis.records.test_sharing import FILES, PEOPLE, People, change, create, is_there
from trellis.errors import AccessDenied, InvalidRequest, NotFound
from trellis.explain.access import AccessExplanations, Asked
from trellis.explain.access_words import LANGUAGES, answer_json
from trellis.records.shares import NewShare, share_record
from trellis.security.access import GrantedAccess


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crm(request: pytest.FixtureRequest) -> Iterator[Crm]:
    url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_crm(url, FILES) as found:
        found.access = GrantedAccess()
        yield found


@pytest.fixture(scope="module")
def people(crm: Crm) -> People:
    return People(crm)


@pytest.fixture(scope="module")
def accounts(crm: Crm, people: People) -> dict[str, str]:
    """One for each way to see a record."""
    found = {
        "of ned": create(crm, people["ned"], name="of ned"),
        "west": create(crm, people["chief"], name="west", region="West"),
        "east": create(crm, people["sam"], name="east", region="East"),
        "shared": create(crm, people["chief"], name="shared"),
    }
    share = NewShare(principal="team:audit", access="read_write", expires_at=crm.now + timedelta(days=9))
    crm.run(share_record(crm.tenant, crm.access, people["chief"], "account", found["shared"], share, now=crm.now))
    return found


def kinds(crm: Crm, login: str, record: str, *, action: Asked = "read", field: str | None = None) -> dict[str, bool]:
    asked = AccessExplanations(crm.tenant, crm.access, clock=lambda: crm.now)
    answer = crm.run(asked.why(crm.actor, login, "account", record, action=action, field=field))
    for language in LANGUAGES:
        said = answer_json(answer, language)
        assert said["verdict"]
        assert all(one["sentence"] for one in said["grounds"])
    return {"allowed": answer.allowed} | {one.kind: one.grants for one in answer.grounds}


@pytest.mark.parametrize(
    ("login", "record", "action", "expected"),
    [
        ("ned", "of ned", "read", {"allowed": True, "set": True, "owner": True}),
        ("nina", "of ned", "delete", {"allowed": True, "set": True, "role": True}),
        ("nora", "of ned", "read", {"allowed": False, "set": True, "no_cause": False}),
        ("sam", "of ned", "read", {"allowed": True, "set": True, "rule": True}),
        ("sam", "of ned", "update", {"allowed": False, "set": True, "no_cause": False}),
        ("sam", "east", "read", {"allowed": False, "set": True, "owner": True, "restriction": False}),
        ("ava", "west", "update", {"allowed": True, "set": True, "rule": True}),
        ("ava", "shared", "update", {"allowed": True, "set": True, "share": True}),
        ("viv", "of ned", "read", {"allowed": True, "set": True, "view_all": True}),
        ("bob", "of ned", "delete", {"allowed": True, "set": True, "modify_all": True}),
        ("admin", "of ned", "delete", {"allowed": True, "set": True, "administrator": True}),
    ],
)
def test_the_answer_names_what_decides(
    crm: Crm, accounts: dict[str, str], login: str, record: str, action: Asked, expected: dict[str, bool]
) -> None:
    assert kinds(crm, login, accounts[record], action=action) == expected


def test_the_way_up_is_named_role_by_role(crm: Crm, accounts: dict[str, str]) -> None:
    asked = AccessExplanations(crm.tenant, crm.access)
    answer = crm.run(asked.why(crm.actor, "chief", "account", accounts["of ned"]))

    (ground,) = [one for one in answer.grounds if one.kind == "role"]
    assert ground.path == ("Rep in the north", "Lead of the north", "Chief")


@pytest.mark.parametrize(
    ("login", "field", "expected"),
    [
        ("ned", "name", {"field_set": True}),
        ("ned", "revenue", {"no_field": False}),
        ("ned", "doubled", {"reads_hidden": False}),
        ("ned", "version", {"field_set": True}),
    ],
)
def test_a_field_is_explained_too(
    crm: Crm, accounts: dict[str, str], login: str, field: str, expected: dict[str, bool]
) -> None:
    found = kinds(crm, login, accounts["of ned"], field=field)

    assert {kind: grants for kind, grants in found.items() if "field" in kind or kind == "reads_hidden"} == expected
    assert found["allowed"] is all(expected.values())


def test_the_answer_is_what_is_enforced(crm: Crm, people: People, accounts: dict[str, str]) -> None:
    for login in PEOPLE:
        for record in accounts.values():
            assert kinds(crm, login, record)["allowed"] is is_there(crm, people[login], "account", record)
            may_change = change(crm, people[login], record, region=None) is None if login == "nora" else None
            assert may_change in (None, kinds(crm, login, record, action="update")["allowed"])


def test_details_are_explained_by_their_master(crm: Crm, people: People, accounts: dict[str, str]) -> None:
    line = crm.run(crm.records.create(people["ned"], "line", [{"name": "L", "account": accounts["of ned"]}]))[0].id
    asked = AccessExplanations(crm.tenant, crm.access)

    for login, allowed in (("nina", True), ("nora", False)):
        answer = crm.run(asked.why(crm.actor, login, "line", line))
        (ground,) = [one for one in answer.grounds if one.kind == "master"]
        assert (answer.allowed, ground.grants) == (allowed, allowed)


def test_what_is_not_there_nobody_may_see(crm: Crm) -> None:
    for record in ("01890000-0000-7000-8000-000000000000", "nonsense", "'; --"):
        assert kinds(crm, "ned", record)["allowed"] is False


def test_only_who_manages_access_asks_about_others(crm: Crm, people: People, accounts: dict[str, str]) -> None:
    asked = AccessExplanations(crm.tenant, crm.access)
    own = asked.why(people["ned"], people["ned"].email, "account", accounts["of ned"])
    assert crm.run(own).allowed

    assert isinstance(crm.refused(asked.why(people["ned"], "nina", "account", accounts["of ned"])), AccessDenied)
    assert isinstance(crm.refused(asked.why(crm.actor, "nobody", "account", accounts["of ned"])), NotFound)
    assert isinstance(crm.refused(asked.why(crm.actor, "ned", "planet", accounts["of ned"])), NotFound)
    error = crm.refused(asked.why(crm.actor, "ned", "account", accounts["of ned"], field="salary"))
    assert isinstance(error, InvalidRequest)
