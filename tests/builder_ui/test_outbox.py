"""The builder's outbox: what was given up is seen by its causes, mended by a plain form, tried again or dropped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site
from tests.trellis.automation.outboxes import notice
from trellis.automation.outbox import write_entries
from trellis.ids import new_id
from trellis.storage.prepare import prepare

OUTBOX = "/builder/outbox"


@pytest.fixture(autouse=True)
def _seven_were_given_up(site: Site) -> None:
    """Six letters that one server refused, and a notice; nothing else is in the outbox."""
    site.run(_give_up(site))


async def _give_up(site: Site) -> None:
    database, table = site.tenant.database, site.tenant.tables.outbox
    compiled = await site.tenant.compiled()
    letters = [notice("email", None, number, address="<b>@wrong.example") for number in range(6)]
    bell = notice("in_app", site.admin.id)
    given_up = {"status": "dead", "attempts": 1, "done_at": table.c.created_at}
    statements = [
        prepare(
            sa.update(table).where(table.c.kind == kind).values({**given_up, "last_error": error}), database.dialect
        )
        for kind, error in (("email", "550 <no> such mailbox"), ("in_app", "no room"))
    ]
    empty = prepare(sa.delete(table), database.dialect)

    async def work(transaction: Any) -> None:
        await transaction.execute(empty)
        await write_entries(transaction, compiled, [*letters, bell], datetime.now(UTC))
        for statement in statements:
            await transaction.execute(statement)

    await database.write(work)


def _rows(site: Site) -> list[tuple[str, str, str]]:
    table = site.tenant.tables.outbox
    statement = prepare(sa.select(table.c.kind, table.c.status, table.c.payload), site.tenant.database.dialect)
    rows = site.run(site.tenant.database.read(lambda transaction: transaction.fetch(statement)))
    return sorted((row[0], row[1], row[2]) for row in rows)


def _statuses(site: Site) -> list[tuple[str, str]]:
    return [(kind, status) for kind, status, _ in _rows(site)]


def test_causes_stand_with_their_newest_messages(browser: Browser) -> None:
    page = browser.get(OUTBOX)
    assert page.status == 200
    assert "6 messages" in page.text
    assert "550 <no> such mailbox" in page.text
    assert "550 &lt;no&gt; such mailbox" in page.source
    assert "1 more" in page.text
    assert "Try all 6 again" in page.text
    assert "2 causes, see below" in page.text
    assert len(page.links(rf"{OUTBOX}/[0-9a-f-]+")) == 6
    [rest] = page.links(rf"{OUTBOX}\?kind=[^\"]*")
    assert len(browser.get(rest).links(rf"{OUTBOX}/[0-9a-f-]+")) == 6


def test_all_of_a_cause_are_tried_again_or_dropped(browser: Browser, site: Site) -> None:
    form = browser.get(OUTBOX).form(OUTBOX)
    done = browser.send(form, {"do": "replay"})
    assert "6 messages are in line again" in done.text
    assert _statuses(site) == [("email", "pending")] * 6 + [("in_app", "dead")]
    done = browser.send(done.form(OUTBOX), {"do": "drop"})
    assert "1 message dropped" in done.text
    assert "Nothing was given up" in done.text
    assert _statuses(site)[-1] == ("in_app", "done")


def test_a_message_is_mended_and_tried_again(browser: Browser, site: Site) -> None:
    one = browser.get(OUTBOX).links(rf"{OUTBOX}/[0-9a-f-]+")[0]
    form = browser.get(one).form(one)
    assert dict(form.values)["p.address"] == "<b>@wrong.example"
    done = browser.send(form, {"p.address": "right@example.org", "p.text": "Hello\r\nagain", "do": "replay"})
    assert "The message is in line again" in done.text
    [payload] = [payload for _, status, payload in _rows(site) if status == "pending"]
    assert '"address":"right@example.org","text":"Hello\\nagain"' in payload
    assert browser.get(one).status == 404


def test_what_cannot_be_mended_so_is_said_where_it_was_typed(browser: Browser, site: Site) -> None:
    one = browser.get(OUTBOX).links(rf"{OUTBOX}/[0-9a-f-]+")[0]
    form = browser.get(one).form(one)
    refused = browser.send(form, {"p.address": "a@b.example\tBcc: all", "p.user": new_id(), "do": "replay"})
    assert refused.status == 422
    assert "control character" in refused.text
    assert "There is no user" in refused.text
    assert {status for _, status in _statuses(site)} == {"dead"}


def test_it_is_told_in_chinese(site: Site) -> None:
    reader = Browser(site, language="zh-Hans")
    reader.sign_in()
    page = reader.get(OUTBOX)
    assert "发件箱" in page.text
    assert "全部 6 条重试" in page.text
    assert "修正" in reader.get(page.links(rf"{OUTBOX}/[0-9a-f-]+")[0]).text


def test_only_administrators_get_there(site: Site) -> None:
    username = f"u{new_id()[-8:]}"
    site.user(username)
    visitor = Browser(site)
    visitor.sign_in(username)
    assert visitor.get(OUTBOX).status == 403
    assert visitor.get(f"{OUTBOX}/{new_id()}").status == 403
