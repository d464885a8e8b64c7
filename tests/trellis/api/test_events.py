"""Over HTTP: events from outside set off the rules that wait for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.trellis.api.sites import Site, open_site
from tests.trellis.api.sources import FILES, LEAD

SOURCES = {
    **FILES,
    "objects/lead.yaml": LEAD.replace("  status:", "  company: {type: text, label: Company}\n  status:"),
    "rules/events.rule": """
rule "Shipped" on lead
when event erp.shipped matching last_name = $Event.order.reference
if !ISBLANK($Event.carrier)
then set company = $Event.carrier & " " & $Event.count & " " & $Event.fast
after 1 day then set company = "Late: " & $Event.carrier
end

rule "Called" on lead
when event phone.call
then set company = "Called " & $Event.by
end

rule "Refused" on lead
when event refused matching last_name = $Event.name
then fail "Not today"
end
""",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site"), SOURCES) as opened:
        yield opened


def _lead(site: Site, name: str) -> str:
    made = site.request("POST", "/api/v1/records/lead", json={"last_name": name})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def _company(site: Site, record_id: str) -> Any:
    return site.request("GET", f"/api/v1/records/lead/{record_id}").json()["company"]


def _send(site: Site, event: str, content: Any, **headers: str) -> Any:
    return site.request("POST", f"/api/v1/events/{event}", json=content, headers=headers)


def test_an_event_finds_its_records_and_rules_read_what_it_says(site: Site) -> None:
    first, second, other = _lead(site, "SO-1"), _lead(site, "SO-1"), _lead(site, "SO-2")
    content = {"order": {"reference": "SO-1"}, "carrier": "DHL", "count": 2.5, "fast": True}
    answer = _send(site, "erp.shipped", content)
    assert answer.status_code == 200, answer.text
    heard = {"rule": "Shipped", "object": "lead", "matched": 2, "fired": 2}
    assert answer.json() == {"event": "erp.shipped", "rules": [heard]}
    assert [_company(site, one) for one in (first, second, other)] == ["DHL 2.5 true", "DHL 2.5 true", None]
    # what it does not say is blank
    answer = _send(site, "ERP.shipped", {"order": {"reference": "SO-2"}})
    assert answer.json()["rules"] == [{**heard, "matched": 1, "fired": 0}]
    assert _send(site, "erp.shipped", {}).json()["rules"] == [{**heard, "matched": 0, "fired": 0}]


def test_an_event_without_a_condition_names_its_record(site: Site) -> None:
    lead = _lead(site, "Named")
    assert _send(site, "phone.call", {"id": lead, "by": "Mei"}).json()["rules"][0]["fired"] == 1
    assert _company(site, lead) == "Called Mei"
    assert _send(site, "phone.call", {"id": lead[:-4] + "0000", "by": "Mei"}).json()["rules"][0]["matched"] == 0
    refused = _send(site, "phone.call", {"by": "Mei"})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")


def test_an_event_that_is_repeated_with_its_key_happens_once(site: Site) -> None:
    lead = _lead(site, "Once")
    version = site.request("GET", f"/api/v1/records/lead/{lead}").json()["version"]
    sent = {"id": lead, "by": "Bo"}
    first = _send(site, "phone.call", sent, **{"Idempotency-Key": f"call {lead}"})
    again = _send(site, "phone.call", sent, **{"Idempotency-Key": f"call {lead}"})
    assert first.json() == again.json()
    assert site.request("GET", f"/api/v1/records/lead/{lead}").json()["version"] == version + 1
    other = _send(site, "phone.call", {**sent, "by": "X"}, **{"Idempotency-Key": f"call {lead}"})
    assert other.json()["code"] == "idempotency_key_reused"


def test_an_event_that_is_refused_does_nothing(site: Site) -> None:
    unknown = _send(site, "erp.shiped", {})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert "erp.shipped" in unknown.json()["hint"]
    _lead(site, "Refused")
    refused = _send(site, "refused", {"name": "Refused"})
    assert (refused.status_code, refused.json()["errors"][0]["message"]) == (422, "Not today")
    assert _send(site, "erp.shipped", [1]).status_code == 400
    many = {f"m{number}": 1 for number in range(501)}
    assert _send(site, "erp.shipped", many).status_code == 400
    assert site.request("POST", "/api/v1/events/erp.shipped", json={}, headers={"Authorization": ""}).status_code == 401
