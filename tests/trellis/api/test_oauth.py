"""OAuth 2.1 and OpenID Connect over HTTP: how tokens are got, what they are good for, and how they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.trellis.api.oauth_programs import CLIENTS, REDIRECT, Program, register
from tests.trellis.api.sites import Site
from trellis.errors import InvalidRequest
from trellis.security.credentials import NewCredential, issue
from trellis.security.oauth.authorize import Leave, Question
from trellis.security.oauth.store import stored
from trellis.storage.prepare import prepare

LEADS = "/api/v1/records/lead"
ALL = "openid profile email offline_access records:read"


@pytest.fixture(scope="module", name="program")
def _program(site: Site) -> Program:
    return register(site, scopes=ALL)


@pytest.fixture(scope="module", name="public")
def _public(site: Site) -> Program:
    return register(site, "public", scopes=ALL)


def _refused(answered: object, error: str, status: int = 400) -> None:
    assert answered.status_code == status, answered.text  # type: ignore[attr-defined]
    assert answered.json()["error"] == error  # type: ignore[attr-defined]
    assert answered.headers["cache-control"] == "no-store"  # type: ignore[attr-defined]


def _location(found: Question | Leave) -> str:
    assert isinstance(found, Leave)
    return found.location


def test_a_code_gives_a_token_that_reads_and_does_not_write(program: Program, site: Site) -> None:
    tokens = program.tokens()
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 3600, "openid records:read")
    assert "refresh_token" not in tokens
    assert site.get(LEADS, token=tokens["access_token"]).status_code == 200
    assert site.post(LEADS, {"last_name": "Lin"}, token=tokens["access_token"]).status_code == 403
    assert site.get(CLIENTS, token=tokens["access_token"]).status_code == 403


def test_the_id_token_says_who_it_is_and_is_signed_by_the_tenant(program: Program, site: Site) -> None:
    tokens = program.tokens("openid profile email")
    keys = KeySet.import_key_set(site.get(f"/oauth/{site.tenant.name}/jwks", token=None).json())
    decoded = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    claims = decoded.claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == (program.issuer, program.id, site.admin.id)
    assert (claims["nonce"], claims["email"], claims["name"]) == ("n-1", site.admin.email, site.admin.name)
    assert claims["exp"] - claims["iat"] == 3600
    assert "at_hash" in claims
    assert "d" not in keys.as_dict()["keys"][0]


def test_where_everything_is_is_told(program: Program, site: Site) -> None:
    found = site.get(f"/oauth/{site.tenant.name}/.well-known/openid-configuration", token=None).json()
    assert found["issuer"] == program.issuer
    assert found["token_endpoint"] == f"{program.issuer}/token"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert "password" not in found["grant_types_supported"]
    same = site.get(f"/.well-known/oauth-authorization-server/oauth/{site.tenant.name}", token=None).json()
    assert same == found
    assert site.get("/oauth/nobody/.well-known/openid-configuration", token=None).status_code == 404


def test_who_the_user_is_is_told_as_far_as_scopes_go(program: Program, site: Site) -> None:
    path = f"/oauth/{site.tenant.name}/userinfo"
    assert site.get(path, token=program.tokens("openid")["access_token"]).json() == {"sub": site.admin.id}
    whole = site.post(path, token=program.tokens("openid email profile")["access_token"]).json()
    assert (whole["email"], whole["preferred_username"]) == (site.admin.email, "admin")
    assert site.get(path, token=program.tokens("records:read")["access_token"]).status_code == 403
    assert site.get(path).status_code == 403  # An API key is no token of OAuth.
    assert site.get(path, token=None).status_code == 401


def test_a_public_client_proves_itself_by_its_verifier_alone(public: Program) -> None:
    answered = public.redeem(public.granted()["code"])
    assert answered.status_code == 200, answered.text
    _refused(public.redeem(public.granted()["code"], verifier="another" * 10), "invalid_grant")
    unproved = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code": public.granted()["code"]}
    _refused(public.post("token", **unproved), "invalid_request")


def test_a_code_used_twice_ends_what_the_first_use_gave(program: Program, site: Site) -> None:
    code = program.granted()["code"]
    token = program.redeem(code).json()["access_token"]
    _refused(program.redeem(code), "invalid_grant")
    assert site.get(LEADS, token=token).status_code == 401


def test_a_code_holds_a_minute_and_for_its_own_client_and_address(
    program: Program, public: Program, site: Site
) -> None:
    late = program.granted(now=datetime.now(UTC) - timedelta(seconds=61))["code"]
    _refused(program.redeem(late), "invalid_grant")
    _refused(program.redeem(program.granted()["code"], redirect_uri="https://client.example/other"), "invalid_grant")
    code = program.granted()["code"]
    _refused(public.redeem(code), "invalid_grant")
    assert program.redeem(code).status_code == 200


def test_refresh_tokens_work_once_and_reuse_ends_the_whole_family(program: Program, site: Site) -> None:
    first = program.tokens("offline_access records:read openid")
    second = program.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert site.get(LEADS, token=second["access_token"]).status_code == 200
    _refused(program.refresh(first["refresh_token"]), "invalid_grant")
    assert site.get(LEADS, token=second["access_token"]).status_code == 401
    _refused(program.refresh(second["refresh_token"]), "invalid_grant")


def test_a_refresh_narrows_and_never_widens(program: Program, public: Program, site: Site) -> None:
    tokens = program.tokens("offline_access openid records:read")
    narrow = program.refresh(tokens["refresh_token"], scope="openid").json()
    assert site.get(LEADS, token=narrow["access_token"]).status_code == 403
    again = program.refresh(narrow["refresh_token"]).json()
    assert again["scope"] == "offline_access openid records:read"
    _refused(program.refresh(again["refresh_token"], scope="openid email"), "invalid_scope")
    _refused(public.refresh(again["refresh_token"]), "invalid_grant")


def test_however_often_it_is_refreshed_the_user_is_asked_again_in_the_end(site: Site) -> None:
    program = register(site, scopes=ALL)
    tokens = program.tokens("offline_access openid records:read")
    grant = site.tenant.tables.oauth_grant
    long_ago = stored(site.tenant, datetime.now(UTC) - timedelta(days=181))
    aged = sa.update(grant).where(grant.c.client_id == program.id).values(created_at=long_ago)
    statement = prepare(aged, site.tenant.database.dialect)
    site.run(site.tenant.database.write(lambda transaction: transaction.execute(statement)))
    _refused(program.refresh(tokens["refresh_token"]), "invalid_grant")
    asked = program.ask()
    assert isinstance(asked, Question)
    assert not asked.is_settled


def test_what_is_long_over_is_forgotten(site: Site) -> None:
    program = register(site, scopes=ALL)
    credential = site.tenant.tables.credential
    count = prepare(
        sa.select(sa.func.count()).where(credential.c.kind == "oauth", credential.c.name == "Old"),
        site.tenant.database.dialect,
    )
    new = NewCredential(
        kind="oauth", user_id=site.admin.id, name="Old", expires_at=datetime.now(UTC) - timedelta(days=2)
    )
    database = site.tenant.database
    site.run(database.write(lambda one: issue(site.tenant, one, new, now=datetime.now(UTC))))
    program.tokens("openid")
    assert site.run(database.read(lambda one: one.fetch_one(count)))[0] == 0


def test_ending_a_token(program: Program, public: Program, site: Site) -> None:
    tokens = program.tokens("offline_access records:read")
    assert public.post("revoke", token=tokens["access_token"]).status_code == 400
    assert program.post("revoke", token=tokens["access_token"]).status_code == 200
    assert site.get(LEADS, token=tokens["access_token"]).status_code == 401
    second = program.refresh(tokens["refresh_token"]).json()
    assert program.post("revoke", token=second["refresh_token"], token_type_hint="refresh_token").status_code == 200
    assert site.get(LEADS, token=second["access_token"]).status_code == 401
    _refused(program.refresh(second["refresh_token"]), "invalid_grant")
    assert program.post("revoke", token="nothing").status_code == 200


def test_what_a_token_is_is_told_to_those_with_a_secret(program: Program, public: Program, site: Site) -> None:
    tokens = program.tokens("offline_access records:read")
    found = program.post("introspect", token=tokens["access_token"]).json()
    assert (found["active"], found["scope"], found["sub"]) == (True, "offline_access records:read", site.admin.id)
    assert program.post("introspect", token=tokens["refresh_token"]).json()["active"] is True
    assert program.post("introspect", token="nothing").json() == {"active": False}
    assert program.post("introspect", token=site.token).json() == {"active": False}
    _refused(public.post("introspect", token=tokens["access_token"]), "invalid_client", 401)
    program.post("revoke", token=tokens["access_token"])
    assert program.post("introspect", token=tokens["access_token"]).json() == {"active": False}


def test_a_service_acts_as_its_user(site: Site) -> None:
    service = register(site, "service", scopes="records:read", service_user="admin")
    answered = service.post("token", grant_type="client_credentials")
    assert answered.status_code == 200, answered.text
    tokens = answered.json()
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope"}
    assert site.get(LEADS, token=tokens["access_token"]).status_code == 200
    assert site.post(LEADS, {"last_name": "Lin"}, token=tokens["access_token"]).status_code == 403
    _refused(service.post("token", grant_type="client_credentials", scope="records:write"), "invalid_scope")
    _refused(service.post("token", grant_type="client_credentials", auth=(service.id, "guess")), "invalid_client", 401)


@pytest.mark.parametrize("grant_type", ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", ""])
def test_other_grants_are_not_there(grant_type: str, program: Program) -> None:
    _refused(program.post("token", grant_type=grant_type, username="admin", password="x"), "unsupported_grant_type")


def test_a_client_has_the_grants_of_its_kind(program: Program, site: Site) -> None:
    _refused(program.post("token", grant_type="client_credentials"), "unauthorized_client")
    service = register(site, "service", scopes="records:read", service_user="admin")
    _refused(service.refresh("any"), "unauthorized_client")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "openid records:write"}, "invalid_scope"),
        ({"prompt": "none"}, "consent_required"),
        ({"prompt": "none", "max_age": "0"}, "login_required"),
    ],
)
def test_what_a_program_asks_wrongly_it_is_told(given: dict[str, str | None], error: str, site: Site) -> None:
    fresh = register(site)
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    location = _location(fresh.ask(authenticated_at=long_ago, **given))
    assert location.startswith(f"{REDIRECT}?error={error}")
    assert "state=where+I+was" in location
    assert f"iss={'http'}" in location


@pytest.mark.parametrize(
    "given",
    [
        {"redirect_uri": "https://client.example/callback/"},
        {"redirect_uri": "https://client.example/callback?x=1"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": 'https://client.example/"><script>'},
        {"redirect_uri": None},
        {"client_id": "01890000-0000-7000-8000-000000000000"},
        {"client_id": "x'; --"},
        {"client_id": None},
        {"response_type": 'to"ken', "redirect_uri": "https://evil.example"},
        {"nonce": "a\0b"},
    ],
)
def test_nobody_is_sent_to_where_no_client_lives(given: dict[str, str | None], program: Program) -> None:
    with pytest.raises(InvalidRequest):
        program.ask(**given)


def test_what_was_granted_is_not_asked_again_unless_anybody_could_listen(site: Site) -> None:
    confidential, public = register(site), register(site, "public")
    for one in (confidential, public):
        first = one.ask()
        assert isinstance(first, Question)
        assert not first.is_settled
        one.granted()
    again, other = confidential.ask(), public.ask()
    assert isinstance(again, Question)
    assert isinstance(other, Question)
    assert (again.is_settled, other.is_settled) == (True, False)
    asked = confidential.ask(prompt="consent")
    assert isinstance(asked, Question)
    assert not asked.is_settled
    renewed = confidential.ask(prompt="login")
    assert isinstance(renewed, Question)
    assert renewed.must_sign_in


@pytest.mark.parametrize("change", ["address", "secret"])
def test_what_was_granted_is_asked_again_when_somebody_else_may_listen(site: Site, change: str) -> None:
    program = register(site)
    program.granted()
    if change == "address":
        new = {"redirect_uris": [REDIRECT, "https://elsewhere.example/callback"]}
        assert site.request("PATCH", f"{CLIENTS}/{program.id}", json=new).status_code == 200
    else:
        assert site.post(f"{CLIENTS}/{program.id}/secret").status_code == 200
    asked = program.ask()
    assert isinstance(asked, Question)
    assert not asked.is_settled
    program.granted()
    again = program.ask()
    assert isinstance(again, Question)
    assert again.is_settled


def test_who_says_no_is_heard(program: Program) -> None:
    found = program.granted(is_granted=False)
    assert found["error"] == "access_denied"
    assert "code" not in found


def test_frozen_users_have_no_tokens(program: Program, site: Site) -> None:
    user, _ = site.user("frosty", is_admin=True)
    tokens = program.tokens("offline_access openid records:read", user=user)
    code = program.granted(user=user)["code"]
    assert site.request("PATCH", f"/api/v1/users/{user.id}", json={"is_active": False}).status_code == 200
    assert site.get(LEADS, token=tokens["access_token"]).status_code == 401
    assert program.refresh(tokens["refresh_token"]).status_code == 400
    _refused(program.redeem(code), "invalid_grant")
    assert program.post("introspect", token=tokens["access_token"]).json() == {"active": False}


def test_users_take_back_what_they_allowed(site: Site) -> None:
    program = register(site, scopes=ALL)
    tokens = program.tokens("offline_access records:read")
    program.tokens("openid")
    path = "/api/v1/oauth/programs"
    [mine] = [one for one in site.get(path).json()["programs"] if one["client_id"] == program.id]
    assert mine["scopes"] == ["offline_access", "openid", "records:read"]
    assert site.request("DELETE", f"{path}/{program.id}").status_code == 204
    assert site.get(LEADS, token=tokens["access_token"]).status_code == 401
    _refused(program.refresh(tokens["refresh_token"]), "invalid_grant")
    assert site.request("DELETE", f"{path}/{program.id}").status_code == 404


def test_a_client_that_is_narrowed_or_deleted(site: Site) -> None:
    program = register(site, scopes=ALL)
    tokens = program.tokens("offline_access openid records:read")
    answered = site.request("PATCH", f"{CLIENTS}/{program.id}", json={"scopes": ["openid", "offline_access"]})
    assert answered.status_code == 200, answered.text
    assert site.get(LEADS, token=tokens["access_token"]).status_code == 401
    narrowed = program.refresh(tokens["refresh_token"]).json()
    assert narrowed["scope"] == "offline_access openid"
    assert site.request("DELETE", f"{CLIENTS}/{program.id}").status_code == 204
    assert site.get(f"/oauth/{site.tenant.name}/userinfo", token=narrowed["access_token"]).status_code == 401
    _refused(program.refresh(narrowed["refresh_token"]), "invalid_client", 401)


def test_another_secret_makes_the_one_before_worth_nothing(site: Site) -> None:
    program = register(site)
    code = program.granted()["code"]
    made = site.post(f"{CLIENTS}/{program.id}/secret").json()
    _refused(program.redeem(code), "invalid_client", 401)
    assert Program(site, program.id, made["secret"]).redeem(code).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uris": []},
        {"redirect_uris": ["http://client.example/cb"]},
        {"redirect_uris": ["https://client.example/#here"]},
        {"redirect_uris": ["https://user@client.example/"]},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["com.example.app:/cb"]},
        {"redirect_uris": ["/callback"]},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": ["objects.nothing:read"]},
        {"name": " "},
        {"service_user": "admin"},
        {"kind": "service", "redirect_uris": [], "scopes": ["records:read"]},
        {"kind": "service", "redirect_uris": [], "scopes": ["openid"], "service_user": "admin"},
        {"kind": "service", "redirect_uris": [], "scopes": ["records:read"], "service_user": "nobody"},
    ],
)
def test_a_client_that_is_not_registered(wrong: dict[str, object], site: Site) -> None:
    body = {"name": "P", "kind": "confidential", "scopes": ["openid"], "redirect_uris": [REDIRECT], **wrong}
    answered = site.post(CLIENTS, body)
    assert answered.status_code == 422, answered.text
    assert answered.json()["errors"]


def test_programs_on_devices_have_addresses_of_their_own(site: Site) -> None:
    uris = ["com.example.app:/cb", "http://127.0.0.1:7777/cb", "http://[::1]/cb", "http://localhost/cb"]
    register(site, "public", redirect_uris=uris)


def test_what_happens_to_clients_and_tokens_is_audited(site: Site) -> None:
    program = register(site, scopes=ALL)
    code = program.granted(scope="openid")["code"]
    assert program.redeem(code).status_code == 200
    program.redeem(code)
    site.request("DELETE", f"{CLIENTS}/{program.id}")
    table = site.tenant.tables.audit
    rows = prepare(sa.select(table.c.event, table.c.subject_id).order_by(table.c.number), site.tenant.database.dialect)
    found = site.run(site.tenant.database.read(lambda transaction: transaction.fetch(rows)))
    events = [event for event, subject in found if subject == program.id]
    assert events == ["client_created", "client_allowed", "token_issued", "token_reused", "client_deleted"]


def test_other_people_register_nothing(site: Site) -> None:
    _, token = site.user("clerk")
    body = {"name": "P", "kind": "public", "scopes": ["openid"], "redirect_uris": [REDIRECT]}
    assert site.post(CLIENTS, body, token=token).status_code == 403
    assert site.get(CLIENTS, token=token).status_code == 403
    assert site.post("/api/v1/oauth/keys/rotate", token=token).status_code == 403


def test_keys_change_and_the_one_before_is_still_published(program: Program, site: Site) -> None:
    before = program.tokens("openid")["id_token"]
    made = site.post("/api/v1/oauth/keys/rotate").json()
    keys = KeySet.import_key_set(site.get(f"/oauth/{site.tenant.name}/jwks", token=None).json())
    assert keys.as_dict()["keys"][0]["kid"] == made["id"]
    assert len(keys.as_dict()["keys"]) == 2
    for token in (before, program.tokens("openid")["id_token"]):
        assert jwt.decode(token, keys, algorithms=["RS256"]).claims["sub"] == site.admin.id
    listed = site.get("/api/v1/oauth/keys").json()["keys"]
    assert [one["retired_at"] is None for one in listed] == [True, False]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"grant_type=a&grant_type=b", {}),
        (b"\xff=1", {}),
        (b"grant_type=%ff", {}),
        (b"", {}),
        (b"{}", {"Content-Type": "application/json"}),
        (b"grant_type=client_credentials", {"Authorization": "Basic /w=="}),
        (b"grant_type=client_credentials", {"Authorization": "Basic ????"}),
        (b"grant_type=client_credentials", {"Authorization": "Bearer x.y"}),
        (b"grant_type=client_credentials&client_id=%00", {}),
    ],
)
def test_bodies_that_nobody_can_read(body: bytes, headers: dict[str, str], site: Site) -> None:
    path = f"/oauth/{site.tenant.name}/token"
    sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    answered = site.request("POST", path, token=None, headers=sent, content=body)
    assert answered.status_code in (400, 401), answered.text
    assert "error" in answered.json()


def test_tokens_of_one_tenant_are_nothing_in_another(program: Program, site: Site) -> None:
    other = site.run(site.runtime.directory.create("elsewhere"))
    tokens = program.tokens("openid offline_access records:read")
    code = program.granted()["code"]
    stranger = Program(Site(site.runner, site.runtime, other, site.admin, site.token), program.id, program.secret)
    _refused(stranger.redeem(code), "invalid_client", 401)
    _refused(stranger.refresh(tokens["refresh_token"]), "invalid_client", 401)
    assert site.get("/oauth/elsewhere/userinfo", token=tokens["access_token"]).status_code == 403
    forged = tokens["access_token"].replace(site.tenant.name, "elsewhere")
    assert site.get(LEADS, token=forged).status_code == 401
