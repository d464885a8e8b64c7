"""Submitting deals and deciding on them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.automation.approvals.desk import Deciding, with_approvals
from tests.trellis.automation.rules import NOW
from tests.trellis.records.test_cost import Counting
from trellis.automation.approvals.errors import NoApprover, NotSubmittable, NotWaiting
from trellis.automation.engine import Engine
from trellis.automation.errors import RuleFailed
from trellis.automation.hooks import SaveContext
from trellis.errors import AccessDenied, InvalidRecord, NotFound
from trellis.records.service import create
from trellis.security.access import AdministratorAccess

# What no database does otherwise than another.
ONCE = pytest.mark.parametrize("dialect", ["sqlite"])

DISCOUNT = """
approval discount "Discount above 20 %" on deal
if discount > 20
step manager "Manager"
    by owner.manager
step board "Board" if amount > 100000
    by queue board quorum 2
    delegation allowed
    reject to manager
step chief "Chief" if amount > 1000000
    by user "dora"
    skip if owner = "eve"
on approve then
    set stage = "Approved", note = "by " & $User.name
    notify owner via in_app "Approved: " & name & ", " & TEXT(stage)
on reject then
    set stage = "Rejected"
    create task (subject = "Renegotiate " & name)
on recall then
    set note = "Recalled"
