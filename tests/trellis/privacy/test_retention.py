"""Records whose time is over go, some at a time, with their copies; others stay. On both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from metamodel import MetadataError
from tests.metamodel.sources import model_of
from tests.trellis.factory import administrator, opened_tenant
from trellis.automation.silent import SilentAutomation
from trellis.privacy.retention import RetentionRounds, count_due
from trellis.query.query import Query
from trellis.query.service import Queries
from trellis.records.service import Records
from trellis.security.access import AdministratorAccess
from trellis.security.audit.read import list_audit
from trellis.tenancy.tenant import Tenant

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PERSON = """\
label: Person
plural_label: People
name_field: name
history: true
retention:
  old: {after_days: 365, since: created_at, when: status = "Lost", then: anonymize}
  past: {after_days: 30, since: left_on, then: delete}
fields:
  name: {type: text, label: Name, required: true, personal_data: identity}
  email: {type: email, label: Email, required: true, unique: true, personal_data: contact}
  phone: {type: phone, label: Phone, personal_data: contact}
  tags: {type: multi_picklist, label: Tags, values: [A, B], personal_data: other}
  place: {type: geolocation, label: Place, personal_data: location}
  agreed: {type: checkbox, label: Agreed, personal_data: other}
  tax_id: {type: text, label: Tax ID, encrypted: true, personal_data: financial}
  status: {type: picklist, label: Status, values: [Open, Lost]}
  left_on: {type: date, label: Left}
"""
PAYMENT = """\
label: Payment
plural_label: Payments
name_field: title
fields:
  title: {type: text, label: Title}
  payer: {type: lookup, label: Payer, object: person, on_delete: restrict}
"""
ACCESS = AdministratorAccess()


def test_what_is_over_goes_and_the_rest_stays(database_url: str) -> None:
    asyncio.run(_run(database_url))


async def _run(database_url: str) -> None:
    files = {"objects/person.yaml": PERSON, "objects/payment.yaml": PAYMENT}
    async with opened_tenant(database_url, files) as tenant:
        for number in range(5):
            await _create(tenant, f"Old {number}", 400, status="Lost", phone="+49301234567", agreed=True, tags=["A"])
        await _create(tenant, "Young", 300, status="Lost")
        await _create(tenant, "Won", 400, status="Open")
        await _create(tenant, "Left", 10, left_on=(NOW - timedelta(days=31)).date().isoformat())
        await _create(tenant, "Leaves", 10, left_on=(NOW - timedelta(days=30)).date().isoformat())
        owing = await _create(tenant, "Owes", 10, left_on="2020-01-01")
        records = Records(tenant, SilentAutomation(), ACCESS, clock=lambda: NOW)
        await records.create(await administrator(tenant), "payment", [{"title": "One", "payer": owing}])
        assert await _due(tenant) == {"old": 5, "past": 2}

        rounds = RetentionRounds(clock=lambda: NOW, at_once=2)
        assert await rounds.run(tenant) == 6
        assert await rounds.run(tenant) == 0, "within the hour"
        assert await RetentionRounds(clock=lambda: NOW).run(tenant) == 0, "what is done is not done again"
        assert await _due(tenant) == {"old": 0, "past": 1}
        rows = await _people(tenant)
        assert sorted(row["name"] for row in rows) == [*["Erased"] * 5, "Leaves", "Owes", "Won", "Young"]
        erased = [row for row in rows if row["name"] == "Erased"]
        assert {(row["phone"], row["agreed"], row["tags"] or None, row["status"]) for row in erased} == {
            (None, False, None, "Lost")
        }
        assert len({row["email"] for row in erased}) == 5
        audited = await list_audit(tenant, ACCESS, await administrator(tenant), limit=50)
        assert [row.event for row in audited].count("person_erased") == 4
        assert '"retention":"old"' in next(row.details for row in audited if "old" in row.details)


async def _create(tenant: Tenant, name: str, age_days: int, **values: Any) -> str:
    email = f"{name.replace(' ', '.').lower()}@example.org"
    moment = NOW - timedelta(days=age_days)
    records = Records(tenant, SilentAutomation(), ACCESS, clock=lambda: moment)
    actor = await administrator(tenant)
    (saved,) = await records.create(actor, "person", [{"name": name, "email": email, **values}])
    return saved.id


async def _due(tenant: Tenant) -> dict[str, int]:
    due = await count_due(tenant, ACCESS, await administrator(tenant), now=NOW)
    return {one.rule.name: one.count for one in due}


async def _people(tenant: Tenant) -> list[dict[str, Any]]:
    queries = Queries(tenant, ACCESS, clock=lambda: NOW)
    return await queries.rows(await administrator(tenant), Query(object="person", limit=100))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("since: left_on", "since: left_at", "has no field 'left_at'"),
        ("since: left_on", "since: status", "status is no stored date or moment"),
        ('status = "Lost"', 'stauts = "Lost"', "stauts"),
        ('status = "Lost"', "status", "Expected a boolean"),
        ("after_days: 30,", "after_days: 0,", "after_days"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(before: str, after: str, words: str) -> None:
    with pytest.raises(MetadataError) as refused:
        model_of({"objects/person.yaml": PERSON.replace(before, after)})
    assert words in str(refused.value)


def test_anonymizing_needs_something_that_is_marked() -> None:
    unmarked = PERSON.replace(", personal_data: identity", "")
    for category in ("contact", "other", "location", "financial"):
        unmarked = unmarked.replace(f", personal_data: {category}", "")
    with pytest.raises(MetadataError, match="says what of a person it holds"):
        model_of({"objects/person.yaml": unmarked})
