"""What the pipeline promises automation, and what it takes from it."""

from __future__ import annotations

from decimal import Decimal

from tests.trellis.factory import add_user
from tests.trellis.records.crm import Crm
from trellis.automation.hooks import Change
from trellis.errors import InvalidRecord


def test_rules_run_before_and_after_the_write_and_hear_of_the_commit(crm: Crm) -> None:
    crm.create("deal", {"name": "A"}, {"name": "B"})

    assert crm.automation.seen == [("before", "deal", ("created",) * 2), ("after", "deal", ("created",) * 2)]
    assert crm.automation.committed_for == [crm.tenant.name]


def test_a_refused_save_commits_nothing(crm: Crm) -> None:
    crm.faults("deal", {"name": "A", "amount": -1})

    assert crm.automation.committed_for == []


def test_a_before_rule_sees_every_stored_field_and_what_was(crm: Crm) -> None:
    seen: list[tuple[set[str], object]] = []
    stored = {
        name for name, field in crm.run(crm.tenant.compiled()).model.object("deal").fields.items() if field.is_stored
    }
    deal = crm.create_one("deal", name="A", amount=1)

    crm.automation.before = lambda change: seen.append((set(change.values), change.old and change.old["amount"]))
    crm.update("deal", deal, {"amount": 2})

    assert seen == [(stored, Decimal(1))]


def test_what_a_rule_sets_is_written_and_held_to_the_same_checks(crm: Crm) -> None:
    user = crm.run(add_user(crm.tenant, "seam"))

    def fill(change: Change) -> None:
        change.values.update(name="From a rule", amount=Decimal("1.005"), owner=user)

    crm.automation.before = fill
    row = crm.row("deal", crm.create_one("deal"))
    assert (row["name"], row["amount"], row["owner"]) == ("From a rule", Decimal("1.01"), user)

    crm.automation.before = lambda change: change.values.update(name="x" * 100, stage="Nope", amount=Decimal(-1))
    error = crm.refused(crm.records.create(crm.actor, "deal", [{"name": "A"}]))
    assert isinstance(error, InvalidRecord)
    assert {(fault.field, fault.code) for fault in error.fields} == {
        ("name", "too_long"),
        ("stage", "unknown_value"),
        ("amount", "validation_failed"),
    }


def test_a_rule_that_takes_back_what_was_changed_leaves_nothing_to_write(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A")
    crm.automation.before = lambda change: change.values.update(name="A")

    assert crm.update("deal", deal, {"name": "B"}).version == 1
