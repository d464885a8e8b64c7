"""The outbox over HTTP: how delivery stands; what it gave up seen with its causes, mended, put back in line, dropped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.api.sites import Site, open_site
from tests.trellis.automation.outboxes import notice
from trellis.automation.outbox import write_entries
from trellis.ids import new_id
from trellis.storage.prepare import prepare

NOBODYS = "01890000-0000-7000-8000-000000000000"
DEAD = "/api/v1/outbox/dead"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site")) as opened:
        yield opened


@pytest.fixture
def dead(site: Site) -> list[str]:
    """The ids of three letters to the same wrong address that were given up, the newest first; nothing else is in the outbox."""
    site.run(_give_up(site))
    rows = site.get(DEAD).json()["rows"]
    return [row["id"] for row in rows]


async def _give_up(site: Site) -> None:
    database, table = site.tenant.database, site.tenant.tables.outbox
    compiled = await site.tenant.compiled()
    entries = [notice("email", None, number, address="nobody@wrong.example") for number in range(3)]
    given_up = {"status": "dead", "attempts": 1, "last_error": "550 no such mailbox", "done_at": table.c.created_at}
    empty, bury = (
        prepare(sa.delete(table), database.dialect),
        prepare(sa.update(table).values(given_up), database.dialect),
    )

    async def work(transaction: Any) -> None:
        await transaction.execute(empty)
        await write_entries(transaction, compiled, entries, datetime.now(UTC))
        await transaction.execute(bury)

    await database.write(work)


def _statuses(site: Site) -> list[str]:
    statement = prepare(sa.select(site.tenant.tables.outbox.c.status), site.tenant.database.dialect)
    rows = site.run(site.tenant.database.read(lambda transaction: transaction.fetch(statement)))
    return sorted(row[0] for row in rows)


def test_how_delivery_stands_is_told_in_numbers(site: Site, dead: list[str]) -> None:
    site.post(f"{DEAD}/{dead[0]}/replay")
    site.post(f"{DEAD}/{dead[1]}/replay")
    state = site.get("/api/v1/outbox").json()
    assert state.pop("due_since") is not None
    assert state == {"waiting": 2, "retrying": 0, "dead": 1, "delivered": 0}
    site.request("DELETE", f"{DEAD}/{dead[2]}")
    assert site.get("/api/v1/outbox").json()["delivered"] == 1


def test_they_are_listed_page_by_page_with_their_causes(site: Site, dead: list[str]) -> None:
    page = site.get(DEAD, params={"limit": 2}).json()
    assert [row["id"] for row in page["rows"]] == dead[:2]
    assert (page["total"], page["next_before"]) == (3, dead[1])
    [cause] = page["causes"]
    assert (cause["kind"], cause["error"], cause["count"]) == ("email", "550 no such mailbox", 3)
    rest = site.get(DEAD, params={"limit": 2, "before": page["next_before"]}).json()
    assert ([row["id"] for row in rest["rows"]], rest["next_before"]) == (dead[2:], None)
    assert site.get(DEAD, params={"kind": "in_app"}).json()["total"] == 0
    assert site.get(DEAD, params={"error": cause["error"]}).json()["total"] == 3


def test_one_is_mended_and_put_back_in_line(site: Site, dead: list[str]) -> None:
    one = f"{DEAD}/{dead[0]}"
    shown = site.get(one).json()
    assert shown["payload"]["address"] == "nobody@wrong.example"
    assert shown["mendable"] == ["address", "text", "user"]
    mended = site.request("PATCH", one, json={"payload": {"address": "right@example.org"}})
    assert (mended.status_code, mended.json()["payload"]["address"]) == (200, "right@example.org")
    assert _statuses(site) == ["dead"] * 3
    sent = site.request("PATCH", one, json={"payload": {"text": "Hello"}, "replay": True})
    assert sent.json() == {"replayed": 1}
    assert _statuses(site) == ["dead", "dead", "pending"]
    assert site.get(one).status_code == 404
    assert site.post(f"{one}/replay").status_code == 404


def test_what_cannot_be_mended_says_what_and_why(site: Site, dead: list[str]) -> None:
    answer = site.request("PATCH", f"{DEAD}/{dead[0]}", json={"payload": {"adress": "x", "user": "nobody"}})
    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [
        ("adress", "unknown_field"),
        ("user", "not_found"),
    ]
    assert "Did you mean address?" in answer.json()["errors"][0]["message"]


def test_many_are_put_back_in_line_or_dropped(site: Site, dead: list[str]) -> None:
    assert site.post(f"{DEAD}/replay", {"ids": [dead[0], new_id()]}).json() == {"replayed": 1}
    assert site.request("DELETE", f"{DEAD}/{dead[1]}").status_code == 204
    assert _statuses(site) == ["dead", "done", "pending"]
    assert site.post(f"{DEAD}/drop", {"kind": "email", "error": "something else"}).json() == {"dropped": 0}
    assert site.post(f"{DEAD}/drop", {"all": True}).json() == {"dropped": 1}
    assert _statuses(site) == ["done", "done", "pending"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"{DEAD}/replay", {}),
        ("POST", f"{DEAD}/drop", {"all": True, "kind": "email"}),
        ("POST", f"{DEAD}/drop", {"ids": "all"}),
        ("POST", f"{DEAD}/drop", {"every": True}),
        ("GET", f"{DEAD}?before=yesterday", None),
        ("PATCH", f"{DEAD}/{NOBODYS}", {"payload": {}}),
        ("PATCH", f"{DEAD}/{NOBODYS}", {"payload": {"text": "x"}, "replay": "yes"}),
    ],
)
def test_a_request_that_does_not_say_which_is_refused(method: str, path: str, body: Any, site: Site) -> None:
    assert site.request(method, path, json=body).status_code == 400


def test_only_an_administrator_sees_or_changes_them(site: Site) -> None:
    _, token = site.user(f"u{new_id()[-8:]}")
    one = f"{DEAD}/{new_id()}"
    for method, path, body in (
        ("GET", "/api/v1/outbox", None),
        ("GET", DEAD, None),
        ("GET", one, None),
        ("PATCH", one, {"payload": {"text": "x"}}),
        ("DELETE", one, None),
        ("POST", f"{one}/replay", None),
        ("POST", f"{DEAD}/replay", {"all": True}),
        ("POST", f"{DEAD}/drop", {"all": True}),
    ):
        assert site.request(method, path, json=body, token=token).status_code == 403, (method, path)
