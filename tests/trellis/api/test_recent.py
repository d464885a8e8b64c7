"""What would let somebody else in for good asks a session for a recent sign-in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.trellis.api.ages import age_sessions
from tests.trellis.api.sites import PASSWORD, Site
from trellis.security.recent import RECENT

CONFIRM = "/api/v1/session/confirm"
SENSITIVE = (
    ("POST", "/api/v1/api-keys", {"name": "import"}),
    ("POST", "/api/v1/api-keys/01890000-0000-7000-8000-000000000000/rotate", {}),
    ("POST", "/api/v1/users", {"username": "x", "name": "x", "email": "x@example.com"}),
    ("PATCH", "/api/v1/users/01890000-0000-7000-8000-000000000000", {"is_admin": True}),
    ("POST", "/api/v1/users/01890000-0000-7000-8000-000000000000/invitation", None),
    ("DELETE", "/api/v1/users/01890000-0000-7000-8000-000000000000/sessions", None),
    ("DELETE", "/api/v1/sessions/01890000-0000-7000-8000-000000000000", None),
)


class _Visitor:
    """The administrator, signed in by cookie."""

    def __init__(self, site: Site) -> None:
        self._site = site
        answer = site.sign_in()
        self._headers = {
            "Cookie": answer.headers["set-cookie"].partition(";")[0],
            "X-CSRF-Token": answer.json()["csrf_token"],
        }

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        options = {} if body is None else {"json": body}
        return self._site.request(method, path, token=None, headers=self._headers, **options)


@pytest.fixture(scope="module")
def visitor(site: Site) -> _Visitor:
    return _Visitor(site)


@pytest.mark.parametrize(("method", "path", "body"), SENSITIVE)
def test_a_session_of_long_ago_has_to_be_confirmed(
    site: Site, visitor: _Visitor, method: str, path: str, body: Any
) -> None:
    age_sessions(site, RECENT + timedelta(seconds=1))
    refused = visitor.ask(method, path, body)
    assert (refused.status_code, refused.json()["code"]) == (403, "recent_sign_in_needed")
    assert CONFIRM in refused.json()["hint"]


def test_the_password_confirms_it(site: Site, visitor: _Visitor) -> None:
    age_sessions(site, timedelta(hours=2))
    wrong = visitor.ask("POST", CONFIRM, {"password": "not it, I fear"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "sign_in_failed")
    assert visitor.ask("POST", "/api/v1/api-keys", {"name": "import"}).status_code == 403
    right = visitor.ask("POST", CONFIRM, {"password": PASSWORD})
    assert right.status_code == 200
    assert datetime.fromisoformat(right.json()["recent_until"]) > datetime.now(UTC)
    assert visitor.ask("POST", "/api/v1/api-keys", {"name": "import"}).status_code == 201


def test_an_api_key_proves_it_each_time(site: Site) -> None:
    assert site.post("/api/v1/api-keys", {"name": "import"}).status_code == 201
    answer = site.post(CONFIRM, {"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_reading_and_undoing_ask_for_nothing(site: Site, visitor: _Visitor) -> None:
    age_sessions(site, timedelta(hours=2))
    assert visitor.ask("GET", "/api/v1/api-keys").status_code == 200
    made = site.post("/api/v1/api-keys", {"name": "import"}).json()
    assert visitor.ask("DELETE", f"/api/v1/api-keys/{made['id']}").status_code == 204
