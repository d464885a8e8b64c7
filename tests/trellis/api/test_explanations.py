"""Why a record is as it is, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.trellis.api.sites import Site, open_site
from tests.trellis.api.sources import FILES

RULE = """
rule "Rate" on lead when created if amount > 100 then
    set hot = true
end
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site"), {**FILES, "rules/rate.rule": RULE}) as opened:
        yield opened


def test_what_rules_decided_is_told_with_what_they_read(site: Site) -> None:
    lead = site.create("lead", last_name="Lovelace", amount="250.50")
    body = site.get(f"/api/v1/explain/records/lead/{lead}").json()
    assert (body["object"], body["id"], body["name"], body["has_more"]) == ("lead", lead, "Lovelace", False)
    [happening] = body["happenings"]
    assert happening["reasons"] == [
        {
            "rule": "Rate",
            "done": "set",
            "field": "hot",
            "sentence": "“Rate” set hot to Yes; it was No",
            "because": "amount is above 100",
            "file": "rules/rate.rule",
            "line": 3,
            "clause": "set hot = true",
            "read": [{"path": "amount", "label": "amount", "value": "250.50", "text": "€250.50"}],
            "origin": None,
        }
    ]


def test_one_field_and_a_language_can_be_asked_for(site: Site) -> None:
    lead = site.create("lead", last_name="Lovelace", amount=250)
    address = f"/api/v1/explain/records/lead/{lead}"
    assert site.get(f"{address}?field=status").json()["happenings"] == []
    [happening] = site.get(f"{address}?field=hot&language=zh-Hans&limit=5").json()["happenings"]
    assert happening["reasons"][0]["because"] == "Amount 高于 100"
    assert site.get(f"{address}?language=fr").json()["code"] == "invalid_parameter"
    assert site.get(f"{address}?field=nosuch").status_code == 400


def test_who_may_not_read_the_record_is_told_nothing(site: Site) -> None:
    lead = site.create("lead", last_name="Lovelace", amount=250)
    _, token = site.user("mei")
    assert site.get(f"/api/v1/explain/records/lead/{lead}", token=token).status_code == 403
    assert site.get("/api/v1/explain/records/lead/01900000-0000-7000-8000-000000000000").status_code == 404
    assert site.get("/api/v1/explain/records/lead/nonsense").status_code == 404
