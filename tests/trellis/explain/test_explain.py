"""What rules decided about a record, said to people in their language. On both databases."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trellis.automation.rules import Office, with_rules
from trellis.errors import AccessDenied, InvalidRequest, NotFound
from trellis.explain.json_form import explained_json
from trellis.explain.model import Explained
from trellis.explain.service import Explanations
from trellis.explain.words.chinese import CHINESE
from trellis.explain.words.english import ENGLISH
from trellis.security.access import Action, AdministratorAccess, Decision
from trellis.security.actor import Actor

RULES = """
assignment "Routing" on lead
when created
first match
    country = "DE" && revenue >= 100   -> queue east round robin   -- the big ones
    ISPICKVAL(status, "Working")       -> queue west least loaded
    otherwise                          -> queue west
end

rule "Rate" on lead
when created or country changes
if revenue > 10
then
    if country = "DE" then
        set rating = "Hot"
    else
        set rating = "Cold"
    end
    create task (subject = "Call " & name, lead = id)
end
"""


CHINESE_LABELS = """
objects:
  lead:
    label: 线索
    fields:
      country: {label: 国家}
      revenue: {label: 金额}
      rating: {label: 评级, values: {Hot: 热}}
  task: {label: 任务}
queues:
  east: {label: 东部}
"""


async def explain(office: Office, record_id: str, object_name: str = "lead", **options: Any) -> Explained:
    return await Explanations(office.tenant, AdministratorAccess()).explain(
        office.actor, object_name, record_id, **options
    )


def told(explained: Explained) -> list[tuple[str, str]]:
    return [(reason.sentence, reason.because) for one in explained.happenings for reason in one.reasons]


def test_every_decision_is_told_with_the_clause_and_the_values(database_url: str) -> None:
    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo")
        [lead] = await office.create("lead", {"name": "Ada", "country": "DE", "revenue": 1200})
        explained = await explain(office, lead)
        assert (explained.name, explained.has_more) == ("Ada", False)
        assert told(explained) == [
            (
                "“Routing” gave it to Anna, whose turn it was in the queue East",
                "country is DE and revenue is at least 100",
            ),
            ("“Rate” set rating to Hot", "revenue is above 10 and country is DE"),
            ("“Rate” created the task “Call Ada”", "revenue is above 10"),
        ]
        routing, rate, _ = explained.happenings[0].reasons
        assert (routing.path, routing.line) == ("rules/test.rule", 5)
        assert routing.clause == 'country = "DE" && revenue >= 100 -> queue east round robin -- the big ones'
        assert [(one.label, one.text) for one in routing.read or ()] == [("country", "DE"), ("revenue", "€1,200.00")]
        assert rate.field == "rating"

    with_rules(database_url, RULES, work)


def test_it_is_told_in_chinese(database_url: str) -> None:
    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo")
        [lead] = await office.create("lead", {"name": "Ada", "country": "DE", "revenue": 1200})
        assert told(await explain(office, lead, language="zh-Hans")) == [
            ("“Routing”将其分配给 Anna（队列“东部”轮流分配，轮到此人）", "国家为 DE，且金额不低于 100"),
            ("“Rate”将“评级”设为 热", "金额高于 10，且国家为 DE"),
            ("“Rate”创建了任务“Call Ada”", "金额高于 10"),
        ]

    with_rules(database_url, RULES, work, {"translations/zh-Hans.yaml": CHINESE_LABELS})


def test_a_branch_that_is_not_taken_and_a_row_for_the_rest_say_so(database_url: str) -> None:
    async def work(office: Office) -> None:
        [lead] = await office.create("lead", {"name": "Ada", "country": "FR", "revenue": 1200})
        [assigned, rated, _] = told(await explain(office, lead))
        assert assigned == ("“Routing” put it into the queue West, where it waits", "no row before this one fits")
        assert rated == (
            "“Rate” set rating to Cold",
            "revenue is above 10 and it is not so that country is DE",
        )

    with_rules(database_url, RULES, work)


def test_one_field_is_asked_about(database_url: str) -> None:
    async def work(office: Office) -> None:
        await office.seat("west", "chen")
        [lead] = await office.create("lead", {"name": "Ada", "country": "FR", "revenue": 20, "status": "Working"})
        await office.update("lead", lead, country="DE")
        assert [sentence for sentence, _ in told(await explain(office, lead, field="rating"))] == [
            "“Rate” set rating to Hot; it was Cold",
            "“Rate” set rating to Cold",
        ]
        [(sentence, _)] = told(await explain(office, lead, field="owner"))
        assert sentence == "“Routing” gave it to Chen, who had the fewest in the queue West"
        newest = await explain(office, lead, limit=1)
        assert (len(newest.happenings), newest.has_more) == (1, True)
        with pytest.raises(InvalidRequest):
            await explain(office, lead, field="raiting")

    with_rules(database_url, RULES, work)


def test_a_record_that_a_rule_made_names_the_record_whose_rule_it_was(database_url: str) -> None:
    async def work(office: Office) -> None:
        [lead] = await office.create("lead", {"name": "Ada", "revenue": 20})
        [task] = [row["id"] for row in await office.rows("task", "id")]
        explained = await explain(office, task, "task")
        assert told(explained) == [("It was created by “Rate”, a rule on the lead “Ada”", "revenue is above 10")]
        origin = explained.happenings[0].reasons[0].origin
        assert origin is not None
        assert (origin.object, origin.id, origin.name) == ("lead", lead, "Ada")

    with_rules(database_url, RULES, work)


def test_the_clause_is_that_of_the_revision_that_decided(database_url: str) -> None:
    async def work(office: Office) -> None:
        from trellis.schema.deploy import SourceChange, deploy

        [lead] = await office.create("lead", {"name": "Ada", "country": "DE", "revenue": 20})
        later = {"rules/test.rule": 'rule "Other" on lead when created then set rating = "Hot" end'}
        await deploy(office.tenant, office.actor, SourceChange(files=later), summary="Other rules")
        [_, rated, _] = (await explain(office, lead)).happenings[0].reasons
        assert rated.clause == 'set rating = "Hot"'
        assert rated.because == "revenue is above 10 and country is DE"

    with_rules(database_url, RULES, work)


def test_records_of_a_bulk_save_are_explained_from_their_block(database_url: str) -> None:
    async def work(office: Office) -> None:
        ids = await office.create("lead", *({"name": f"Lead {n}", "country": "DE", "revenue": n} for n in range(40)))
        assert told(await explain(office, ids[30]))[1] == (
            "“Rate” set rating to Hot",
            "revenue is above 10 and country is DE",
        )

    with_rules(database_url, RULES, work)


def test_the_history_of_tracked_fields_stands_beside_what_rules_decided(database_url: str) -> None:
    async def work(office: Office) -> None:
        [lead] = await office.create("lead", {"name": "Ada", "revenue": 20, "country": "FR"})
        await office.update("lead", lead, country="DE", owner=office.users["bo"])
        newest = (await explain(office, lead)).happenings[0]
        assert [change.sentence for change in newest.changes] == [
            "Country changed from FR to DE",
            "Owner changed from nothing to Bo",
            "Queue changed from West to nothing",
        ]
        assert newest.reasons[0].sentence == "“Rate” set rating to Hot; it was Cold"

    from tests.trellis.records.test_field_history import TRACKED

    with_rules(database_url, RULES, work, TRACKED)


def test_only_who_may_read_the_record_is_told(database_url: str) -> None:
    async def work(office: Office) -> None:
        [lead] = await office.create("lead", {"name": "Ada", "revenue": 20})
        nobody = Actor(user_id=office.users["bo"], name="Bo", email="bo@example.org", is_admin=False, channel="api")
        with pytest.raises(AccessDenied):
            await Explanations(office.tenant, AdministratorAccess()).explain(nobody, "lead", lead)
        with pytest.raises(NotFound):
            await explain(office, "01900000-0000-7000-8000-000000000000")
        assert await Explanations(office.tenant, AdministratorAccess()).find_object(office.actor, lead) == "lead"
        assert explained_json(await explain(office, lead))["happenings"][0]["reasons"][1]["read"]

    with_rules(database_url, RULES, work)


class Hiding(AdministratorAccess):
    """Hides a field from everybody."""

    def __init__(self, *hidden: tuple[str, str]) -> None:
        self._hidden = hidden

    def decide(
        self, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
    ) -> Decision:
        if (object_name, field_name) in self._hidden:
            return Decision(False, "It is hidden.")
        return super().decide(actor, action, object_name, field_name)


def test_fields_that_one_may_not_read_are_left_out(database_url: str) -> None:
    rules = """
