"""What rules do beyond setting fields: branches, refusals, other records, child records. On both databases."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trellis.automation.rules import NOW, Office, with_rules
from tests.trellis.records.test_cost import Counting
from trellis.automation.engine import Engine
from trellis.automation.errors import RuleFailed, RuleRecursion
from trellis.automation.hooks import SaveContext
from trellis.errors import AccessDenied, InvalidMetadata, InvalidRecord
from trellis.records.service import RecordChange, Records, create
from trellis.security.access import Action, AdministratorAccess, Decision
from trellis.security.actor import Actor


def lead(number: int = 0, **values: Any) -> dict[str, Any]:
    return {"name": f"Lead {number}", **values}


async def subjects(office: Office) -> list[str]:
    return sorted(row["subject"] for row in await office.rows("task", "subject"))


# Branches, stop and fail


def test_branches_go_one_way_for_each_record_and_keep_to_it_after_the_write(database_url: str) -> None:
    rules = """
rule "Sort" on lead when created then
    if revenue > 100 then
        set revenue = 1
        create task (subject = "big " & name)
        if country = "DE" then
            create task (subject = "German " & name)
        end
    else
        set rating = "Cold"
        create task (subject = "small " & name)
    end
    create task (subject = "any " & name)
end
"""

    async def work(office: Office) -> None:
        await office.create("lead", lead(1, revenue=200, country="DE"), lead(2, revenue=50), lead(3, revenue=300))
        assert [row["rating"] for row in await office.rows("lead", "rating")] == [None, "Cold", None]
        assert await subjects(office) == [
            "German Lead 1", "any Lead 1", "any Lead 2", "any Lead 3", "big Lead 1", "big Lead 3", "small Lead 2",
        ]  # fmt: skip

    with_rules(database_url, rules, work)


def test_stop_ends_the_rule_for_the_record_and_no_other(database_url: str) -> None:
    rules = """
rule "A" on lead when created then
    if country = "DE" then
        set rating = "Hot"
        stop
    end
    set rating = "Cold"
    create task (subject = name)
end
rule "B" on lead when created then
    set score = 1
end
"""

    async def work(office: Office) -> None:
        await office.create("lead", lead(1, country="DE"), lead(2))
        rows = await office.rows("lead", "rating", "score")
        assert [(row["rating"], int(row["score"])) for row in rows] == [("Hot", 1), ("Cold", 1)]
        assert await subjects(office) == ["Lead 2"]

    with_rules(database_url, rules, work)


def test_else_of_a_rule_is_for_records_that_set_it_off_and_do_not_fit(database_url: str) -> None:
    rules = """
rule "Rate" on lead when created or country changes
if country = "DE"
then
    set rating = "Hot"
else
    set rating = "Cold"
    create task (subject = name)
end
"""

    async def work(office: Office) -> None:
        first, second = await office.create("lead", lead(1, country="DE"), lead(2))
        assert [row["rating"] for row in await office.rows("lead", "rating")] == ["Hot", "Cold"]
        await office.update("lead", second, country="DE")
        await office.update("lead", first, rating="Cold")
        assert [row["rating"] for row in await office.rows("lead", "rating")] == ["Cold", "Hot"]
        assert await subjects(office) == ["Lead 2"]

    with_rules(database_url, rules, work)


def test_fail_refuses_the_save_with_its_message_at_its_field(database_url: str) -> None:
    rules = """
rule "Guard" on lead when saved then
    if country = "XX" then
        fail country "There is no country " & country
    end
    create task (subject = name)
end
"""

    async def work(office: Office) -> None:
        with pytest.raises(InvalidRecord, match="There is no country XX") as caught:
            await office.create("lead", lead(1), lead(2, country="XX"))
        [fault] = caught.value.fields
        assert (fault.field, fault.code, fault.index) == ("country", "refused_by_rule", 1)
        assert await subjects(office) == []

        outcomes = await office.records.create(office.actor, "lead", [lead(1), lead(2, country="XX")], partial=True)
        assert [type(outcome).__name__ for outcome in outcomes] == ["Saved", "Rejected"]
        assert await subjects(office) == ["Lead 1"]

    with_rules(database_url, rules, work)


# Deleted and restored


def test_deletes_and_restores_set_off_rules(database_url: str) -> None:
    rules = """
