"""One's own sessions and one's own password, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.trellis.api.sites import PASSWORD, Site, open_site

SESSIONS = "/api/v1/sessions"
NEW = "a sentence is better"


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site")) as opened:
        yield opened


class Visitor:
    """Somebody signed in by cookie."""

    def __init__(self, site: Site, agent: str = "Firefox/150", password: str = PASSWORD) -> None:
        self._site = site
        body = {"username": "admin", "password": password, "tenant": site.tenant.name}
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


def test_one_sees_where_one_is_signed_in(site: Site) -> None:
    Visitor(site, "Safari/26 (iPhone)")
    here = Visitor(site)
    assert [(one["agent"], one["is_current"]) for one in here.sessions()] == [
        ("Firefox/150", True),
        ("Safari/26 (iPhone)", False),
    ]


def test_a_session_ended_elsewhere_is_at_once_worth_nothing(site: Site) -> None:
    there, here = Visitor(site), Visitor(site)
    other = next(one["id"] for one in here.sessions() if not one["is_current"])
    assert here.ask("DELETE", f"{SESSIONS}/{other}")[0] == 204
    assert there.ask("GET", "/api/v1/records/lead")[0] == 401
    assert here.ask("DELETE", f"{SESSIONS}/{other}")[0] == 404
    assert len(here.sessions()) == 1


def test_all_other_sessions_end_together(site: Site) -> None:
    others, here = [Visitor(site) for _ in range(3)], Visitor(site)
    assert here.ask("DELETE", SESSIONS) == (200, {"ended": 3})
    assert {other.ask("GET", SESSIONS)[0] for other in others} == {401}
    assert len(here.sessions()) == 1


def test_an_api_key_ends_every_session_and_stays(site: Site) -> None:
    here = Visitor(site)
    assert site.request("DELETE", SESSIONS).json() == {"ended": 1}
    assert here.ask("GET", SESSIONS)[0] == 401
    assert site.get(SESSIONS).json() == {"sessions": []}


@pytest.mark.parametrize("session_id", ["x", "01890000-0000-7000-8000-000000000000", "%00", "'; --"])
def test_a_session_that_one_has_not(session_id: str, site: Site) -> None:
    assert site.request("DELETE", f"{SESSIONS}/{session_id}").status_code == 404


def test_nobody_ends_the_session_of_another(site: Site) -> None:
    here = Visitor(site)
    [mine] = here.sessions()
    _, token = site.user("clerk")
    assert site.request("DELETE", f"{SESSIONS}/{mine['id']}", token=token).status_code == 404
    assert site.request("DELETE", SESSIONS, token=token).json() == {"ended": 0}
    assert len(here.sessions()) == 1


def test_a_new_password_ends_every_session_but_the_one_that_sets_it(site: Site) -> None:
    there, here = Visitor(site), Visitor(site)
    assert here.ask("PUT", "/api/v1/password", {"current_password": PASSWORD, "new_password": NEW})[0] == 204
    assert there.ask("GET", SESSIONS)[0] == 401
    assert len(here.sessions()) == 1
    body = {"username": "admin", "password": PASSWORD, "tenant": site.tenant.name}
    assert site.post("/api/v1/session", body, token=None).status_code == 401
    Visitor(site, password=NEW)


@pytest.mark.parametrize(
    ("current", "new", "status", "code"),
    [
        ("wrong", NEW, 401, "sign_in_failed"),
        (PASSWORD, "short", 422, "invalid_record"),
        (PASSWORD, "x" * 257, 422, "invalid_record"),
    ],
)
def test_a_password_that_is_not_changed(current: str, new: str, status: int, code: str, site: Site) -> None:
    here = Visitor(site)
    found, problem = here.ask("PUT", "/api/v1/password", {"current_password": current, "new_password": new})
    assert (found, isinstance(problem, dict) and problem["code"]) == (status, code)
    Visitor(site)


def test_guesses_at_the_current_password_are_slowed_down(site: Site) -> None:
    here = Visitor(site)
    body = {"current_password": "guess", "new_password": NEW}
    statuses = [here.ask("PUT", "/api/v1/password", body)[0] for _ in range(12)]
    assert (statuses[0], statuses[-1]) == (401, 429)
