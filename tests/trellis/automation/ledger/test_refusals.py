"""What is refused of a record that is there is told, although nothing of it was saved. On both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.trellis.automation.ledger.test_writing import notes_of
from tests.trellis.automation.rules import Office, with_rules
from trellis.automation.ledger.note import Note
from trellis.errors import InvalidRecord
from trellis.explain.service import Explanations
from trellis.records.service import RecordChange
from trellis.security.access import AdministratorAccess

RULES = """
rule "No way back" on lead
when status changes
if revenue > 10
then
    set rating = "Hot"
    fail status "Not from " & PRIORVALUE(status)
end
validation "Revenue" on lead
    fail revenue "Too much" when revenue > 1000
end
"""
REFUSED = Note(
    "No way back", 7, "fail", "status", "Not from New", None, (("revenue", Decimal("20.00")), ("status", "Lost"))
)


def test_a_refusal_is_kept_of_a_record_that_is_there(database_url: str) -> None:
    async def work(office: Office) -> None:
        lead, other = await office.create("lead", {"name": "Ada", "revenue": 20}, {"name": "Bo"})
        with pytest.raises(InvalidRecord):
            await office.update("lead", lead, status="Lost")
        assert await notes_of(office) == [(lead, (REFUSED,))]
        changes = [RecordChange(id=one, values={"status": "Lost", "revenue": 2_000}) for one in (lead, other)]
        refused = await office.records.update(office.actor, "lead", changes, partial=True)
        assert [hasattr(one, "errors") for one in refused] == [True, True]
        with pytest.raises(InvalidRecord):
            await office.update("lead", other, revenue=2_000)
        explained = await Explanations(office.tenant, AdministratorAccess()).explain(office.actor, "lead", other)
        newest = explained.happenings[0].reasons[0]
        assert (newest.sentence, newest.because) == ("“Revenue” refused a change: Too much", "revenue is above 1,000")
        assert newest.clause == 'fail revenue "Too much" when revenue > 1000'

    with_rules(database_url, RULES, work)


def test_a_record_that_was_never_there_has_none(database_url: str) -> None:
    async def work(office: Office) -> None:
        with pytest.raises(InvalidRecord):
            await office.create("lead", {"name": "Ada", "revenue": 2_000})
        saved = await office.records.create(
            office.actor, "lead", [{"name": "Ada", "revenue": 2_000}, {"name": "Bo"}], partial=True
        )
        assert hasattr(saved[0], "errors")
        assert await notes_of(office) == []

    with_rules(database_url, RULES, work)