rule "Gone" on lead when deleted then
    if rating = "Hot" then
        fail "Hot leads stay."
    end
    delete task where task.lead = id && task.subject <> "keep"
end
rule "Back" on lead when restored then
    set status = "Working", score = 0
    create task (subject = "Look at " & name, lead = id)
end
"""

    async def work(office: Office) -> None:
        hot, other = await office.create("lead", lead(1, rating="Hot"), lead(2))
        await office.create("task", {"subject": "a", "lead": other}, {"subject": "keep", "lead": hot}, {"subject": "b"})
        with pytest.raises(InvalidRecord, match="Hot leads stay"):
            await office.records.delete(office.actor, "lead", [hot, other])
        assert await subjects(office) == ["a", "b", "keep"]

        await office.records.delete(office.actor, "lead", [other])
        assert await subjects(office) == ["b", "keep"]

        [saved] = await office.records.restore(office.actor, "lead", [other])
        rows = {row["id"]: row for row in await office.rows("lead", "id", "status", "score", "version")}
        assert (rows[other]["status"], int(rows[other]["score"])) == ("Working", 0)
        assert rows[other]["version"] == saved.version
        assert await subjects(office) == ["Look at Lead 2", "b", "keep"]

    with_rules(database_url, rules, work)


# Other records


def test_update_of_a_parent_goes_through_its_rules_and_the_last_of_a_batch_has_its_way(database_url: str) -> None:
    rules = """
rule "Up" on lead when created then
    update account (tier = name)
end
rule "Seen" on account when tier changes then
    set name = name & "!"
end
"""

    async def work(office: Office) -> None:
        one, two = await office.create("account", {"name": "One"}, {"name": "Two"})
        await office.create("lead", lead(1, account=one), lead(2, account=two), lead(3, account=one), lead(4))
        rows = await office.rows("account", "name", "tier", "version")
        assert [(row["name"], row["tier"], row["version"]) for row in rows] == [
            ("One!", "Lead 3", 2),
            ("Two!", "Lead 2", 2),
        ]

    with_rules(database_url, rules, work)


def test_update_where_sees_both_records(database_url: str) -> None:
    rules = """
rule "Rename" on lead when name changes then
    update task where task.lead = id && CONTAINS(task.subject, PRIORNAME) (subject = task.subject & " for " & name)
end
""".replace("CONTAINS(task.subject, PRIORNAME)", 'task.subject <> "done" && task.lead.country = country')

    async def work(office: Office) -> None:
        first, second = await office.create("lead", lead(1, country="DE"), lead(2))
        await office.create(
            "task",
            {"subject": "a", "lead": first},
            {"subject": "done", "lead": first},
            {"subject": "b", "lead": second},
            {"subject": "c"},
        )
        await office.update("lead", first, name="New")
        assert await subjects(office) == ["a for New", "b", "c", "done"]

    with_rules(database_url, rules, work)


def test_a_created_record_has_a_name_for_later_actions(database_url: str) -> None:
    rules = """
rule "Follow" on lead when created then
    create task (subject = UPPER(name), lead = id) as first
    create task (subject = "after " & first.subject & " of " & first.lead.country, lead = first.lead)
    update first (subject = first.subject & "?")
    notify creator via in_app "Made " & first.subject
end
"""

    async def work(office: Office) -> None:
        await office.create("lead", lead(1, country="DE"), lead(2, country="FR"))
        assert await subjects(office) == [
            "LEAD 1?",
            "LEAD 2?",
            "after LEAD 1 of DE",
            "after LEAD 2 of FR",
        ]
        assert [row["text"] for row in await office.posted()] == ["Made LEAD 1", "Made LEAD 2"]

    with_rules(database_url, rules, work)


def test_for_each_goes_over_the_children_that_fit_up_to_its_limit(database_url: str) -> None:
    rules = """
