"""Simulations over HTTP: rules that are not deployed, over the records that there are."""

from __future__ import annotations

from tests.trellis.api.sites import Site

PATH = "/api/v1/rules/simulate"
RULES = 'rule "Grow" on lead when saved if amount > 5 then set amount = amount / 8 end'


def test_a_draft_is_simulated_over_the_records_that_there_are(site: Site) -> None:
    for amount in (5, 6, 7):
        saved = site.post("/api/v1/records/lead", {"last_name": f"Lead {amount}", "amount": amount})
        assert saved.status_code == 201, saved.text
    answer = site.post(PATH, {"rules": RULES, "where": "amount < 7", "show": 1})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["object"], found["looked_at"], found["counted_by"], found["is_whole"]) == (
        "lead",
        2,
        "database",
        True,
    )
    assert found["statements"] == [{"kind": "rule", "name": "Grow", "line": 1, "matches": 1}]
    change = {"before": 6.0, "after": 0.75}
    assert found["fields"] == [{"field": "amount", "changes": 1, "values": [{**change, "records": 1}]}]
    [record] = found["records"]
    assert (record["name"], record["changes"]) == ("Lead 6", [{"field": "amount", **change}])
    assert site.get("/api/v1/records/lead?filter=amount%20%3D%206").json()["records"] != []


def test_rules_that_do_not_hold_together_are_refused_with_their_lines(site: Site) -> None:
    answer = site.post(PATH, {"rules": "\n" + RULES.replace("amount >", "amuont >")})
    assert answer.status_code == 422
    [problem] = answer.json()["errors"]
    assert (problem["code"], problem["line"]) == ("unknown_field", 2)


def test_a_question_that_cannot_be_read_is_refused(site: Site) -> None:
    assert site.post(PATH, {}).status_code == 400
    assert site.post(PATH, {"rules": RULES, "sample": 3}).status_code == 400
    assert site.post(PATH, {"rules": RULES, "show": 1_000}).status_code == 400
    assert site.post(PATH, {"rules": RULES, "object": "leed"}).status_code == 404
    assert site.post(PATH, {"rules": RULES, "since": "soon"}).status_code == 400


def test_saves_of_the_past_are_gone_through(site: Site) -> None:
    found = site.post(PATH, {"rules": RULES, "since": "1d", "show": 0}).json()
    assert (found["object"], found["counted_by"], found["untracked"]) == ("lead", "history", ["amount"])
