"""No way leads from one tenant to another: not by an id, a token, a cookie, a host name, a formula, a file name or a job.

Two tenants on one server. Whatever carries MARK belongs to the second; everything is tried with a credential of the first, who may do
everything in their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from starlette.routing import Route

from builder_ui.app import mount
from tests.trellis.api.sites import Site, furnish, open_site
from tests.trellis.api.sources import FILES
from tests.trellis.automation.outboxes import Outbox, notice
from trellis.api.identity import SESSION_COOKIE
from trellis.api.resource import Resource
from trellis.automation.delivery import Tally
from trellis.ids import new_id
from trellis.jobs.rounds import Rounds

MARK = "Zebrastreifen"
LEADS = "/api/v1/records/lead"
# They answer for as long as one listens; what they tell is tried by itself.
STREAMS = re.compile(r"/stream$")
# They would end what is tried with.
ENDING = {
    ("POST", "/logout"),
    ("POST", "/account/sessions"),
    ("DELETE", "/api/v1/session"),
    ("DELETE", "/api/v1/sessions"),
}
SIGNED_IN = ("/app", "/account", "/builder")
QUEUES = "night: {label: Night shift, objects: [lead]}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """`own`: a site whose administrator tries; `other`: the one that must not be reached, with the ids of what is in it by their kinds.
    `with_pages`: on one database, since pages and API come to it by the same doors."""

    own: Site
    other: Site
    ids: dict[str, str]
    with_pages: bool


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    files = {**FILES, "queues.yaml": QUEUES}
    with open_site(database_url, tmp_path_factory.mktemp("two"), files) as own:
        mount(own.app, own.runtime)
        other = own.run(furnish(own.runner, own.runtime, files))
        yield Two(own=own, other=other, ids=_fill(other), with_pages=not database_url)


def _fill(site: Site) -> dict[str, str]:
    account = site.create("account", name=f"{MARK} Ltd", code="K1")
    lead = site.create("lead", last_name=MARK, email=f"{MARK}@example.com".lower(), account=account)
    user, token = site.user(MARK.lower())
    keys = site.get("/api/v1/api-keys", token=token).json()["api_keys"]
    session = site.sign_in()
    sessions = site.get(
        "/api/v1/sessions", token=None, headers={"Cookie": session.headers["set-cookie"].partition(";")[0]}
    )
    site.post("/api/v1/events/something", {"text": MARK})
    return {
        "account": account,
        "lead": lead,
        "user": user.id,
        "admin": site.admin.id,
        "key": keys[0]["id"],
        "session": sessions.json()["sessions"][0]["id"],
    }


def contents(site: Site) -> dict[str, list[str]]:
    """Everything in a tenant's database, by table."""
    schema = site.tenant.database.schema

    def read(connection: sa.Connection) -> dict[str, list[str]]:
        tables = sorted(sa.inspect(connection).get_table_names(schema=schema))
        name = connection.dialect.identifier_preparer.quote
        place = f"{name(schema)}." if schema else ""
        return {
            table: sorted(map(repr, connection.exec_driver_sql(f"SELECT * FROM {place}{name(table)}").all()))
            for table in tables
        }

    return site.run(site.tenant.database.run(read))


def addresses(site: Site) -> list[tuple[str, str]]:
    """Method and path of everything that is answered."""
    found = []
    for route in site.app.router.routes:
        if isinstance(route, Route) and not STREAMS.search(route.path):
            endpoint = route.endpoint
            methods = endpoint._methods if isinstance(endpoint, Resource) else route.methods or {"GET", "POST"}
            found.extend((method, route.path) for method in sorted(methods) if method != "HEAD")
    return found


def filled(path: str, given: str, tenant: str) -> str:
    """The path with an id of the other tenant wherever one goes, and with names that both tenants have elsewhere."""
    names = {
        "object": "lead",
        "field": "code",
        "queue": "night",
        "name": "night",
        "kind": "object",
        "tenant": tenant,
        "revision": "1",
    }
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda match: names.get(match[1], given), path)


