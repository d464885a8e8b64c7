"""What would have come of saves that were made: from what the records were then, beside what came of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.trellis.automation.rules import NOW, SOURCE, Office, with_rules
from trellis.automation.engine import Engine
from trellis.errors import InvalidRequest
from trellis.records.service import RecordChange, Records
from trellis.security.access import AdministratorAccess
from trellis.simulation import history
from trellis.simulation.outcome import Simulation
from trellis.simulation.question import Question
from trellis.simulation.service import Simulations

TRACKED = {
    "objects/lead.yaml": SOURCE["objects/lead.yaml"].replace("name_field: name\n", "name_field: name\nhistory: true\n")
}
IN_FORCE = """
assignment "Routing" on lead
when created
first match
    country = "DE" -> queue east round robin
    otherwise      -> user "bo"
end
rule "Rate" on lead
when country changes
then
    set rating = "Hot"
end
rule "Score" on lead
when saved
then
    set score = BLANKVALUE(score, 0) + 1
end
"""
DRAFT = """assignment "Routing" on lead
when created
first match
    country = "FR" -> user "chen"
    otherwise      -> queue east round robin
end
rule "Rate" on lead
when country changes
if country = "DE"
then
    set rating = IF(TODAY() < DATE(2026, 1, 4), "Cold", "Hot")
end
"""


async def _live(office: Office) -> None:
    """Ada is created on the first day, Bo on the second; on the third Bo moves, on the fourth Ada."""
    await office.seat("east", "anna")
    day = NOW
    access = AdministratorAccess()
    records = Records(office.tenant, Engine(lambda _: None, access), access, clock=lambda: day)
    [ada] = await records.create(office.actor, "lead", [{"name": "Ada", "country": "DE"}])
    day += timedelta(days=1)
    [bo] = await records.create(office.actor, "lead", [{"name": "Bo", "country": "FR"}])
    day += timedelta(days=1)
    await records.update(office.actor, "lead", [RecordChange(id=bo.id, values={"country": "DE", "revenue": 7})])
    day += timedelta(days=1)
    await records.update(office.actor, "lead", [RecordChange(id=ada.id, values={"country": "FR"})])
    day += timedelta(days=1)
    await records.update(office.actor, "lead", [RecordChange(id=ada.id, values={"name": "Ada Lovelace"})])


async def _go_back(office: Office, source: str, since: str, **more: Any) -> Simulation:
    simulations = Simulations(office.tenant, AdministratorAccess(), lambda: NOW + timedelta(days=10))
    return await simulations.simulate(office.actor, Question(source=source, since=since, **more))


def test_saves_are_gone_through_again_with_what_the_records_were_then(database_url: str) -> None:
    async def work(office: Office) -> None:
        await _live(office)
        found = await _go_back(office, DRAFT, "30d")
        counts = found.counts
        assert (counts.counted_by, counts.looked_at, counts.is_whole) == ("history", 5, True)
        assert {one.name: one.matches for one in counts.statements} == {"Routing": 2, "Rate": 1}
        assert {one.line: one.records for one in counts.lines} == {4: 1, 5: 1}
        ways = {(one.field, way.before, way.after): way.records for one in counts.fields for way in one.values}
        assert ways == {("rating", "Hot", None): 1}
        assert [(one.before, one.after, one.records) for one in counts.owners] == [
            ({"user": "bo"}, {"user": "chen"}, 1)
        ]
        first, second = found.shown
        assert (first.name, first.save) == ("Ada", ("updated", NOW + timedelta(days=3)))
        assert [(one.field, one.before, one.after) for one in first.changes] == [("rating", "Hot", None)]
        assert (second.name, second.save, second.owner) == (
            "Bo",
            ("created", NOW + timedelta(days=1)),
            ({"user": "bo"}, {"user": "chen"}),
        )
        assert found.untracked == ()

    with_rules(database_url, IN_FORCE, work, TRACKED)


def test_only_saves_of_the_time_and_the_records_asked_for_count() -> None:
    validation = 'validation "V" on lead fail name "Not " & name when country = "FR" && ISNEW() end'

    async def work(office: Office) -> None:
        await _live(office)
        assert (await _go_back(office, DRAFT, "2026-01-04")).counts.looked_at == 3
        assert (await _go_back(office, DRAFT, "30d", where='name = "Bo"')).counts.looked_at == 2
        days = (await _go_back(office, DRAFT, "200h")).counts
        assert (days.looked_at, {one.name: one.matches for one in days.statements}) == (3, {"Routing": 0, "Rate": 1})
        refused = await _go_back(office, validation, "30d")
        assert [(one.name, one.refused) for one in refused.shown] == [("Bo", ("Not Bo",))]
        assert refused.counts.statements[0].matches == 1

    with_rules("", IN_FORCE, work, TRACKED)


def test_fields_without_a_history_are_named() -> None:
    async def work(office: Office) -> None:
        await _live(office)
        assert (await _go_back(office, DRAFT, "30d")).untracked == ("country", "owner", "rating")

    with_rules("", IN_FORCE, work)


@pytest.mark.parametrize("since", ["90", "d", "2030-01-01", "yesterday", "0x5d", "999999w"])
def test_a_time_that_is_none_before_now_is_refused(since: str) -> None:
    with pytest.raises(InvalidRequest, match="no time before now"):
        Question(source="", since=since).since_moment(NOW)


def test_of_too_many_saves_the_newest_are_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(office: Office) -> None:
        await _live(office)
        monkeypatch.setattr(history, "MOST_SAVES", 1)
        found = await _go_back(office, DRAFT, "30d")
        assert (found.counts.looked_at, found.counts.is_whole, found.since) == (1, False, NOW + timedelta(days=4))
        monkeypatch.setattr(history, "MOST_SAVES", 10)
        monkeypatch.setattr(history, "MOST_CHANGES", 3)
        found = await _go_back(office, DRAFT, "30d")
        assert (found.counts.looked_at, found.counts.is_whole, found.since) == (1, False, NOW + timedelta(days=3))

    with_rules("", IN_FORCE, work, TRACKED)
