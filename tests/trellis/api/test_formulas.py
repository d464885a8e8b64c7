"""Formulas over HTTP: checked, formatted, completed, explained, and listed with their functions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trellis.api.sites import Site

CHECK = "/api/v1/formulas/check"


def ask(site: Site, what: str, **body: Any) -> dict[str, Any]:
    answer = site.post(f"/api/v1/formulas/{what}", body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_formula_says_what_it_gives_and_reads_and_where_it_can_run(site: Site) -> None:
    found = ask(site, "check", object="lead", formula="amount*2>size && account.name=$User.name", returns="checkbox")
    assert found["is_valid"]
    assert found["type"] == "boolean"
    assert found["references"] == ["amount", "size", "account.name"]
    assert found["user_fields"] == ["name"]
    assert found["canonical"] == "amount * 2 > size && account.name = $User.name"
    assert found["errors"] == []
    supported = {one["target"]: one["supported"] for one in found["targets"]}
    assert all(supported.values())


def test_a_formula_is_said_in_words_with_the_labels_of_the_model(site: Site) -> None:
    found = ask(site, "check", object="lead", formula='last_name in ("Li", "Wang") && amount > 1000')
    assert found["sentences"] == {
        "en": "last name is one of Li, Wang and amount is above 1,000",
        "zh-Hans": "姓为 Li、Wang 之一，且 Amount 高于 1,000",
    }


def test_a_target_that_cannot_honour_a_formula_says_why(site: Site) -> None:
    found = ask(site, "check", object="lead", formula='REGEX(last_name, "[a-z]+")')
    (postgresql,) = [one for one in found["targets"] if one["target"] == "postgresql"]
    assert not postgresql["supported"]
    assert "REGEX" in postgresql["reason"]


def test_everything_that_is_wrong_is_told_at_once_with_its_place(site: Site) -> None:
    found = ask(site, "check", object="lead", formula="amuont\n  + ROUNDD(1)")
    assert not found["is_valid"]
    assert found["type"] is None
    first, second = found["errors"]
    assert (first["code"], first["line"], first["column"], first["start"], first["end"]) == (
        "unknown_field",
        1,
        1,
        0,
        6,
    )
    assert first["hint"] == 'Did you mean "amount"?'
    assert (second["code"], second["line"], second["column"]) == ("unknown_function", 2, 5)


def test_a_formula_that_gives_something_else_than_wanted_is_wrong(site: Site) -> None:
    found = ask(site, "check", object="lead", formula="amount", returns="date")
    assert [one["code"] for one in found["errors"]] == ["wrong_type"]


def test_a_warning_does_not_make_a_formula_wrong(site: Site) -> None:
    found = ask(site, "check", object="lead", formula='status = "Nwe"')
    assert found["is_valid"]
    assert found["warnings"][0]["code"] == "unknown_value"


def test_a_formula_is_checked_by_the_rules_of_its_syntax(site: Site) -> None:
    strict = ask(site, "check", object="lead", formula='status = "New"', syntax="salesforce")
    assert [one["code"] for one in strict["errors"]] == ["wrong_type"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"object": "lead"}, 400, "invalid_request"),
        ({"object": "lead", "formula": 5}, 400, "invalid_request"),
        ({"object": "lead", "formula": "1", "syntax": "basic"}, 400, "invalid_request"),
        ({"object": "lead", "formula": "1", "returns": "money"}, 400, "invalid_request"),
        ({"object": "lead", "formula": "1", "mode": "x"}, 400, "invalid_request"),
        ({"object": "leed", "formula": "1"}, 404, "not_found"),
        ({"object": "lead", "formula": "1" * 64_001}, 400, "invalid_request"),
    ],
)
def test_a_question_that_cannot_be_understood_is_refused(
    site: Site, body: dict[str, Any], status: int, code: str
) -> None:
    answer = site.post(CHECK, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_formula_is_brought_into_its_canonical_form(site: Site) -> None:
    assert ask(site, "format", formula="if( a>1,'x' ,\"y\")") == {"formula": 'IF(a > 1, "x", "y")'}


def test_what_is_no_formula_cannot_be_formatted(site: Site) -> None:
    answer = site.post("/api/v1/formulas/format", {"formula": "1 +"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_formula"
    (finding,) = answer.json()["errors"]
    assert (finding["code"], finding["line"], finding["column"]) == ("syntax", 1, 4)


def test_functions_are_listed_with_signature_and_example(site: Site) -> None:
    listed = {one["name"]: one for one in site.get("/api/v1/formulas/functions").json()["functions"]}
    assert listed["ROUND"]["group"] == "numbers"
    assert listed["ROUND"]["signature"].startswith("ROUND(")
    assert listed["LEFT"]["example"]["result"]


def test_who_may_read_nothing_learns_nothing(site: Site) -> None:
    _, token = site.user("reader")
    answer = site.post(CHECK, {"object": "lead", "formula": "amount"}, token=token)
    assert answer.status_code == 403
    assert site.post(CHECK, {"object": "lead", "formula": "amount"}, token=None).status_code == 401


def test_a_formula_is_explained_on_a_record_part_by_part(site: Site) -> None:
    account = site.create("account", name="Rhine")
    lead = site.create("lead", last_name="Weber", amount="1200.50", account=account)
    found = ask(site, "explain", object="lead", formula='IF(amount > 1000, account.name, "small")', record=lead)
    assert (found["type"], found["value"], found["error"]) == ("text", "Rhine", None)
    condition, taken, left_out = found["explanation"]["children"]
    assert (condition["text"], condition["value"]) == ("amount > 1000", True)
    assert (taken["text"], taken["value"]) == ("account.name", "Rhine")
    assert left_out["is_skipped"]


def test_a_formula_field_is_explained_by_its_formula(site: Site) -> None:
    lead = site.create("lead", last_name="Weber")
    found = ask(site, "explain", object="lead", field="loud_name", record=lead)
    assert found["value"] == "WEBER"
    assert found["explanation"]["children"][0]["value"] == "Weber"


def test_a_formula_is_explained_on_values_that_were_given(site: Site) -> None:
    values = {"amount": 10, "account.name": "Rhine", "loud_name": "LOUD"}
    formula = 'account.name & " " & TEXT(amount) & " " & loud_name & BLANKVALUE(status, "?")'
    assert ask(site, "explain", object="lead", formula=formula, values=values)["value"] == "Rhine 10 LOUD?"


def test_a_formula_that_fails_is_explained_as_well(site: Site) -> None:
    found = ask(site, "explain", object="lead", formula="1 / size", values={"size": 0})
    assert found["value"] is None
    assert found["error"]["kind"] == "division_by_zero"


NOBODY = "01890000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"object": "lead", "formula": "1"}, 400, "invalid_request"),
        ({"object": "lead", "values": {}}, 400, "invalid_request"),
        ({"object": "lead", "formula": "1", "field": "loud_name", "values": {}}, 400, "invalid_request"),
        ({"object": "lead", "field": "amount", "values": {}}, 400, "invalid_request"),
        ({"object": "lead", "formula": "1", "values": {"amount": "x"}}, 400, "invalid_request"),
        ({"object": "lead", "formula": "1", "values": {"nothing": 1}}, 400, "invalid_request"),
        ({"object": "lead", "formula": "1", "values": []}, 400, "invalid_request"),
        ({"object": "lead", "formula": "amuont", "values": {}}, 422, "invalid_formula"),
        ({"object": "lead", "formula": "1", "record": NOBODY}, 404, "not_found"),
        ({"object": "lead", "formula": "1", "record": "x"}, 404, "not_found"),
    ],
)
def test_an_explanation_that_cannot_be_given_is_refused(
    site: Site, body: dict[str, Any], status: int, code: str
) -> None:
    answer = site.post("/api/v1/formulas/explain", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