async def _ask(site: Site, tries: list[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
    transport = httpx.ASGITransport(site.app, raise_app_exceptions=False, client=("10.1.2.3", 4444))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return [await client.request(method, path, **options) for method, path, options in tries]


def test_no_address_reaches_what_an_id_of_another_tenant_names(two: Two) -> None:
    """All addresses, those that a later part adds, too, with every id, by key and, for pages, by session."""
    before = contents(two.other)
    bearer = {"Authorization": f"Bearer {two.own.token}"}
    signed_in = two.own.sign_in()
    session = {"Cookie": signed_in.headers["set-cookie"].partition(";")[0]}
    form = {"csrf_token": signed_in.json()["csrf_token"]}
    tries: list[tuple[str, str, dict[str, Any]]] = []
    for method, path in addresses(two.own):
        is_api = not path.startswith(SIGNED_IN)
        if (method, path) in ENDING or not (is_api or two.with_pages):
            continue
        ids = two.ids.values() if is_api else (two.ids["lead"], two.ids["user"])
        for given in dict.fromkeys(filled(path, one, two.own.tenant.name) for one in ids):
            if is_api:
                body = {} if method in ("GET", "DELETE") else {"json": {}}
                tries.append((method, given, {"headers": bearer, **body}))
            else:
                tries.append((method, given, {"headers": session, **({} if method == "GET" else {"data": form})}))
    answers = two.own.run(_ask(two.own, tries))
    told = [
        (method, path)
        for (method, path, _), answer in zip(tries, answers, strict=True)
        if MARK.lower() in answer.text.lower()
    ]
    assert told == []
    assert contents(two.other) == before
    ended = [
        path
        for (_, path, _), answer in zip(tries, answers, strict=True)
        if path.startswith(SIGNED_IN) and answer.headers.get("location", "").startswith("/login?")
    ]
    assert ended == []
    assert two.own.get(LEADS).status_code == 200
    assert len(tries) > (350 if two.with_pages else 250)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", LEADS, {"last_name": "Lin", "account": "{account}"}),
        ("POST", LEADS, {"last_name": "Lin", "owner": "{user}"}),
        ("PUT", "/api/v1/queues/night/members", [{"user": "{user}"}]),
        ("POST", "/api/v1/queues/night/reassign", {"to": "{user}"}),
        ("POST", "/api/v1/query", {"object": "lead", "filter": 'account = "{account}"'}),
        ("POST", "/api/v1/query", {"object": "lead", "fields": ["account.name"], "filter": 'id = "{lead}"'}),
        ("PUT", "/api/v1/records/account/by/code/K1", {"name": "Taken over"}),
        ("POST", "/api/v1/outbox/dead/replay", {"ids": ["{lead}"]}),
        ("POST", "/api/v1/timers/cancel", {"ids": ["{lead}"]}),
    ],
    ids=str,
)
def test_no_body_reaches_it_either(two: Two, method: str, path: str, body: Any) -> None:
    before = contents(two.other)
    text = httpx.Request(method, "http://test", json=body).content.decode()
    for kind, given in two.ids.items():
        text = text.replace(f"{{{kind}}}", given)
    answer = two.own.request(method, path, content=text.encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code < 500
    assert MARK not in answer.text
    assert contents(two.other) == before


def test_a_token_is_good_in_its_own_tenant_only(two: Two) -> None:
    own, other = two.own.tenant.name, two.other.tenant.name
    _, _, secret = two.own.token.partition(".")
    forged = (
        f"{other}.{secret}",
        f"{other}.{own}.{secret}",
        f"{other}/{own}.{secret}",
        f"{other}\0.{secret}",
        f"../{other}.{secret}",
        f"{other.upper()}.{secret}",
        f"tenant_{other}.{secret}",
        f".{secret}",
        secret,
        f"{other}.",
        f"{other}.' OR '1'='1",
    )
    for token in forged:
        assert two.own.get(LEADS, token=token.encode("unicode_escape").decode()).status_code == 401, token
        cookie = {"Cookie": f"{SESSION_COOKIE}={token}".encode()}
        assert two.own.get(LEADS, token=None, headers=cookie).status_code == 401, token
        page = two.own.get("/app", token=None, headers=cookie)
        assert (page.status_code, page.headers["location"].partition("?")[0]) == (303, "/login"), token


def test_nothing_but_the_token_says_which_tenant(two: Two) -> None:
    other = two.other.tenant.name
    cookies = f"trellis_tenant={other}; {SESSION_COOKIE}={two.other.token}"
    for headers in (
        {"Host": f"{other}.example.com"},
        {"X-Tenant": other, "X-Forwarded-Host": f"{other}.example.com", "X-Original-URL": f"/{other}"},
        {"Cookie": cookies},
    ):
        answer = two.own.get(LEADS, headers=headers)
        assert answer.status_code == 200
        assert MARK not in answer.text
    assert two.own.get(LEADS, params={"tenant": other}).status_code == 400


def test_a_session_cookie_holds_no_api_key_of_another_tenant(two: Two) -> None:
    answer = two.own.get("/app", token=None, headers={"Cookie": f"{SESSION_COOKIE}={two.other.token}"})
    assert answer.status_code == 303


def test_formulas_and_filters_read_their_own_tenant(two: Two) -> None:
    """The same revision number, the same objects: nothing that is kept of one model serves the other."""
    other, schema = two.other.tenant.name, two.other.tenant.database.schema or "main"
    lookup = "VLOOKUP($ObjectType.account.Fields.name, $ObjectType.account.Fields.code, 'K1')"
    for text in (
        "last_name",
        f'"{schema}"."lead"."last_name"',
        f"{schema}.lead.last_name",
        f"{other}.lead.last_name",
        lookup,
        "account.name",
    ):
        answer = two.own.get(LEADS, params={"filter": f'{text} = "{MARK}"'})
        assert answer.status_code in (200, 400), text
        assert MARK not in answer.text.replace(f'"{MARK}"', "").replace(f'\\"{MARK}\\"', ""), text
        if answer.status_code == 200:
            assert answer.json()["records"] == [], text
    assert two.own.get("/api/v1/records/account/by/code/K1").status_code in (404, 405)


def test_a_model_of_one_tenant_is_none_of_the_other(two: Two) -> None:
    secret = {
        "objects/zebra.yaml": f"label: {MARK}\nplural_label: Z\nname_field: n\nfields:\n  n: {{type: text, label: N}}\n"
    }
    deployed = two.other.post("/api/v1/metadata/deploy", {"files": secret})
    assert deployed.status_code == 200, deployed.text
    two.own.post("/api/v1/metadata/deploy", {"files": {"labels.yaml": "hello: Hello\n"}})
    for path in ("/api/v1/objects", "/api/v1/openapi.json", "/api/v1/metadata/pull", "/api/v1/metadata/history"):
        answer = two.own.get(path)
        assert answer.status_code == 200
        assert "zebra" not in answer.text.lower(), path
    assert two.own.get("/api/v1/records/zebra").status_code == 404


def test_file_names_lead_nowhere(two: Two) -> None:
    """Metadata goes by paths; those that leave their place are no components."""
    before, own_before = contents(two.other), two.own.get("/api/v1/metadata/pull").json()
    body = "label: L\nplural_label: L\nname_field: n\nfields:\n  n: {type: text, label: N}\n"
    other = two.other.tenant.name
    for path in (
        f"../{other}/objects/lead.yaml",
        f"objects/../../{other}/objects/lead.yaml",
        "/etc/passwd",
        "objects/../../../etc/cron.d/x.yaml",
        "objects\\lead.yaml",
        "objects/trellis_user.yaml",
        f"objects/tenant_{other}.lead.yaml",
        "objects/lead\0.yaml",
        "objects/" + "a" * 300 + ".yaml",
    ):
        answer = two.own.post("/api/v1/metadata/deploy", {"files": {path: body}})
        assert answer.status_code in (400, 422), (path, answer.text)
    assert contents(two.other) == before
    assert two.own.get("/api/v1/metadata/pull").json() == own_before


def test_a_name_that_is_no_tenants_opens_no_file(two: Two) -> None:
    """What a job, a link or a sign-in says about the tenant is only ever looked up."""
    folder = two.own.runtime.settings.data_dir
    files = sorted(folder.rglob("*"))
    for name in (
        "../directory",
        "..",
        f"tenants/{two.other.tenant.name}",
        "/etc/passwd",
        "x" * 400,
        "",
        f"{two.other.tenant.name} ",
        "a;b",
    ):
        assert two.own.run(two.own.runtime.directory.find(name)) is None
        assert two.own.get(f"/unsubscribe/{name}/x", token=None).status_code == 404
        login = {"tenant": name, "username": "admin", "password": "correct horse battery"}
        assert two.own.post("/api/v1/session", login, token=None).status_code in (400, 401, 429), name
    assert sorted(folder.rglob("*")) == files


def test_keys_that_make_repeats_safe_are_each_tenants_own(two: Two) -> None:
    key = {"Idempotency-Key": new_id()}
    made = [site.post(LEADS, {"last_name": "Twice"}, headers=key) for site in (two.other, two.own)]
    assert [answer.status_code for answer in made] == [201, 201]
    first, second = (answer.json()["id"] for answer in made)
    assert first != second


def test_a_link_of_one_tenant_opens_nothing_in_another(two: Two) -> None:
    user, _ = two.other.user("invited")
    made = two.other.post(f"/api/v1/users/{user.id}/invitation", {})
    token = made.json()["link"].rpartition("/")[2]
    assert token.startswith(f"{two.other.tenant.name}.")
    stolen = token.replace(two.other.tenant.name, two.own.tenant.name)
    assert two.own.get(f"/welcome/{stolen}", token=None).status_code == 404
    assert two.own.get(f"/welcome/{token}", token=None).status_code == 200


def test_a_job_and_what_it_delivers_stay_in_their_tenant(two: Two, tmp_path: Path) -> None:
    """Messages for the other tenant's user, however they got into one's own outbox, and jobs that name what is no tenant."""
    before = contents(two.other)
    runtime = two.own.runtime

    async def work() -> list[Tally]:
        outbox = Outbox(directory=runtime.directory, tenant=two.own.tenant, folder=tmp_path)
        await outbox.post(
            *(notice(kind, two.ids["user"], number) for number, kind in enumerate(("in_app", "email", "sms")))
        )

        await outbox.post(notice("in_app", two.own.admin.id, 9))

        async def names() -> list[str]:
            return [two.own.tenant.name]

        rounds = Rounds(delivery=outbox.delivery(), list_names=names, find_tenant=runtime.directory.find)
        jobs = (two.own.tenant.name, f"../{two.other.tenant.name}", f"tenant_{two.other.tenant.name}", "", "*")
        tallies = [await rounds.deliver(name) for name in jobs]
        assert [user for user, *_ in await outbox.notifications()] == [two.own.admin.id]
        assert outbox.letters() == []
        return tallies

    _, *others = two.own.run(work())
    assert others == [Tally()] * 4
    assert contents(two.other) == before