end
"""


async def deal_values(desk: Deciding, *fields: str) -> list[Any]:
    row = await desk.one("deal", *fields)
    return [row[name] for name in fields]


# Submitting


def test_a_submitted_record_waits_for_its_first_step_and_tells_who_is_asked(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        deal = await desk.deal(discount=25, amount=50_000)
        request = await desk.submit(deal, comment=" They buy a year ahead. ")
        assert (request.course.step, request.title, request.comment) == ("manager", "Pumps", "They buy a year ahead.")
        assert await desk.asked() == ["bo"]
        assert await desk.told() == [("bo", "approval:asked", "in_app"), ("bo", "approval:asked", "email")]
        assert await desk.events() == [("submitted", None), ("entered", "manager")]

    with_approvals(database_url, DISCOUNT, work)


@ONCE
def test_steps_whose_condition_does_not_hold_are_passed_over_and_the_end_is_carried_out(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        deal = await desk.deal(discount=25, amount=50_000)
        request = await desk.submit(deal)
        decided = await desk.approvals.approve(desk.person("bo"), request.id, "Fine.")
        assert decided.course.status == "approved"
        assert await deal_values(desk, "stage", "note") == ["Approved", "by Bo"]
        assert await desk.events() == [
            ("submitted", None), ("entered", "manager"), ("approved", "manager"),
            ("passed_over", "board"), ("passed_over", "chief"), ("ended", None),
        ]  # fmt: skip
        assert (await desk.told())[2:] == [
            ("anna", "approval:approved", "in_app"),
            ("anna", "approval:approved", "email"),
            ("anna", "Approved: Pumps, Approved", "in_app"),
        ]

    with_approvals(database_url, DISCOUNT, work)


def test_bands_by_amount_take_it_through_a_quorum_to_the_chief(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        await desk.seat("board", "chen", "dora", "eve")
        request = await desk.submit(await desk.deal(discount=30, amount=2_000_000))
        await desk.approvals.approve(desk.person("bo"), request.id)
        assert await desk.asked() == ["chen", "dora", "eve"]
        await desk.approvals.approve(desk.person("eve"), request.id)
        assert await desk.asked() == ["chen", "dora"]
        await desk.approvals.approve(desk.person("chen"), request.id)
        assert await desk.asked() == ["dora"]
        await desk.approvals.approve(desk.person("dora"), request.id)
        assert await deal_values(desk, "stage") == ["Approved"]

    with_approvals(database_url, DISCOUNT, work)


@ONCE
def test_skip_if_passes_a_step_over(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        await desk.seat("board", "chen", "dora")
        deal = await desk.deal(discount=30, amount=2_000_000)
        request = await desk.submit(deal)
        await desk.update("deal", deal, owner=desk.users["eve"])
        for person in ("bo", "chen", "dora"):
            await desk.approvals.approve(desk.person(person), request.id)
        assert await deal_values(desk, "stage") == ["Approved"]

    with_approvals(database_url, DISCOUNT, work)


@ONCE
def test_records_that_it_is_not_for_are_refused_and_so_are_those_being_decided_on(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        deal = await desk.deal(discount=10)
        with pytest.raises(NotSubmittable, match="is for other records"):
            await desk.submit(deal)
        await desk.update("deal", deal, discount=25)
        await desk.submit(deal)
        with pytest.raises(NotSubmittable, match="being decided on already"):
            await desk.submit(deal)
        with pytest.raises(NotFound, match='no approval "discont" of such records') as refused:
            await desk.submit(deal, name="discont")
        assert refused.value.hint == "Did you mean 'discount'?"
        with pytest.raises(NotFound):
            await desk.submit("00000000-0000-7000-8000-000000000000")
        with pytest.raises(NotFound, match="no approval of such records"):
            await desk.approvals.submit(desk.person("anna"), "account", deal)
        with pytest.raises(AccessDenied):
            await desk.approvals.submit(desk.person("anna", is_admin=False), "deal", deal)

    with_approvals(database_url, DISCOUNT, work)


@ONCE
def test_a_step_that_nobody_can_decide_on_refuses_it_and_nothing_is_written(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        deal = await desk.deal(discount=25, owner=desk.users["dora"])
        with pytest.raises(NoApprover, match='step "Manager": it needs 1, and there are 0'):
            await desk.submit(deal)
        assert await desk.events() == []
        await desk.update("deal", deal, discount=26)
        board = await desk.deal(discount=25, amount=200_000)
        request = await desk.submit(board)
        await desk.seat("board", "eve")
        with pytest.raises(NoApprover, match='step "Board": it needs 2, and there are 1'):
            await desk.approvals.approve(desk.person("bo"), request.id)
        assert await desk.asked() == ["bo"]

    with_approvals(database_url, DISCOUNT, work)


# Deciding


def test_a_rejection_needs_a_reason_and_goes_back_to_the_step_it_names(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        await desk.seat("board", "chen", "dora")
        request = await desk.submit(await desk.deal(discount=30, amount=200_000))
        await desk.approvals.approve(desk.person("bo"), request.id)
        with pytest.raises(InvalidRecord, match="Say why"):
            await desk.approvals.reject(desk.person("dora"), request.id, "  ")
        back = await desk.approvals.reject(desk.person("dora"), request.id, "Too much.")
        assert (back.course.status, back.course.step, back.course.round) == ("pending", "manager", 3)
        assert await desk.asked() == ["bo"]
        with pytest.raises(NotWaiting):
            await desk.approvals.approve(desk.person("chen"), request.id)
        end = await desk.approvals.reject(desk.person("bo"), request.id, "Then not.")
        assert end.course.status == "rejected"
        assert await deal_values(desk, "stage") == ["Rejected"]
        assert (await desk.one("task", "subject"))["subject"] == "Renegotiate Pumps"

    with_approvals(database_url, DISCOUNT, work)


@ONCE
def test_only_who_is_asked_decides_and_once(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        request = await desk.submit(await desk.deal(discount=25))
        with pytest.raises(NotWaiting, match="does not wait for this person"):
            await desk.approvals.approve(desk.person("anna"), request.id)
        await desk.approvals.approve(desk.person("bo", is_admin=False), request.id)
        with pytest.raises(NotWaiting, match="approved already"):
            await desk.approvals.approve(desk.person("bo"), request.id)
        for strange in ("00000000-0000-7000-8000-000000000000", "x"):
            with pytest.raises(NotFound):
                await desk.approvals.approve(desk.person("bo"), strange)

    with_approvals(database_url, DISCOUNT, work)


@ONCE
def test_delegation_where_the_step_allows_it_and_by_administrators_anywhere(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        await desk.seat("board", "chen", "dora")
        request = await desk.submit(await desk.deal(discount=30, amount=200_000))
        with pytest.raises(AccessDenied, match="allows no delegation"):
            await desk.approvals.delegate(desk.person("bo", is_admin=False), request.id, "eve")
        with pytest.raises(AccessDenied, match="Only an administrator"):
            await desk.approvals.delegate(desk.person("eve", is_admin=False), request.id, "eve", whose="bo")
        with pytest.raises(InvalidRecord, match='no active user "nobody"'):
            await desk.approvals.delegate(desk.person("bo"), request.id, "nobody")
        await desk.approvals.delegate(desk.person("eve"), request.id, "eve", "Bo is away.", whose="bo")
        assert await desk.asked() == ["eve"]
        await desk.approvals.approve(desk.person("eve"), request.id)
        await desk.approvals.delegate(desk.person("chen", is_admin=False), request.id, "anna")
        assert await desk.asked() == ["dora", "anna"]
        assert [row for row in await desk.told() if row[0] == "anna"] == [
            ("anna", "approval:asked", "in_app"),
            ("anna", "approval:asked", "email"),
        ]

    with_approvals(database_url, DISCOUNT, work)


def test_recalled_by_who_submitted_it_the_owner_or_an_administrator_and_submitted_again(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        deal = await desk.deal(discount=25)
        request = await desk.submit(deal)
        with pytest.raises(AccessDenied):
            await desk.approvals.recall(desk.person("dora", is_admin=False), request.id)
        recalled = await desk.approvals.recall(desk.person("anna", is_admin=False), request.id, "A typing mistake.")
        assert recalled.course.status == "recalled"
        assert await deal_values(desk, "note") == ["Recalled"]
        assert ("bo", "approval:recalled", "in_app") in await desk.told()
        with pytest.raises(NotWaiting, match="recalled already"):
            await desk.approvals.recall(desk.person("anna"), request.id)
        again = await desk.submit(deal)
        await desk.approvals.approve(desk.person("bo"), again.id)

    with_approvals(database_url, DISCOUNT, work)


@ONCE
def test_the_same_end_twice_tells_twice(database_url: str) -> None:
    rules = """
