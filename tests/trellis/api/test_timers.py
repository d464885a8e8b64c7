"""Over HTTP: what is to happen later is listed, called off and tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.api.sites import Site
from trellis.automation.timing.timers import Timer, write_timers_in
from trellis.ids import new_id
from trellis.storage.prepare import prepare

TIMERS = "/api/v1/timers"


@pytest.fixture(autouse=True)
def records(site: Site) -> list[str]:
    """Of three timers of two rules; one was given up."""
    records = [new_id() for _ in range(3)]
    site.run(_write(site, records))
    return records


async def _write(site: Site, records: list[str]) -> None:
    database, table = site.tenant.database, site.tenant.tables.timer
    compiled, now = await site.tenant.compiled(), datetime.now(UTC)
    timers = [
        Timer(
            key=f"t{number}",
            kind="delay",
            due_at=now + timedelta(days=number + 1),
            object="lead",
            record_id=one,
            rule="A" if number else "B",
        )
        for number, one in enumerate(records)
    ]
    given_up = {"status": "dead", "attempts": 8, "last_error": "Too high"}
    empty = prepare(sa.delete(table), database.dialect)
    bury = prepare(sa.update(table).where(table.c.key == "t0").values(given_up), database.dialect)

    async def work(transaction: Any) -> None:
        await transaction.execute(empty)
        await write_timers_in(transaction, compiled, timers, now)
        await transaction.execute(bury)

    await database.write(work)


def _listed(site: Site, query: str = "") -> list[str]:
    answer = site.request("GET", f"{TIMERS}{query}")
    assert answer.status_code == 200, answer.text
    return [one["record_id"] for one in answer.json()["timers"]]


def test_timers_are_listed_by_when_they_are_due(site: Site, records: list[str]) -> None:
    assert _listed(site) == records
    assert _listed(site, "?rule=A&limit=1") == [records[1]]
    assert _listed(site, f"?record={records[2]}&object=lead") == [records[2]]
    [dead] = site.request("GET", f"{TIMERS}?status=dead").json()["timers"]
    assert (dead["status"], dead["attempts"], dead["last_error"]) == ("dead", 8, "Too high")
    assert dead["due_at"].endswith("Z")
    assert site.request("GET", f"{TIMERS}?status=late").status_code == 400
    assert site.request("GET", f"{TIMERS}?record=x").status_code == 400


def test_timers_are_tried_again_and_called_off(site: Site, records: list[str]) -> None:
    assert site.request("POST", f"{TIMERS}/retry", json={"all": True}).json() == {"retried": 1}
    assert _listed(site, "?status=dead") == []
    assert site.request("POST", f"{TIMERS}/cancel", json={"rule": "A", "record": records[1]}).json() == {"cancelled": 1}
    first = site.request("GET", TIMERS).json()["timers"][0]["id"]
    assert site.request("POST", f"{TIMERS}/cancel", json={"ids": [first]}).json() == {"cancelled": 1}
    assert _listed(site) == [records[2]]


def test_nothing_is_called_off_unless_it_is_named(site: Site) -> None:
    for body in ({}, {"all": True, "rule": "A"}, {"ids": "x"}, {"rules": "A"}, {"record": "x"}):
        refused = site.request("POST", f"{TIMERS}/cancel", json=body)
        assert refused.status_code == 400, refused.text
    assert len(_listed(site)) == 3
