"""Messages that were given up: seen with their causes, mended, tried again, or dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trellis.automation.outboxes import Outbox, notice, with_outbox
from tests.trellis.automation.test_delivery import FailingMailer
from trellis.automation.dead_rows import Chosen, get_dead, list_dead
from trellis.automation.delivery import Tally
from trellis.automation.mending import drop, mend, replay, replay_one
from trellis.automation.outbox import Entry
from trellis.errors import AccessDenied, InvalidRecord, NotFound
from trellis.ids import new_id
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor

ACCESS = AdministratorAccess()


def _actor(outbox: Outbox, *, is_admin: bool = True) -> Actor:
    return Actor(user_id=outbox.users["anna"], name="Anna", email="anna@example.org", is_admin=is_admin, channel="cli")


def test_a_message_given_up_is_delivered_after_its_cause_is_mended(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(notice("email", outbox.users["anna"]))
        actor, broken = _actor(outbox), outbox.delivery(FailingMailer(fails="anna", is_permanent=True))
        assert await broken.run(outbox.tenant) == Tally(dead=1)
        dead = await list_dead(outbox.tenant, ACCESS, actor, limit=10)
        [row] = dead.rows
        assert (dead.total, row.kind, row.object, row.rule) == (1, "email", "lead", "Test")
        assert (row.created_at, row.given_up_at) == (outbox.clock.now, outbox.clock.now)
        assert (row.attempts, row.error) == (1, "451 try later")
        mended = outbox.delivery()
        assert await mended.run(outbox.tenant) == Tally()
        await replay_one(outbox.tenant, ACCESS, actor, row.id, now=outbox.clock.now)
        assert await mended.run(outbox.tenant) == Tally(done=1)
        assert len(outbox.letters()) == 1
        assert (await list_dead(outbox.tenant, ACCESS, actor, limit=10)).total == 0
        assert await replay(outbox.tenant, ACCESS, actor, now=outbox.clock.now) == 0
        with pytest.raises(NotFound):
            await replay_one(outbox.tenant, ACCESS, actor, row.id, now=outbox.clock.now)

    with_outbox(database_url, tmp_path, work)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_who_is_no_administrator_may_neither_look_nor_change(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        actor, now = _actor(outbox, is_admin=False), outbox.clock.now
        for attempt in (
            list_dead(outbox.tenant, ACCESS, actor, limit=1),
            replay(outbox.tenant, ACCESS, actor, now=now),
            replay_one(outbox.tenant, ACCESS, actor, new_id(), now=now),
            get_dead(outbox.tenant, ACCESS, actor, new_id()),
            mend(outbox.tenant, ACCESS, actor, new_id(), {"text": "x"}),
            drop(outbox.tenant, ACCESS, actor, Chosen(), now=now),
        ):
            with pytest.raises(AccessDenied):
                await attempt

    with_outbox(database_url, tmp_path, work)


async def _given_up(outbox: Outbox, *messages: Entry) -> Actor:
    """Posts the messages and gives them up; gives the administrator."""
    await outbox.post(*messages)
    tally = await outbox.delivery(FailingMailer(fails="", is_permanent=True)).run(outbox.tenant)
    assert tally.dead == len(messages)
    return _actor(outbox)


def test_a_wrong_address_is_mended_and_the_letter_gets_there(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        actor = await _given_up(outbox, notice("email", None, address="nobody@wrong.example", text="Hello\nthere"))
        [row] = (await list_dead(outbox.tenant, ACCESS, actor, limit=10)).rows
        detail = await get_dead(outbox.tenant, ACCESS, actor, row.id)
        assert detail.payload == {"user": None, "address": "nobody@wrong.example", "text": "Hello\nthere"}
        await mend(outbox.tenant, ACCESS, actor, row.id, {"address": "right@example.org", "text": "Hello\nagain"})
        assert (await get_dead(outbox.tenant, ACCESS, actor, row.id)).payload == {
            "user": None,
            "address": "right@example.org",
            "text": "Hello\nagain",
        }
        await replay_one(outbox.tenant, ACCESS, actor, row.id, now=outbox.clock.now)
        assert await outbox.delivery().run(outbox.tenant) == Tally(done=1)
        [letter] = (outbox.folder / "maildir" / "new").iterdir()
        assert "To: right@example.org" in letter.read_text()

    with_outbox(database_url, tmp_path, work)


def test_a_message_is_mended_to_go_to_somebody_else(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        actor = await _given_up(outbox, notice("email", outbox.users["anna"]))
        [row] = (await list_dead(outbox.tenant, ACCESS, actor, limit=10)).rows
        await mend(outbox.tenant, ACCESS, actor, row.id, {"user": "Bo"})
        detail = await get_dead(outbox.tenant, ACCESS, actor, row.id)
        assert detail.payload is not None
        assert detail.payload["user"] == outbox.users["bo"]

    with_outbox(database_url, tmp_path, work)


def test_what_cannot_be_mended_is_said_at_once_and_changes_nothing(database_url: str, tmp_path: Path) -> None:
    wrong = {
        "adress": ("x", "unknown_field"),
        "address": ("a@b.example\nBcc: all@b.example", "bad_character"),
        "text": (12, "not_text"),
        "user": ("nobody", "not_found"),
    }

    async def work(outbox: Outbox) -> None:
        await outbox.add_user("left", is_active=False)
        actor = await _given_up(outbox, notice("email", outbox.users["anna"]))
        [row] = (await list_dead(outbox.tenant, ACCESS, actor, limit=10)).rows
        before = await get_dead(outbox.tenant, ACCESS, actor, row.id)
        with pytest.raises(InvalidRecord) as refused:
            await mend(outbox.tenant, ACCESS, actor, row.id, {name: value for name, (value, _) in wrong.items()})
        assert {one.field: one.code for one in refused.value.fields} == {
            name: code for name, (_, code) in wrong.items()
        }
        for changes, code in (({"user": "left"}, "not_active"), ({"text": "x" * 100_001}, "too_long")):
            with pytest.raises(InvalidRecord) as refused:
                await mend(outbox.tenant, ACCESS, actor, row.id, changes)
            assert [one.code for one in refused.value.fields] == [code]
        assert await get_dead(outbox.tenant, ACCESS, actor, row.id) == before
        with pytest.raises(NotFound):
            await mend(outbox.tenant, ACCESS, actor, new_id(), {"text": "x"})

    with_outbox(database_url, tmp_path, work)


def test_causes_are_counted_and_one_is_replayed_or_dropped_alone(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        anna = outbox.users["anna"]
        actor = await _given_up(outbox, *(notice("email", anna, number) for number in range(3)))
        await outbox.post(*(notice("in_app", anna, number) for number in range(2)))
        mute = outbox.delivery()
        mute.channels = {}
        assert await mute.run(outbox.tenant) == Tally(dead=2)
        dead = await list_dead(outbox.tenant, ACCESS, actor, limit=1)
        assert [(cause.kind, cause.error, cause.count) for cause in dead.causes] == [
            ("email", "451 try later", 3),
            ("in_app", "nothing delivers 'in_app'", 2),
        ]
        assert (len(dead.rows), dead.total) == (1, 5)
        older = await list_dead(outbox.tenant, ACCESS, actor, limit=9, before=dead.rows[0].id)
        assert len(older.rows) == 4
        assert dead.rows[0] not in older.rows
        silent = Chosen(kind="in_app", error="nothing delivers 'in_app'")
        assert (await list_dead(outbox.tenant, ACCESS, actor, silent, limit=9)).total == 2
        assert await replay(outbox.tenant, ACCESS, actor, silent, now=outbox.clock.now) == 2
        assert await outbox.delivery().run(outbox.tenant) == Tally(done=2)
        assert await drop(outbox.tenant, ACCESS, actor, Chosen(kind="email"), now=outbox.clock.now) == 3
        assert (await list_dead(outbox.tenant, ACCESS, actor, limit=9)).total == 0
        assert await outbox.delivery().run(outbox.tenant) == Tally()
        assert outbox.letters() == []
        errors = {error for (error,) in await outbox.rows("last_error") if error}
        assert "dropped by Anna; it had failed with: 451 try later" in errors

    with_outbox(database_url, tmp_path, work)
