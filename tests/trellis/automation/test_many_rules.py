"""Many rules on one object: a record meets few of them, and what comes out is what asking each would give. On both databases."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from rule_engine import CheckedFormula, EvaluationContext
from tests.trellis.automation.rules import Office, with_rules
from trellis.automation.engine import Engine
from trellis.automation.run import Run
from trellis.records.service import Records
from trellis.security.access import AdministratorAccess

COUNTRIES = ("DE", "AT", "CH", "FR")
STATUSES = ("New", "Working", "Lost")


class Onlooker:
    """While somebody looks on, every condition is asked."""

    def decide(self, condition: CheckedFormula, record: Mapping[str, Any], evaluation: EvaluationContext) -> None: ...


def made_up_rules(chance: random.Random, count: int) -> str:
    return "\n".join(made_up_rule(chance, number) for number in range(count))


def made_up_rule(chance: random.Random, number: int) -> str:
    low = chance.randrange(0, 60)
    conditions = [
        f'country = "{chance.choice(COUNTRIES)}"',
        f'ISPICKVAL(status, "{chance.choice(STATUSES)}")',
        f"revenue >= {low} && revenue < {low + 30}",
        f"score > {chance.randrange(6)}",
        f'account.tier = "{chance.choice("ABC")}"',
        "ISBLANK(rating)",
        f"revenue / (score - {chance.randrange(9)}) > 3",
    ]
    actions = [
        "set score = score + 1",
        f'set country = "{chance.choice(COUNTRIES)}"',
        f'set status = "{chance.choice(STATUSES)}"',
        f'create task (subject = "Rule {number}", lead = id)',
        f'update account (tier = "{chance.choice("ABC")}")',
    ]
    asked = " && ".join(f"({one})" for one in chance.sample(conditions[:-1], chance.randrange(1, 4)))
    if number % 10 == 0:
        asked = f"score = 1000 && {conditions[-1]}"
    done = "\n    ".join(chance.sample(actions, chance.randrange(1, 3)))
    return f'rule "R{number:03}" on lead when saved if {asked} then\n    {done}\nend'


def made_up_lead(chance: random.Random, accounts: list[str]) -> dict[str, Any]:
    return {
        "name": "Lead",
        "country": chance.choice(COUNTRIES),
        "revenue": chance.randrange(90),
        "score": chance.randrange(4),
        "account": chance.choice([*accounts, None]),
    }


@pytest.mark.parametrize("seed", range(3))
def test_an_index_changes_nothing_that_many_rules_do(database_url: str, seed: int) -> None:
    async def work(office: Office) -> None:
        access = AdministratorAccess()
        asking_all = Records(office.tenant, Engine(lambda _: None, access, Onlooker()), access)
        outcomes = [await outcome(office, records) for records in (office.records, asking_all)]
        assert outcomes[0] == outcomes[1]
        assert len(outcomes[0][1]) > 5

    async def outcome(office: Office, records: Records) -> list[list[tuple[Any, ...]]]:
        chance = random.Random(seed)
        known = {row["id"] for name in ("lead", "task", "account") for row in await office.rows(name, "id")}
        accounts = [
            saved.id for saved in await records.create(office.actor, "account", [{"name": n, "tier": n} for n in "ABC"])
        ]
        await records.create(office.actor, "lead", [made_up_lead(chance, accounts) for _ in range(8)])
        found = {
            "lead": await office.rows("lead", "id", "country", "status", "revenue", "score", "version"),
            "task": await office.rows("task", "id", "subject"),
            "account": await office.rows("account", "id", "name", "tier", "version"),
        }
        return [
            sorted((tuple(row.values())[1:] for row in rows if row["id"] not in known), key=repr)
            for rows in found.values()
        ]

    with_rules(database_url, made_up_rules(random.Random(seed), 40), work)


def test_a_record_meets_few_of_many_rules(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = "\n".join(
        f'rule "R{number}" on lead when created if revenue = {number} then set score = {number} end'
        for number in range(200)
    )
    asked: list[int] = []
    holds = Run.holds

    def noting(run: Run, condition: Any, index: int) -> bool:
        asked.append(index)
        return holds(run, condition, index)

    async def work(office: Office) -> None:
        monkeypatch.setattr(Run, "holds", noting)
        await office.create("lead", {"name": "Lead", "revenue": 150})
        assert (await office.one("lead", "score"))["score"] == 150
        assert asked == [0]

    with_rules(database_url, rules, work)