approval ask "Ask" on deal
step one "One" by user "bo"
on reject then
    notify owner via in_app "No."
end
"""

    async def work(desk: Deciding) -> None:
        deal = await desk.deal()
        for _ in range(2):
            request = await desk.submit(deal)
            await desk.approvals.reject(desk.person("bo"), request.id, "No.")
        assert [row for row in await desk.told() if row[1] == "No."] == [("anna", "No.", "in_app")] * 2

    with_approvals(database_url, rules, work)


# The record meanwhile


def test_a_record_that_is_being_decided_on_is_locked_but_for_its_owner(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        deal = await desk.deal(discount=25)
        request = await desk.submit(deal)
        with pytest.raises(InvalidRecord) as refused:
            await desk.update("deal", deal, discount=24, note="x", name="Pumps")
        assert [(one.field, one.code) for one in refused.value.fields] == [("discount", "locked"), ("note", "locked")]
        assert "Discount above 20 %" in refused.value.fields[0].message
        with pytest.raises(InvalidRecord, match="Locked until"):
            await desk.records.delete(desk.actor, "deal", [deal])
        await desk.update("deal", deal, owner=desk.users["eve"])
        await desk.approvals.recall(desk.person("eve", is_admin=False), request.id)
        await desk.update("deal", deal, discount=24)

    with_approvals(database_url, DISCOUNT, work)


@ONCE
def test_rules_may_change_a_locked_record(database_url: str) -> None:
    rules = f"""{DISCOUNT}
rule "Note" on task when created then
    update deal where deal.discount > 20 (note = "seen")
