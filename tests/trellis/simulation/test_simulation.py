"""What a draft would do: counted by the database, tried record by record, and neither leaves a trace."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.automation.rules import NOW, Office, with_rules
from trellis.errors import AccessDenied, InvalidFilter, InvalidMetadata, InvalidRequest, NotFound
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.simulation.outcome import Simulation
from trellis.simulation.question import Question
from trellis.simulation.service import Simulations

DRAFT = """
assignment "New routing" on lead
when created
first match
    country = "DE" -> queue east round robin
    country = "FR" -> user "bo"
    !ISBLANK(account) -> account.owner
    otherwise -> queue west
end
rule "Rate" on lead
when saved
if revenue >= 10
then
    set rating = IF(revenue > 20, "Hot", "Cold")
    set score = revenue / 3
    if rating = "Hot" then
        create task (subject = "Call " & name, lead = id)
        notify owner via email "Hot " & name
        stop
    end
    set country = "XX"
end
rule "Lost" on lead
when status changes to "Lost"
then
    set country = NULL
end
validation "Names" on lead
    fail name "No " & name when name = "n3"
end
"""
TRIED = DRAFT.replace("if revenue >= 10", "if revenue >= 10 && PRIORVALUE(revenue) >= 10")
IN_FORCE = 'rule "Due" on task when created then set due_date = TODAY() end'


async def _simulate(office: Office, source: str, **more: Any) -> Simulation:
    simulations = Simulations(office.tenant, AdministratorAccess(), lambda: NOW)
    return await simulations.simulate(office.actor, Question(source=source, **more))


async def _fill(office: Office) -> None:
    await office.seat("east", "anna", "chen")
    [account] = await office.create("account", {"name": "X"})
    leads = [
        {
            "name": f"n{number}",
            "country": ("DE", "FR", "SE", None)[number % 4],
            "revenue": number * 4,
            "status": "Lost" if number == 5 else "New",
            "account": account if number == 6 else None,
        }
        for number in range(10)
    ]
    await office.create("lead", *leads)


def _counted(found: Simulation) -> Mapping[str, Any]:
    counts = found.counts
    return {
        "looked_at": counts.looked_at,
        "matches": {one.name: one.matches for one in counts.statements},
        "fields": {
            one.field: (one.changes, {(way.before, way.after): way.records for way in one.values})
            for one in counts.fields
        },
        "rows": {one.line: one.records for one in counts.lines if one.line < 9},
        "refused": {one.line: one.records for one in counts.refused},
    }


EXPECTED = {
    "looked_at": 10,
    "matches": {"New routing": 10, "Rate": 7, "Lost": 1, "Names": 1},
    "fields": {
        "rating": (7, {(None, "Hot"): 4, (None, "Cold"): 3}),
        "score": (7, {(None, Decimal(score)): 1 for score in ("4.0", "5.3", "6.7", "8.0", "9.3", "10.7", "12.0")}),
        "country": (3, {("FR", "XX"): 1, (None, "XX"): 1, ("DE", "XX"): 1}),
    },
    "rows": {5: 3, 6: 3, 7: 1, 8: 3},
    "refused": {29: 1},
}


def test_the_database_counts_what_would_match_and_change(database_url: str) -> None:
    async def work(office: Office) -> None:
        await _fill(office)
        found = await _simulate(office, DRAFT, shown=0)
        assert (found.counts.counted_by, found.shown) == ("database", ())
        assert _counted(found) == EXPECTED
        owners = {(tuple(one.after.values()), one.records) for one in found.counts.owners}
        assert owners == {(("east", "round robin"), 3), (("bo",), 3), (("west",), 3)}
        reaching = {one.text.split()[0]: one.records for one in found.counts.lines if one.line > 9}
        assert reaching == {"create": 4, "notify": 4}
        some = await _simulate(office, DRAFT, where='country = "DE" || ISBLANK(country)', shown=0)
        assert (some.counts.looked_at, some.counts.statements[0].matches) == (5, 5)

    with_rules(database_url, IN_FORCE, work)


def test_what_the_database_cannot_count_is_tried_with_the_same_outcome(database_url: str) -> None:
    async def work(office: Office) -> None:
        await _fill(office)
        found = await _simulate(office, TRIED, shown=2)
        assert (found.counts.counted_by, found.counts.is_whole) == ("trial", True)
        assert "before the change" in (found.counts.why_tried or "")
        assert _counted(found) == EXPECTED
        owners = {(tuple(one.after.values()), one.records) for one in found.counts.owners}
        assert owners == {(("anna",), 2), (("chen",), 1), (("bo",), 3), (("west",), 3)}
        assert [one.name for one in found.shown] == ["n9", "n8"]

    with_rules(database_url, IN_FORCE, work)


def test_single_records_are_shown_with_all_that_would_come_of_them() -> None:
    async def work(office: Office) -> None:
        await _fill(office)
        found = await _simulate(office, DRAFT, shown=10)
        n9, n8, _, _, n5, _, n3 = found.shown[:7]
        assert (n8.name, n8.statements) == ("n8", ("New routing", "Rate"))
        assert [(one.field, one.before, one.after) for one in n8.changes] == [
            ("rating", None, "Hot"),
            ("score", None, Decimal("10.7")),
        ]
        assert n8.owner == ({"user": "admin"}, {"user": "anna"})
        assert [(one.channel, one.to, one.text) for one in n8.told] == [("email", "anna", "Hot n8")]
        [task] = n8.others
        assert (task.did, task.object, task.values["subject"]) == ("created", "task", "Call n8")
        assert task.values["due_date"] == "2026-01-02"
        assert n5.statements == ("New routing", "Lost", "Rate")
        assert n3.refused == ("No n3",)
        assert n9.owner == ({"user": "admin"}, {"user": "bo"})

    with_rules("", IN_FORCE, work)


def test_a_simulation_writes_nothing_and_sends_nothing(database_url: str) -> None:
    async def work(office: Office) -> None:
        await _fill(office)

        async def everything() -> Mapping[str, Any]:
            known = office.tenant.tables.metadata.sorted_tables
            whole = {table.name: await office.fetch(sa.select(table)) for table in known}
            return {
                **{name: sorted(map(repr, rows)) for name, rows in whole.items()},
                **{name: repr(await office.rows(name, "id", "version")) for name in ("lead", "task", "account")},
            }

        before, woken = await everything(), list(office.woken)
        for draft in (DRAFT, TRIED):
            assert (await _simulate(office, draft, shown=10)).shown
        assert await everything() == before
        assert office.woken == woken

    with_rules(database_url, IN_FORCE, work)


def test_long_tables_are_counted_by_the_database_up_to_a_length(database_url: str) -> None:
    async def work(office: Office) -> None:
        await _fill(office)
        for rows, counted_by in ((299, "database"), (1_000, "trial")):
            found = await _simulate(office, _long_table(rows), shown=1)
            assert (found.counts.counted_by, found.counts.statements[0].matches) == (counted_by, 0)

    with_rules(database_url, IN_FORCE, work)


def _long_table(rows: int) -> str:
    table = "".join(f'    country = "{number % 7}" && revenue = {number} -> user "bo"\n' for number in range(rows))
    return f'assignment "Long" on lead when created first match\n{table}end'


def test_a_rule_that_fails_for_one_record_is_told_for_that_one() -> None:
    draft = 'rule "R" on lead when saved if PRIORVALUE(name) = name then set score = 1 / (revenue - 8) end'

    async def work(office: Office) -> None:
        await _fill(office)
        found = await _simulate(office, draft, shown=10)
        assert {one.name for one in found.shown if one.refused} == {"n2"}
        assert [(one.field, one.changes) for one in found.counts.fields] == [("score", 9)]

    with_rules("", IN_FORCE, work)


def test_what_cannot_be_simulated_is_said() -> None:
    cases: tuple[tuple[dict[str, Any], type[Exception], str], ...] = (
        ({"source": "rule"}, InvalidMetadata, "do not hold together"),
        ({"source": DRAFT, "object": "leed"}, NotFound, "leed"),
        ({"source": DRAFT + IN_FORCE}, InvalidRequest, "lead, task"),
        ({"source": DRAFT, "object": "task"}, InvalidRequest, "no active rule"),
        ({"source": DRAFT, "where": "nmae = 1"}, InvalidFilter, "nmae"),
    )

    async def work(office: Office) -> None:
        for question, error, said in cases:
            with pytest.raises(error) as caught:
                await _simulate(office, **question)
            assert said in str(caught.value)
        bo = Actor(user_id=office.users["bo"], name="Bo", email="bo@example.org", is_admin=False, channel="api")
        with pytest.raises(AccessDenied):
            await Simulations(office.tenant, AdministratorAccess()).simulate(bo, Question(source=DRAFT))

    with_rules("", IN_FORCE, work)
