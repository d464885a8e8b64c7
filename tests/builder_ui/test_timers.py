"""The builder's timers: what is to happen later, called off or tried again by a click."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site
from trellis.automation.timing.timers import Timer, write_timers_in
from trellis.ids import new_id
from trellis.storage.prepare import prepare

TIMERS = "/builder/timers"


@pytest.fixture
def record(site: Site) -> str:
    """An account with two timers, one of which was given up; a third is about a record that is gone."""
    made = site.request("POST", "/api/v1/records/account", json={"name": "Nord <AG>"})
    assert made.status_code == 201, made.text
    record_id = str(made.json()["id"])
    site.run(_write(site, record_id))
    return record_id


async def _write(site: Site, record_id: str) -> None:
    database, table = site.tenant.database, site.tenant.tables.timer
    compiled, now = await site.tenant.compiled(), datetime.now(UTC)
    about = ((record_id, "Escalate"), (record_id, "Remind"), (new_id(), "Gone"))
    timers = [
        Timer(
            key=f"t{number}",
            kind=kind,
            due_at=now + timedelta(days=number + 1),
            object="account",
            record_id=one,
            rule=rule,
        )
        for number, (kind, (one, rule)) in enumerate(zip(("delay", "date", "schedule"), about, strict=True))
    ]
    given_up = {"status": "dead", "attempts": 8, "last_error": "<b>Too high</b>"}
    empty = prepare(sa.delete(table), database.dialect)
    bury = prepare(sa.update(table).where(table.c.key == "t0").values(given_up), database.dialect)

    async def work(transaction: Any) -> None:
        await transaction.execute(empty)
        await write_timers_in(transaction, compiled, timers, now)
        await transaction.execute(bury)

    await database.write(work)


def _left(site: Site) -> list[tuple[str, str]]:
    table = site.tenant.tables.timer
    statement = prepare(sa.select(table.c.key, table.c.status).order_by(table.c.key), site.tenant.database.dialect)
    rows = site.run(site.tenant.database.read(lambda transaction: transaction.fetch(statement)))
    return [(row[0], row[1]) for row in rows]


def test_timers_stand_with_their_records_and_errors(browser: Browser, record: str) -> None:
    page = browser.get(TIMERS)
    assert page.status == 200
    assert "Nord &lt;AG&gt;" in page.source
    assert "&lt;b&gt;Too high&lt;/b&gt;" in page.source
    assert "Try 1 again" in page.text
    assert page.links(rf"/app/account/{record}") == [f"/app/account/{record}"] * 2


def test_they_are_tried_again_or_called_off(browser: Browser, site: Site, record: str) -> None:
    page = browser.get(TIMERS)
    done = browser.send(page.form(TIMERS), {"do": "retry"})
    assert "1 timer is tried again" in done.text
    assert _left(site) == [("t0", "waiting"), ("t1", "waiting"), ("t2", "waiting")]
    browser.send(done.form(TIMERS), {"do": "cancel"})
    assert len(_left(site)) == 2


def test_it_is_told_in_chinese(site: Site, record: str) -> None:
    reader = Browser(site, language="zh-Hans")
    reader.sign_in()
    page = reader.get(TIMERS)
    assert page.status == 200
    assert "定时任务" in page.text
    assert "即将执行" in page.text