rule "Close" on lead when status changes to "Lost" then
    for each job in tasks where job.subject <> "keep" && job.subject <> name limit 2 do
        if job.subject = "b" then
            delete job
        else
            update job (subject = name & ": " & job.subject)
            notify creator via in_app job.subject & " of " & job.lead.name
        end
    end
end
"""

    async def work(office: Office) -> None:
        ids = await office.create("lead", lead(1), lead(2))
        for one in ids:
            await office.create("task", *({"subject": text, "lead": one} for text in ("keep", "a", "b", "c")))
        changes = [RecordChange(id=one, values={"status": "Lost"}) for one in ids]
        await office.records.update(office.actor, "lead", changes)
        assert await subjects(office) == ["Lead 1: a", "Lead 2: a", "c", "c", "keep", "keep"]
        assert [row["text"] for row in await office.posted()] == ["a of Lead 1", "a of Lead 2"]

    with_rules(database_url, rules, work)


def test_loops_set_fields_of_the_record_before_it_is_written(database_url: str) -> None:
    rules = """
rule "Count" on lead when status changes then
    set score = 0
    for each job in tasks do
        set score = score + 1
    end
end
"""

    async def work(office: Office) -> None:
        [one] = await office.create("lead", lead(1))
        await office.create("task", {"subject": "a", "lead": one}, {"subject": "b", "lead": one})
        await office.update("lead", one, status="Lost")
        row = await office.one("lead", "score", "version")
        assert (int(row["score"]), row["version"]) == (2, 2)

    with_rules(database_url, rules, work)


def test_rules_that_keep_changing_new_records_end_with_their_chain(database_url: str) -> None:
    rules = """
rule "Breed" on task when created then
    create task (subject = subject & "x") as child
    update child (subject = "y")
end
"""

    async def work(office: Office) -> None:
        with pytest.raises(RuleRecursion, match="Breed -> Breed"):
            await office.create("task", {"subject": "a"})
        assert await subjects(office) == []

    with_rules(database_url, rules, work)


def test_rules_that_update_one_another_do_so_once_for_each_record(database_url: str) -> None:
    rules = """
rule "Down" on account when tier changes then
    update lead where lead.account = id (country = tier)
end
rule "Up" on lead when country changes then
    update account (tier = country & "x")
end
"""

    async def work(office: Office) -> None:
        [account] = await office.create("account", {"name": "A", "tier": "a"})
        await office.create("lead", lead(1, account=account))
        await office.update("account", account, tier="b")
        assert await office.one("lead", "country") == {"country": "b"}
        assert await office.one("account", "tier") == {"tier": "bx"}

    with_rules(database_url, rules, work)


def test_what_a_rule_writes_is_validated(database_url: str) -> None:
    rules = """
rule "Up" on lead when created then update account (tier = country) end
validation "Tier" on account fail tier "No such tier: " & tier when tier = "XX" end
"""

    async def work(office: Office) -> None:
        [account] = await office.create("account", {"name": "A"})
        with pytest.raises(InvalidRecord, match="No such tier: XX"):
            await office.create("lead", lead(1, account=account, country="XX"))
        assert await office.rows("lead", "name") == []

    with_rules(database_url, rules, work)


def test_the_number_of_statements_does_not_grow_with_the_batch(database_url: str) -> None:
    rules = """
rule "All" on lead when created then
    create task (subject = name, lead = id) as job
    if country = "DE" then
        update job (subject = "x")
    end
    update account (tier = name)
    update task where task.lead = id (due_date = TODAY())
    for each one in tasks do
        delete one
    end
