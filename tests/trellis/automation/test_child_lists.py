"""Rules that read child rows, globals and looked-up values. On both databases."""

from __future__ import annotations

from decimal import Decimal

from tests.trellis.automation.rules import Office, with_rules

MORE = {
    "labels.yaml": "busy: Too busy\n",
    "settings/policy.yaml": "label: Policy\nfields: {most: {type: number, label: Most, scale: 0}}\nvalues: {most: 2}\n",
    "translations/zh-Hans.yaml": "labels: {busy: 太忙}\n",
}


def test_a_condition_and_a_value_read_the_rows_there_are(database_url: str) -> None:
    rules = """
rule "Busy" on lead when updated
if COUNT(tasks) >= $Setup.policy.most then set rating = "Hot", score = COUNT(tasks, subject = "Call") end
"""

    async def work(office: Office) -> None:
        busy, idle = await office.create("lead", {"name": "busy"}, {"name": "idle"})
        await office.create("task", *({"subject": one, "lead": busy} for one in ("Call", "Call", "Write")))
        await office.create("task", {"subject": "Call", "lead": idle})
        for one in (busy, idle):
            await office.update("lead", one, country="DE")
        rows = await office.rows("lead", "name", "rating", "score")
        assert {row["name"]: (row["rating"], row["score"]) for row in rows} == {
            "busy": ("Hot", Decimal(2)),
            "idle": (None, None),
        }

    with_rules(database_url, rules, work, MORE)


def test_rows_that_a_rule_creates_are_seen_by_the_rules_after_it(database_url: str) -> None:
    rules = """
rule "A" on lead when created then create task (subject = "First", lead = id) end
rule "B" on lead when created if COUNT(tasks) = 1 then create task (subject = "Second", lead = id) end
rule "C" on lead when created if COUNT(tasks) = 3 then create task (subject = "Never", lead = id) end
"""

    async def work(office: Office) -> None:
        await office.create("lead", {"name": "L"})
        assert [row["subject"] for row in await office.rows("task", "subject")] == ["First", "Second"]

    with_rules(database_url, rules, work)


def test_a_rule_follows_a_lookup_that_another_changed_to_its_list(database_url: str) -> None:
    rules = """
rule "A" on lead when saved if country = "DE" && ISBLANK(account) then
    set account = VLOOKUP($ObjectType.account.Fields.id, $ObjectType.account.Fields.name, "Germany")
end
rule "B" on lead when saved then set score = COUNT(account.leads) end
"""

    async def work(office: Office) -> None:
        [germany] = await office.create("account", {"name": "Germany"})
        await office.create("lead", {"name": "1", "country": "DE"}, {"name": "2"})
        await office.create("lead", {"name": "3", "country": "DE"})
        rows = await office.rows("lead", "name", "account", "score")
        assert {row["name"]: (row["account"], row["score"]) for row in rows} == {
            "1": (germany, Decimal(0)),
            "2": (None, Decimal(0)),
            "3": (germany, Decimal(1)),
        }

    with_rules(database_url, rules, work)


def test_messages_say_labels_and_counts(database_url: str) -> None:
    rules = """
rule "Tell" on lead when updated then
    notify owner via in_app $Label.busy & ": " & TEXT(COUNT(tasks)) & " of " & $Org.name
end
"""

    async def work(office: Office) -> None:
        [lead] = await office.create("lead", {"name": "L", "owner": office.users["anna"]})
        await office.create("task", {"subject": "S", "lead": lead})
        await office.update("lead", lead, country="DE")
        assert [row["text"] for row in await office.posted()] == ["Too busy: 1 of Acme"]

    with_rules(database_url, rules, work, {**MORE, "organization.yaml": "name: Acme\n"})


def test_those_with_the_least_load_are_found_by_settings_and_child_rows(database_url: str) -> None:
    rules = """
rule "Route" on lead when created
then assign to queue east least loaded by lead where lead.score < $Setup.policy.most && COUNT(lead.tasks) = 1
end
"""

    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo")
        [anna, bo] = await office.create("lead", {"name": "1"}, {"name": "2"})
        await office.update("lead", anna, score=1, owner=office.users["anna"])
        await office.update("lead", bo, score=1, owner=office.users["bo"])
        await office.create("task", {"subject": "S", "lead": anna})
        await office.create("lead", {"name": "3"})
        assert (await office.owners())[2] == "bo"

    with_rules(database_url, rules, work, MORE)