end
"""

    async def work(desk: Deciding) -> None:
        await desk.submit(await desk.deal(discount=25))
        await desk.create("task", {"subject": "x"})
        assert await deal_values(desk, "note") == ["seen"]

    with_approvals(database_url, rules, work)


@ONCE
def test_what_the_end_would_save_and_a_validation_refuses_undoes_the_decision(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        await desk.seat("board", "chen", "dora")
        request = await desk.submit(await desk.deal(discount=25, amount=9_500_000, owner=desk.users["anna"]))
        for person in ("bo", "chen", "dora"):
            await desk.approvals.approve(desk.person(person), request.id)
        with pytest.raises(InvalidRecord, match="Never so much"):
            await desk.approvals.approve(desk.person("dora"), request.id)
        assert await desk.asked() == ["dora"]

    with_approvals(database_url, DISCOUNT, work)


@ONCE
def test_a_record_that_is_gone_can_only_be_recalled(database_url: str) -> None:
    rules = f"""{DISCOUNT}
rule "Clear" on task when created then
    delete deal where deal.discount > 20
end
"""

    async def work(desk: Deciding) -> None:
        request = await desk.submit(await desk.deal(discount=25))
        await desk.create("task", {"subject": "x"})
        with pytest.raises(NotWaiting, match="The record is gone"):
            await desk.approvals.approve(desk.person("bo"), request.id)
        recalled = await desk.approvals.recall(desk.person("anna"), request.id)
        assert recalled.course.status == "recalled"

    with_approvals(database_url, rules, work)


@ONCE
def test_a_condition_that_fails_refuses_the_submission(database_url: str) -> None:
    rules = """
approval ask "Ask" on deal
step one "One" if 1 / (amount - amount) > 1 by user "bo"
end
"""

    async def work(desk: Deciding) -> None:
        deal = await desk.deal(amount=5)
        with pytest.raises(RuleFailed, match="rule 'approval ask' on deal failed"):
            await desk.submit(deal)

    with_approvals(database_url, rules, work)


# By rules, in batches, by several at once


@ONCE
def test_a_rule_submits_what_fits_and_passes_over_the_rest(database_url: str) -> None:
    rules = f"""{DISCOUNT}
rule "Ask" on deal when saved if stage = "Offered" then
    submit for approval discount
end
"""

    async def work(desk: Deciding) -> None:
        deals = [
            {"name": f"D{n}", "discount": n, "stage": "Offered", "owner": desk.users["anna"]} for n in (19, 21, 30)
        ]
        await desk.create("deal", *deals)
        table = desk.tenant.tables.approval_request
        rows = await desk.fetch(sa.select(table.c.title, table.c.step).order_by(table.c.title))
        assert [tuple(row) for row in rows] == [("D21", "manager"), ("D30", "manager")]
        assert await desk.asked() == ["bo", "bo"]

    with_approvals(database_url, rules, work)


@ONCE
def test_an_approval_without_a_step_to_take_is_done_at_once(database_url: str) -> None:
    rules = """
approval small "Small" on deal
step chief "Chief" if amount > 1000 by user "dora"
on approve then
    set stage = "Approved"
end
rule "Ask" on deal when created then
    submit for approval small
    create task (subject = "Write about " & name)
end
"""

    async def work(desk: Deciding) -> None:
        await desk.create("deal", {"name": "A", "amount": 1}, {"name": "B", "amount": 5_000})
        rows = await desk.rows("deal", "name", "stage")
        assert sorted((row["name"], row["stage"]) for row in rows) == [("A", "Approved"), ("B", "Open")]
        assert len(await desk.rows("task", "subject")) == 2

    with_approvals(database_url, rules, work)


def test_many_records_are_submitted_by_as_many_statements_as_few(database_url: str) -> None:
    rules = f"""{DISCOUNT}
rule "Ask" on deal when created then
    submit for approval discount
