"""Changes of tracked fields are kept with the save that makes them. On both databases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tests.trellis.automation.rules import SOURCE, Office, with_rules
from trellis.records.service import RecordChange

LEAD = SOURCE["objects/lead.yaml"]
TRACKED = {
    "objects/lead.yaml": LEAD.replace("name_field: name\n", "name_field: name\nhistory: true\n").replace(
        "score: {type: number, label: Score, scale: 1}",
        "score: {type: number, label: Score, scale: 1, history: false}",
    )
}
ONE_FIELD = {
    "objects/lead.yaml": LEAD.replace(
        "country: {type: text, label: Country, length: 2}", "country: {type: text, label: Country, history: true}"
    )
}
RULE = """
rule "Rate" on lead when country changes then
    set rating = "Hot"
end
rule "Cool down" on task when created then
    update lead (rating = "Cold")
end
"""


async def kept(office: Office) -> list[tuple[Any, ...]]:
    table = office.tenant.tables.field_history
    columns = (table.c.field, table.c.before, table.c.after, table.c.rule, table.c.version)
    return [tuple(row) for row in await office.fetch(sa.select(*columns).order_by(table.c.id))]


def test_a_change_is_kept_with_what_made_it(database_url: str) -> None:
    async def work(office: Office) -> None:
        [lead] = await office.create("lead", {"name": "Ada", "revenue": 5})
        assert await kept(office) == []
        await office.update("lead", lead, country="DE", score=7)
        assert await kept(office) == [
            ("country", None, '"DE"', None, 2),
            ("rating", None, '"Hot"', "Rate", 2),
        ]
        await office.update("lead", lead, country="DE")
        await office.create("task", {"subject": "Call", "lead": lead})
        await office.update("lead", lead, revenue=None)
        assert (await kept(office))[2:] == [
            ("rating", '"Hot"', '"Cold"', "Cool down", 3),
            ("revenue", '{"$":"decimal","value":"5.00"}', None, None, 4),
        ]

    with_rules(database_url, RULE, work, TRACKED)


def test_owners_are_tracked_with_the_object(database_url: str) -> None:
    async def work(office: Office) -> None:
        [lead] = await office.create("lead", {"name": "Ada"})
        await office.update("lead", lead, owner=office.users["bo"])
        [(field, _, after, _, _)] = await kept(office)
        assert (field, after) == ("owner", f'"{office.users["bo"]}"')

    with_rules(database_url, "", work, TRACKED)


def test_a_single_field_can_be_tracked(database_url: str) -> None:
    async def work(office: Office) -> None:
        ids = await office.create("lead", *({"name": f"Lead {number}"} for number in range(60)))
        changes = [RecordChange(id=one, values={"country": "DE", "name": "New", "revenue": 3}) for one in ids]
        await office.records.update(office.actor, "lead", changes)
        assert await kept(office) == [("country", None, '"DE"', None, 2)] * 60

    with_rules(database_url, "", work, ONE_FIELD)