rule "Rate" on lead
when created or country changes
if account.tier = "Gold" && revenue > 10
then
    set rating = "Hot"
    set score = 1
end
"""

    async def work(office: Office) -> None:
        [account] = await office.create("account", {"name": "Engines", "tier": "Gold"})
        [lead] = await office.create("lead", {"name": "Ada", "revenue": 20, "account": account})
        await office.update("lead", lead, country="DE")

        async def seen(*hidden: tuple[str, str]) -> tuple[list[str | None], set[str], list[str]]:
            explained = await Explanations(office.tenant, Hiding(*hidden)).explain(office.actor, "lead", lead)
            reasons = [reason for one in explained.happenings for reason in one.reasons]
            read = {one.path for reason in reasons for one in reason.read or ()}
            changed = [change.field for one in explained.happenings for change in one.changes]
            return [reason.field for reason in reasons], read, changed

        assert await seen() == (["rating", "score"] * 2, {"account.tier", "revenue"}, ["country"])
        assert await seen(("account", "tier"), ("lead", "score"), ("lead", "country")) == (
            ["rating"] * 2,
            {"revenue"},
            [],
        )

    from tests.trellis.records.test_field_history import TRACKED

    with_rules(database_url, rules, work, TRACKED)


def test_both_languages_say_everything() -> None:
    def places(text: str) -> set[str]:
        return {part.split(")")[0] for part in text.split("%(")[1:]}

    assert ENGLISH.keys() == CHINESE.keys()
    assert {name for name in ENGLISH if not places(CHINESE[name]) <= places(ENGLISH[name])} == set()