end
"""

    async def work(desk: Deciding) -> None:
        access = AdministratorAccess()
        counts = []
        for size in (2, 60):
            payloads = [{"name": "x", "discount": 30, "owner": desk.users["anna"]}] * size

            async def save(transaction: Any, compiled: Any, payloads: Any = payloads) -> int:
                counting = Counting(transaction)
                context = SaveContext(transaction=counting, compiled=compiled, actor=desk.actor, now=NOW)
                await create(context, Engine(desk.woken.append, access), access, "deal", payloads)
                return counting.count

            counts.append(await desk.tenant.write(save))
        assert counts[0] == counts[1]

    with_approvals(database_url, rules, work)


def test_two_who_decide_at_the_same_moment_make_a_quorum_once(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        await desk.seat("board", "chen", "dora")
        request = await desk.submit(await desk.deal(discount=30, amount=200_000))
        await desk.approvals.approve(desk.person("bo"), request.id)
        await asyncio.gather(
            *(desk.approvals.approve(desk.person(name), request.id) for name in ("chen", "dora")),
        )
        assert await deal_values(desk, "stage") == ["Approved"]
        assert (await desk.events()).count(("ended", None)) == 1

    with_approvals(database_url, DISCOUNT, work)


def test_submitted_twice_at_the_same_moment_is_one_request(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        deal = await desk.deal(discount=25)
        found = await asyncio.gather(desk.submit(deal), desk.submit(deal, by="eve"), return_exceptions=True)
        assert sorted(type(one).__name__ for one in found) == ["NotSubmittable", "Request"]
        assert await desk.asked() == ["bo"]

    with_approvals(database_url, DISCOUNT, work)


# Who decides


def test_roles_teams_and_previous_owners_decide(database_url: str) -> None:
    rules = """
approval ask "Ask" on deal
step role "Role" by role cfo quorum all
step team "Team" by team north
step before "Before" by previous owner
end
"""
    more = {
        "roles.yaml": "cfo: {label: CFO}\n",
        "teams.yaml": "north: {label: North}\n",
    }

    async def work(desk: Deciding) -> None:
        member = desk.tenant.tables.group_member
        for kind, name, person in (("role", "cfo", "dora"), ("role", "cfo", "eve"), ("team", "north", "bo")):
            values = {"kind": kind, "name": name, "user_id": desk.users[person], "position": 1}
            await desk.execute(sa.insert(member).values(values))
        deal = await desk.deal(owner=desk.users["chen"])
        await desk.update("deal", deal, owner=desk.users["anna"])
        request = await desk.submit(deal)
        for person in ("dora", "eve", "bo", "chen"):
            assert person in await desk.asked()
            request = await desk.approvals.approve(desk.person(person), request.id)
        assert request.course.status == "approved"

    with_approvals(database_url, rules, work, more)


@ONCE
def test_people_who_left_are_not_asked(database_url: str) -> None:
    rules = """
approval ask "Ask" on deal
step one "One" by user "gone"
end
"""

    async def work(desk: Deciding) -> None:
        await desk.hire("gone", is_active=False)
        deal = await desk.deal()
        with pytest.raises(NoApprover):
            await desk.submit(deal)

    with_approvals(database_url, rules, work)


@ONCE
def test_what_is_decided_bears_the_moment(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        request = await desk.submit(await desk.deal(discount=25))
        assert request.submitted_at == NOW

    with_approvals(database_url, DISCOUNT, work)


@ONCE
def test_the_ledger_tells_each_step(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        deal = await desk.deal(discount=25)
        request = await desk.submit(deal)
        await desk.approvals.approve(desk.person("bo"), request.id)
        notes = [note for one in await desk.ledger(deal) for note in one]
        assert {note.rule for note in notes} == {"approval discount"}
        assert sorted((note.done, note.subject) for note in notes) == [
            ("approve", "manager"),
            ("notify", "in_app"),
            ("set", "note"),
            ("set", "stage"),
            ("skip", "board"),
            ("skip", "chief"),
            ("submit", "discount"),
        ]

    with_approvals(database_url, DISCOUNT, work)


@ONCE
def test_a_request_whose_approval_and_object_were_deployed_away_can_be_recalled(database_url: str) -> None:
    async def work(desk: Deciding) -> None:
        request = await desk.submit(await desk.deal(discount=25))
        await desk.remove("rules/test.rule")
        with pytest.raises(NotWaiting, match="taken out of the rules"):
            await desk.approvals.approve(desk.person("bo"), request.id)
        await desk.remove("objects/deal.yaml")
        recalled = await desk.approvals.recall(desk.person("anna"), request.id)
        assert recalled.course.status == "recalled"

    with_approvals(database_url, DISCOUNT, work)