end
"""

    async def work(office: Office) -> None:
        [account] = await office.create("account", {"name": "A"})
        access = AdministratorAccess()

        async def cost(first: int, count: int) -> int:
            payloads = [lead(first + number, account=account, country="DE") for number in range(count)]

            async def run(transaction: Any, compiled: Any) -> int:
                counting = Counting(transaction)
                context = SaveContext(transaction=counting, compiled=compiled, actor=office.actor, now=NOW)
                await create(context, Engine(office.woken.append, access), access, "lead", payloads)
                return counting.count

            return await office.tenant.write(run)

        assert await cost(1, 1) == await cost(2, 30)
        assert await office.rows("task", "id") == []

    with_rules(database_url, rules, work)


def test_a_value_that_a_field_does_not_take_names_the_rule(database_url: str) -> None:
    rules = 'rule "Bad" on lead when created then for each job in tasks do set score = 1 / 0 end set score = 1 / 0 end'

    async def work(office: Office) -> None:
        with pytest.raises(RuleFailed, match="'Bad' on lead"):
            await office.create("lead", lead(1))

    with_rules(database_url, rules, work)


def test_a_rule_sets_nothing_from_what_is_created_later(database_url: str) -> None:
    rules = 'rule "Bad" on lead when created then create task (subject = "x") as t set name = t.subject end'

    async def work(office: Office) -> None:
        raise AssertionError("deployed")

    with pytest.raises(InvalidMetadata, match='"t" is created when the record is written'):
        with_rules(database_url, rules, work)


@pytest.mark.parametrize("action", ["delete owner", 'delete user where user.name = "x"'])
def test_no_rule_deletes_users(database_url: str, action: str) -> None:
    async def work(office: Office) -> None:
        raise AssertionError("deployed")

    with pytest.raises(InvalidMetadata, match="No rule deletes users"):
        with_rules(database_url, f'rule "Bad" on lead when created then {action} end', work)


def test_loops_stand_in_loops_and_conditions_read_child_lists(database_url: str) -> None:
    rules = """
rule "R" on account when tier changes then
    update lead where lead.account = id && COUNT(lead.tasks) > 1 && COUNT(leads) = 2 (score = 5)
    for each one in leads do
        for each job in one.tasks do
            update job (subject = one.name & job.subject)
        end
        set name = name & "x"
    end
end
"""

    async def work(office: Office) -> None:
        [account] = await office.create("account", {"name": "A"})
        a, _ = await office.create("lead", {"name": "a", "account": account}, {"name": "b", "account": account})
        await office.create("task", {"subject": "1", "lead": a}, {"subject": "2", "lead": a})
        await office.update("account", account, tier="x")
        assert [row["score"] for row in await office.rows("lead", "score")] == [5, None]
        assert await subjects(office) == ["a1", "a2"]
        assert await office.one("account", "name") == {"name": "Axx"}

    with_rules(database_url, rules, work)


# Whose rights


class NoTasks(AdministratorAccess):
    """Nobody may create a task or set a rating."""

    def decide(
        self, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
    ) -> Decision:
        if object_name == "task" or field_name == "rating":
            return Decision(False, "no")
        return super().decide(actor, action, object_name, field_name)


@pytest.mark.parametrize("action", ["create task (subject = name)", 'set rating = "Hot"'])
@pytest.mark.parametrize("who", ["system", "user"])
def test_a_rule_that_runs_as_the_user_may_do_what_the_user_may(database_url: str, who: str, action: str) -> None:
    rules = f'rule "R" on lead\nruns as {who}\nwhen created then\n{action}\nend'

    async def work(office: Office) -> None:
        access = NoTasks()
        records = Records(office.tenant, Engine(office.woken.append, access), access, clock=lambda: NOW)
        if who == "system":
            await records.create(office.actor, "lead", [lead(1)])
        else:
            with pytest.raises(AccessDenied):
                await records.create(office.actor, "lead", [lead(1)])
        assert len(await office.rows("lead", "name")) == (who == "system")

    with_rules(database_url, rules, work)
