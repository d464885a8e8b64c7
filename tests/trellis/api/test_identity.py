"""Who may come in over HTTP: sessions and their CSRF tokens, API keys, and every way in which a credential ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import pytest
import sqlalchemy as sa

from tests.trellis.api.sites import PASSWORD, Site
from trellis.security.credentials import create_api_key, create_session
from trellis.security.passwords import Passwords
from trellis.security.users import set_password
from trellis.storage.prepare import prepare

LEADS = "/api/v1/records/lead"
PROTECTED = (
    ("GET", LEADS, None),
    ("GET", f"{LEADS}/01890000-0000-7000-8000-000000000000", None),
    ("POST", LEADS, {"last_name": "Lin"}),
    ("POST", "/api/v1/query", {"object": "lead"}),
    ("GET", "/api/v1/objects", None),
    ("GET", "/api/v1/openapi.json", None),
    ("GET", "/api/v1/metadata/pull", None),
    ("POST", "/api/v1/metadata/deploy", {"files": {}}),
    ("GET", "/api/v1/api-keys", None),
    ("GET", "/api/v1/notifications", None),
    ("POST", "/api/v1/notifications/read", None),
    ("DELETE", "/api/v1/session", None),
)


def _refused_everywhere(site: Site, **options: object) -> None:
    for method, path, body in PROTECTED:
        answer = site.request(method, path, json=body, **options)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), (method, path, answer.text)
        assert "Bearer" in answer.headers["www-authenticate"]


def test_nobody_gets_nothing(site: Site) -> None:
    _refused_everywhere(site, token=None)


@pytest.mark.parametrize(
    "header", ["Basic YWRtaW46YWRtaW4=", "Bearer", "Bearer ", "Bearer nobody.secret", "token", "Bearer \x80"]
)
def test_a_wrong_authorization_header_is_nobody(header: str, site: Site) -> None:
    for method, path, body in PROTECTED[:3]:
        answer = site.request(method, path, json=body, token=None, headers={"Authorization": header.encode("latin-1")})
        assert answer.status_code == 401


def test_a_wrong_header_is_not_saved_by_a_right_cookie(site: Site) -> None:
    cookie = site.sign_in().headers["set-cookie"].partition(";")[0]
    headers = {"Cookie": cookie, "Authorization": "Basic YWRtaW46YWRtaW4="}
    assert site.get(LEADS, token=None, headers=headers).status_code == 401


def test_a_session_reads_with_its_cookie_and_writes_with_its_csrf_token_too(site: Site) -> None:
    signed_in = site.sign_in()
    assert signed_in.status_code == 201
    cookie = SimpleCookie(signed_in.headers["set-cookie"])["trellis_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "lax", "/", "")
    assert cookie["max-age"] == str(12 * 3600)
    sent = {"Cookie": f"trellis_session={cookie.value}"}
    assert site.get(LEADS, token=None, headers=sent).status_code == 200

    csrf = signed_in.json()["csrf_token"]
    for shown in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": b"\xff"}):
        for method, path, body in (("POST", LEADS, {"last_name": "Lin"}), ("DELETE", "/api/v1/session", None)):
            refused = site.request(method, path, json=body, token=None, headers={**sent, **shown})
            assert (refused.status_code, refused.json()["code"]) == (403, "csrf_refused")
    headers = {**sent, "X-CSRF-Token": csrf}
    assert site.post(LEADS, {"last_name": "Lin"}, token=None, headers=headers).status_code == 201

    signed_out = site.request("DELETE", "/api/v1/session", token=None, headers=headers)
    assert signed_out.status_code == 204
    assert "Max-Age=0" in signed_out.headers["set-cookie"]
    _refused_everywhere(site, token=None, headers=headers)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"username": "admin", "password": "wrong password"}, 401, "sign_in_failed"),
        ({"username": "nobody", "password": PASSWORD}, 401, "sign_in_failed"),
        ({"username": "admin", "password": PASSWORD, "tenant": "nowhere"}, 401, "sign_in_failed"),
        (
            {"username": "admin", "password": PASSWORD, "tenant": "x'; DROP TABLE trellis_user; --"},
            401,
            "sign_in_failed",
        ),
        ({"username": "a\u0000b", "password": PASSWORD}, 401, "sign_in_failed"),
        ({"username": "admin", "password": ""}, 401, "sign_in_failed"),
        ({"username": "admin", "password": "x" * 100_000}, 401, "sign_in_failed"),
        ({"username": "admin"}, 400, "invalid_request"),
        ({"username": 7, "password": PASSWORD}, 400, "invalid_request"),
        ({"username": "admin", "password": PASSWORD, "remember": True}, 400, "invalid_request"),
        ([], 400, "invalid_request"),
    ],
)
def test_a_wrong_sign_in_is_refused(body: object, status: int, code: str, site: Site) -> None:
    if isinstance(body, dict) and "tenant" not in body:
        body = {"tenant": site.tenant.name, **body}
    answer = site.post("/api/v1/session", body, token=None)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert "set-cookie" not in answer.headers


def test_guessing_is_slowed_down(site: Site) -> None:
    site.user("guessed")
    body = {"tenant": site.tenant.name, "username": "guessed", "password": "wrong password"}
    assert [site.post("/api/v1/session", body, token=None).status_code for _ in range(5)] == [401] * 5
    waiting = site.post("/api/v1/session", {**body, "password": PASSWORD}, token=None)
    assert (waiting.status_code, waiting.json()["code"]) == (429, "too_many_attempts")
    assert int(waiting.headers["retry-after"]) >= 1


def test_an_api_key_works_until_it_is_revoked(site: Site) -> None:
    created = site.post("/api/v1/api-keys", {"name": "import", "expires_in_days": 1})
    assert created.status_code == 201
    key = created.json()
    assert site.get(LEADS, token=key["token"]).status_code == 200
    listed = site.get("/api/v1/api-keys").json()["api_keys"]
    assert key["id"] in [one["id"] for one in listed]
    assert key["token"] not in str(listed)
    _, other_token = site.user("other_person")
    assert site.request("DELETE", created.headers["location"], token=other_token).status_code == 404
    assert site.request("DELETE", created.headers["location"]).status_code == 204
    _refused_everywhere(site, token=key["token"])
    assert site.request("DELETE", created.headers["location"]).status_code == 404


def test_an_expired_credential_is_nobody_even_when_it_is_remembered(site: Site) -> None:
    now = datetime.now(UTC)
    expired = site.run(create_api_key(site.tenant, site.admin.id, "old", now=now - timedelta(days=2), expires_at=now))
    _refused_everywhere(site, token=expired.token)
    short = site.run(create_session(site.tenant, site.admin.id, now=now, lifetime=timedelta(seconds=1)))
    cookie = {"Cookie": f"trellis_session={short.token}"}
    assert site.get(LEADS, token=None, headers=cookie).status_code == 200
    table = site.tenant.tables.credential
    expired_before = sa.update(table).where(table.c.id == short.id).values(expires_at=table.c.created_at)
    expire = prepare(expired_before, site.tenant.database.dialect)
    site.run(site.tenant.database.write(lambda transaction: transaction.execute(expire)))
    for method, path, body in PROTECTED:
        headers = {**cookie, "X-CSRF-Token": short.csrf_token or ""}
        assert site.request(method, path, json=body, token=None, headers=headers).status_code == 401, path


def test_a_new_password_ends_the_sessions(site: Site) -> None:
    user, _ = site.user("forgetful", is_admin=True)
    body = {"tenant": site.tenant.name, "username": "forgetful", "password": PASSWORD}
    cookie = site.post("/api/v1/session", body, token=None).headers["set-cookie"].partition(";")[0]
    assert site.get(LEADS, token=None, headers={"Cookie": cookie}).status_code == 200

    async def change() -> None:
        await set_password(site.tenant, user.id, await Passwords().hash("another password"), now=datetime.now(UTC))

    site.run(change())
    _refused_everywhere(site, token=None, headers={"Cookie": cookie})


def test_rights_that_change_count_at_once(site: Site) -> None:
    user, token = site.user("rising")
    assert site.get(LEADS, token=token).json()["code"] == "access_denied"
    assert site.post(LEADS, {"last_name": "Lin"}, token=token).json()["code"] == "access_denied"
    assert site.get("/api/v1/metadata/pull", token=token).json()["code"] == "access_denied"
    assert [one["name"] for one in site.get("/api/v1/objects", token=token).json()["objects"]] == ["user"]
    table = site.tenant.tables.user
    for is_admin, status in ((True, 200), (False, 403)):
        change = prepare(
            sa.update(table)
            .where(table.c.id == user.id)
            .values(is_admin=sa.true() if is_admin else sa.false(), access_version=table.c.access_version + 1),
            site.tenant.database.dialect,
        )
        site.run(site.tenant.database.write(lambda transaction, change=change: transaction.execute(change)))
        assert site.get(LEADS, token=token).status_code == status
        written = site.post(LEADS, {"last_name": "Lin"}, token=token).status_code
        assert written == (201 if is_admin else 403)
