"""What rules decide is in the ledger: written with the records, once, and only if they are. On both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa

from tests.trellis.automation.rules import NOW, Office, with_rules
from trellis.automation.ledger.content import dump_block, load_block, load_from_block, load_notes
from trellis.automation.ledger.note import Note
from trellis.automation.ledger.sampling import ALL_PER_SECOND, ONE_IN, Sampling
from trellis.automation.ledger.write import BLOCK
from trellis.errors import InvalidRecord

ROUTING = """
assignment "Routing" on lead
when created
first match
    country = "DE" && revenue >= 100 -> queue east round robin
    otherwise                        -> queue west
end

rule "Rate" on lead
when created
if revenue > 10
then
    set rating = IF(country = "DE", "Hot", "Cold")
    notify owner via in_app "New: " & name
    create task (subject = "Call " & name, lead = id)
end
"""


async def notes_of(office: Office, object_name: str = "lead") -> list[tuple[str, tuple[Note, ...]]]:
    """By id of the record, in the order they were written."""
    table = office.tenant.tables.ledger
    chosen = sa.select(table.c.record_id, table.c.content).where(table.c.object == object_name).order_by(table.c.id)
    return [(str(row[0]), load_notes(row[1])) for row in await office.fetch(chosen)]


def test_each_decision_is_kept_with_its_line_and_what_it_read(database_url: str) -> None:
    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo")
        [lead] = await office.create("lead", {"name": "Ada", "country": "DE", "revenue": 200})
        [(record_id, notes)] = await notes_of(office)
        anna, [task] = office.users["anna"], [row["id"] for row in await office.rows("task", "id")]
        assert record_id == lead
        assert notes == (
            Note(
                "Routing", 5, "assign", "owner", (anna, None), (notes[0].before[0], None),
                (("country", "DE"), ("revenue", Decimal("200.00"))),
            ),
            Note("Rate", 13, "set", "rating", "Hot", None, (("revenue", Decimal("200.00")), ("country", "DE"))),
            Note("Rate", 14, "notify", "in_app", (anna,), None, (("revenue", Decimal("200.00")), ("name", "Ada"))),
            Note(
                "Rate", 15, "create", "task", task, None,
                (("revenue", Decimal("200.00")), ("name", "Ada"), ("id", lead)),
            ),
        )  # fmt: skip
        assert await notes_of(office, "task") == [
            (task, (Note("Rate", 15, "create", origin=("lead", lead)),)),
        ]

    with_rules(database_url, ROUTING, work)


def test_a_value_is_kept_as_it_was_when_it_was_read(database_url: str) -> None:
    rules = """
rule "A" on lead when updated if rating = "Hot" then
    set rating = IF(rating = "Hot", "Cold", "Hot")
end
"""

    async def work(office: Office) -> None:
        [lead] = await office.create("lead", {"name": "Ada", "rating": "Hot"})
        await office.update("lead", lead, name="Bea")
        [(_, [note])] = await notes_of(office)
        assert (note.value, note.before, note.read) == ("Cold", "Hot", (("rating", "Hot"),))

    with_rules(database_url, rules, work)


def test_nothing_is_kept_of_a_save_that_is_refused(database_url: str) -> None:
    rules = """
rule "A" on lead when created then
    set rating = "Hot"
    if country = "XX" then
        fail country "No."
    end
end
"""

    async def work(office: Office) -> None:
        with pytest.raises(InvalidRecord):
            await office.create("lead", {"name": "Ada", "country": "XX"})
        payloads = [{"name": "Ada", "country": "XX"}, {"name": "Bo", "country": "DE"}]
        saved = await office.records.create(office.actor, "lead", payloads, partial=True)
        [(record_id, [note])] = await notes_of(office)
        assert record_id == saved[1].id  # type: ignore[union-attr]
        assert note.done == "set"

    with_rules(database_url, rules, work)


def test_records_that_a_rule_changes_say_which_rule_of_which_record_it_was(database_url: str) -> None:
    rules = """
rule "Close" on lead
when status changes to "Lost"
then
    update task where task.lead = id (subject = task.subject & " (lost)")
    delete task where task.lead = id
end
"""

    async def work(office: Office) -> None:
        [lead] = await office.create("lead", {"name": "Ada"})
        [task] = await office.create("task", {"subject": "Call", "lead": lead})
        await office.update("lead", lead, status="Lost")
        assert [(note.done, note.subject, note.value) for _, notes in await notes_of(office) for note in notes] == [
            ("update", "task", task),
            ("delete", "task", task),
        ]
        assert await notes_of(office, "task") == [
            (task, (
                Note("Close", 5, "set", "subject", "Call (lost)", origin=("lead", lead)),
                Note("Close", 6, "delete", origin=("lead", lead)),
            )),
        ]  # fmt: skip

    with_rules(database_url, rules, work)


def test_a_bulk_save_writes_a_row_for_many_records(database_url: str) -> None:
    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo")
        payloads = [{"name": f"Lead {number}", "country": "DE", "revenue": 5 + number} for number in range(300)]
        ids = await office.create("lead", *payloads)
        assert await notes_of(office) == []
        table = office.tenant.tables.ledger_block
        columns = (table.c.object, table.c.first_id, table.c.last_id, table.c.content)
        blocks = await office.fetch(sa.select(*columns).order_by(table.c.id))
        assert [tuple(row[:3]) for row in blocks if row[0] == "lead"] == [
            ("lead", ids[0], ids[BLOCK - 1]),
            ("lead", ids[BLOCK], ids[-1]),
        ]
        found = {record: notes for row in blocks if row[0] == "lead" for record, notes in load_block(row[3]).items()}
        assert list(found) == ids
        last = [(note.rule, note.line, note.done) for note in found[ids[-1]]]
        assert last == [("Routing", 5, "assign"), ("Rate", 13, "set"), ("Rate", 14, "notify"), ("Rate", 15, "create")]
        assert [note.line for note in found[ids[3]]] == [6]
        kept = [record for record, notes in found.items() if notes[0].read is not None]
        assert len(kept) == ALL_PER_SECOND + 200 // ONE_IN

    with_rules(database_url, ROUTING, work)


def test_blocks_give_back_the_notes_of_each_record() -> None:
    same = Note("Rate", 3, "set", "rating", "Hot")
    records = [
        ("a", [same, Note("Rate", 4, "set", "score", Decimal("1.5"))]),
        ("b", [same._replace(read=(("revenue", Decimal(2)),))]),
        ("c", [same]),
    ]
    text = dump_block(records)
    assert load_block(text) == {record: tuple(notes) for record, notes in records}
    assert load_from_block(text, "b") == tuple(records[1][1])
    assert load_from_block(text, "z") == ()
    assert text.count('"Rate"') == 3


def test_a_value_of_any_kind_is_kept_somehow() -> None:
    note = Note("Remind", 3, "remind", "step", ["a", "b"], read=(("odd", frozenset("x")), ("long", "y" * 300)))
    [kept] = load_block(dump_block([("a", [note])]))["a"]
    assert kept.value == ("a", "b")
    assert kept.read == (("odd", "frozenset({'x'})"), ("long", "y" * 200 + "…"))


def test_above_a_rate_one_in_so_many_is_kept_whole() -> None:
    sampling = Sampling(all_per_second=3, one_in=4)
    assert [sampling.takes("a", NOW) for _ in range(12)] == [True] * 4 + [False] * 3 + [True] + [False] * 3 + [True]
    assert sampling.takes("b", NOW)
