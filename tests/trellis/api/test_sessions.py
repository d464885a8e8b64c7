"""One's own sessions and one's own password, over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.trellis.api.sites import PASSWORD, Site, open_site

SESSIONS = "/api/v1/sessions"
_NUMBERS = itertools.count()
NEW = "a sentence is better"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site")) as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class Person:
    """A user of a test's own."""

    site: Site
    username: str
    token: str

    def visitor(self, agent: str = "Firefox/150", password: str = PASSWORD) -> Visitor:
        return Visitor(self.site, self.username, agent, password)


@pytest.fixture
def person(site: Site) -> Person:
    username = f"person{next(_NUMBERS)}"
    _, token = site.user(username)
    return Person(site, username, token)


class Visitor:
    """Somebody signed in by cookie."""

    def __init__(self, site: Site, username: str, agent: str, password: str) -> None:
        self._site = site
        body = {"username": username, "password": password, "tenant": site.tenant.name}
        answer = site.post("/api/v1/session", body, token=None, headers={"User-Agent": agent})
        assert answer.status_code == 201, answer.text
        self._headers = {
            "Cookie": answer.headers["set-cookie"].partition(";")[0],
            "X-CSRF-Token": answer.json()["csrf_token"],
        }

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, object]:
        options = {} if body is None else {"json": body}
        answer = self._site.request(method, path, token=None, headers=self._headers, **options)
        return answer.status_code, answer.json() if answer.content else None

    def sessions(self) -> list[dict[str, object]]:
        status, body = self.ask("GET", SESSIONS)
        assert status == 200, body
        assert isinstance(body, dict)
        return list(body["sessions"])


def test_one_sees_where_one_is_signed_in(person: Person) -> None:
    person.visitor("Safari/26 (iPhone)")
    here = person.visitor()
    assert [(one["agent"], one["is_current"]) for one in here.sessions()] == [
        ("Firefox/150", True),
        ("Safari/26 (iPhone)", False),
    ]


def test_who_manages_users_signs_somebody_out_everywhere(site: Site, person: Person) -> None:
    there, here = person.visitor(), person.visitor()
    user_id = next(one["id"] for one in site.get("/api/v1/users").json()["users"] if one["username"] == person.username)
    path = f"/api/v1/users/{user_id}/sessions"
    assert site.request("DELETE", path, token=person.token).status_code == 403
    assert site.request("DELETE", path).json() == {"ended": 2}
    assert [one.ask("GET", SESSIONS)[0] for one in (there, here)] == [401, 401]
    assert site.get("/api/v1/objects", token=person.token).status_code == 200, "keys go on"
    assert person.visitor().sessions()
    row = site.get("/api/v1/audit?event=session_ended").json()["rows"][0]
    assert (row["subject_id"], row["actor_name"], row["details"]) == (user_id, "Admin", {"count": 2})


def test_a_session_ended_elsewhere_is_at_once_worth_nothing(person: Person) -> None:
    there, here = person.visitor(), person.visitor()
    other = next(one["id"] for one in here.sessions() if not one["is_current"])
    assert here.ask("DELETE", f"{SESSIONS}/{other}")[0] == 204
    assert there.ask("GET", "/api/v1/api-keys")[0] == 401
    assert here.ask("DELETE", f"{SESSIONS}/{other}")[0] == 404
    assert len(here.sessions()) == 1


def test_all_other_sessions_end_together(person: Person) -> None:
    others, here = [person.visitor() for _ in range(3)], person.visitor()
    assert here.ask("DELETE", SESSIONS) == (200, {"ended": 3})
    assert {other.ask("GET", SESSIONS)[0] for other in others} == {401}
    assert len(here.sessions()) == 1


def test_an_api_key_ends_every_session_and_stays(person: Person) -> None:
    here = person.visitor()
    assert person.site.request("DELETE", SESSIONS, token=person.token).json() == {"ended": 1}
    assert here.ask("GET", SESSIONS)[0] == 401
    assert person.site.get(SESSIONS, token=person.token).json() == {"sessions": []}


@pytest.mark.parametrize("session_id", ["x", "01890000-0000-7000-8000-000000000000", "%00", "'; --"])
def test_a_session_that_one_has_not(session_id: str, person: Person) -> None:
    assert person.site.request("DELETE", f"{SESSIONS}/{session_id}", token=person.token).status_code == 404


def test_nobody_ends_the_session_of_another(person: Person) -> None:
    here = person.visitor()
    [mine] = here.sessions()
    site = person.site
    _, token = site.user("clerk")
    assert site.request("DELETE", f"{SESSIONS}/{mine['id']}", token=token).status_code == 404
    assert site.request("DELETE", SESSIONS, token=token).json() == {"ended": 0}
    assert len(here.sessions()) == 1


def test_a_new_password_ends_every_session_but_the_one_that_sets_it(person: Person) -> None:
    there, here = person.visitor(), person.visitor()
    assert here.ask("PUT", "/api/v1/password", {"current_password": PASSWORD, "new_password": NEW})[0] == 204
    assert there.ask("GET", SESSIONS)[0] == 401
    assert len(here.sessions()) == 1
    body = {"username": person.username, "password": PASSWORD, "tenant": person.site.tenant.name}
    assert person.site.post("/api/v1/session", body, token=None).status_code == 401
    person.visitor(password=NEW)


@pytest.mark.parametrize(
    ("current", "new", "status", "code"),
    [
        ("wrong", NEW, 401, "sign_in_failed"),
        (PASSWORD, "short", 422, "invalid_record"),
        (PASSWORD, "Password1234", 422, "invalid_record"),
        (PASSWORD, "x" * 257, 422, "invalid_record"),
    ],
)
def test_a_password_that_is_not_changed(current: str, new: str, status: int, code: str, person: Person) -> None:
    here = person.visitor()
    found, problem = here.ask("PUT", "/api/v1/password", {"current_password": current, "new_password": new})
    assert (found, isinstance(problem, dict) and problem["code"]) == (status, code)
    person.visitor()


def test_guesses_at_the_current_password_are_slowed_down(person: Person) -> None:
    here = person.visitor()
    body = {"current_password": "guess", "new_password": NEW}
    statuses = [here.ask("PUT", "/api/v1/password", body)[0] for _ in range(12)]
    assert (statuses[0], statuses[-1]) == (401, 429)
