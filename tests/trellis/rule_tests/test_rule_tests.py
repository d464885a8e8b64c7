"""Tests in the language: what happens to the records they are given, what they find, and which clauses they see."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from metamodel.problems import MetadataProblem
from tests.trellis.automation.rules import SOURCE
from trellis.errors import InvalidMetadata
from trellis.rule_tests.outcome import Report
from trellis.rule_tests.service import run_tests
from trellis.rule_tests.sources import source_of_files

RULES = """
assignment "Routing" on lead
when created or country changes
first match
    country = "DE" && revenue > 1000 -> queue east round robin
    country = "FR" -> user "bo"
    status = "Lost" -> queue west weighted (chen 2)
end

rule "Follow" on lead
when saved or restored
if !(rating = "Cold") || score > 5
then
    set score = BLANKVALUE(score, 0) + 1
    if revenue > 10 then
        create task (subject = "Call " & name, due_date = TODAY() + 1, lead = id)
    end
    notify owner.manager via email "Look at " & name
else
    set country = NULL
end

rule "Gone" on lead
when deleted
then
    notify user "anna" via in_app "Gone: " & name
end

validation "Scores" on lead
    fail score "Too high" when score > 100
end
"""
HOLDING = """
test "Created" on lead
given (name = "A", country = "DE", revenue = 1000 + 1)
given (country = "DE", revenue = 2000, name = country & "!")
when created
then
    expect owner in queue east
    expect score = 1 && YEAR(TODAY()) = 2026
    expect notified owner.manager via email
    expect notified owner.manager
    expect task where task.lead = id && task.due_date = DATE(2026, 3, 3)
after 3 days
then
    expect TODAY() = DATE(2026, 3, 5)
after 1 month
then
    expect TODAY() = DATE(2026, 4, 5)
end

test "Every way of a change" on lead
given (country = "FR", rating = "Cold", score = 6)
when created or country changes or status changes to "Working" or rating changes from "Hot" or updated or saved
then
    expect ISBLANK(name) = FALSE
    expect score = 7
end

test "A change is from what is given to what is said" on lead
given (status = "Lost")
when status changes to "Working"
then
    expect status = "Working"
    expect PRIORVALUE(status) = "Working"
end

test "A change of what is given is from something else" on lead
given (country = "FR")
when country changes
then
    expect owner = "bo"
end

test "Too many points" on lead
given (score = 100)
given (score = 200, country = "FR")
when created or updated
then
    expect refused "too HIGH"
end

test "Bin" on lead
given (name = "Gone")
when deleted
then
    expect notified user "anna" via in_app
end

test "Back" on lead
given (name = "Back", rating = "Cold", country = "DE")
when restored
then
    expect ISBLANK(country)
end
"""
FAILING = """
test "All wrong" on lead
given (name = "A", country = "FR")
given (name = "B", country = "SE", status = "Lost")
when created
then
    expect owner in queue west
    expect country = "FR" && score < 1
    expect notified owner via in_app
    expect task where task.lead = id
end
test "Refused" on lead
given (score = 100, rating = "Hot")
when created
then
    expect score = 100
end
test "Not refused, or otherwise" on lead
given (score = 1)
given (score = 100)
when created
then
    expect refused "Too low"
    expect score = 2
end
test "Impossible" on lead
given (score = 1 / 0)
when created
then
    expect TRUE
end
"""


def _run(files: Mapping[str, str], name: str | None = None) -> Report:
    return asyncio.run(run_tests([source_of_files({**SOURCE, "rules/all.rule": RULES, **files})], name=name))


@pytest.fixture(scope="module")
def report() -> Report:
    return _run({"tests/holding.rule": HOLDING, "tests/deep/failing.rule": FAILING})


def test_what_rules_do_is_what_tests_find(report: Report) -> None:
    held = [test for test in report.tests if test.file == "tests/holding.rule"]
    assert [(test.name, test.failures) for test in held if not test.holds] == []
    assert [test.line for test in held] == [2, 20, 28, 36, 43, 51, 58]


def test_what_is_otherwise_is_said_with_what_is_there(report: Report) -> None:
    wrong, refused, saved, impossible = (test for test in report.tests if test.file == "tests/deep/failing.rule")
    assert [(one.line, one.text, one.message) for one in wrong.failures] == [
        (7, "owner in queue west", "Record 1 of 2: owner is bo, who is not in that queue."),
        (8, 'country = "FR" && score < 1', 'Record 1 of 2: It is not so: country is "FR", score is 1.'),
        (9, "notified via in_app", "Record 1 of 2: Told were manager via email."),
        (10, "task where task.lead = id", "Record 1 of 2: There is no such record of task."),
        (8, 'country = "FR" && score < 1', 'Record 2 of 2: It is not so: country is "SE", score is 1.'),
        (9, "notified via in_app", "Record 2 of 2: Told were manager via email."),
        (10, "task where task.lead = id", "Record 2 of 2: There is no such record of task."),
    ]
    assert [(one.line, one.text) for one in (*refused.failures, *impossible.failures)] == [(12, ""), (26, "")]
    high = "score: Too high"
    assert [(one.line, one.text, one.message) for one in saved.failures] == [
        (23, 'refused "Too low"', "Record 1 of 2: It was saved."),
        (23, 'refused "Too low"', f"Record 2 of 2: It was refused: {high}"),
        (24, "score = 2", f"Record 2 of 2: It was refused: {high}"),
    ]
    assert "Too high" in refused.failures[0].message
    assert "zero" in impossible.failures[0].message


def test_every_clause_is_told_with_what_it_was_seen_to_be(report: Report) -> None:
    seen = [(one.line, one.text, one.was_true, one.was_false) for one in report.coverage]
    assert seen == [
        (5, 'country = "DE"', True, True),
        (5, "revenue > 1000", True, False),
        (6, 'country = "FR"', True, True),
        (7, 'status = "Lost"', True, True),
        (12, '(rating = "Cold")', True, True),
        (12, "score > 5", True, True),
        (15, "revenue > 10", True, True),
        (30, "score > 100", True, True),
    ]
    assert report.to_json()["clauses_seen_true_and_false"] == 7


def test_only_tests_of_a_name_run() -> None:
    report = _run({"rules/more.rule": HOLDING}, name="BIN")
    assert [(test.file, test.name, test.holds) for test in report.tests] == [("rules/more.rule", "Bin", True)]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('\n\nrule "R" on lead when created then stop end', "not_a_test", 3),
        ('test "T" on lead\ngiven (nmae = "A")\nwhen created then expect TRUE end', "unknown_field", 2),
    ],
)
def test_what_is_wrong_in_a_test_file_is_told_at_its_place(text: str, code: str, line: int) -> None:
    with pytest.raises(InvalidMetadata) as caught:
        _run({"tests/wrong.rule": text})
    [problem] = caught.value.problems
    assert isinstance(problem, MetadataProblem)
    assert (problem.code, problem.file, problem.line) == (code, "tests/wrong.rule", line)


def test_values_that_are_made_up_are_among_those_that_the_record_type_offers() -> None:
    deal = (
        "label: Deal\nplural_label: Deals\nname_field: number\nfields:\n"
        '  number: {type: auto_number, label: Number, format: "{0}"}\n'
        "  stage: {type: picklist, label: Stage, required: true, values: [Open, Talks, Won]}\n"
        "  rating: {type: picklist, label: Rating, values: [Hot, Cold]}\n"
        "record_types:\n  new: {label: New, picklists: {stage: {values: [Talks, Won]}}}\ndefault_record_type: new\n"
    )
    rules = """
rule "Won" on deal when stage changes to "Won" then set rating = "Hot" end
test "Won" on deal given (rating = "Cold") when stage changes to "Won" then expect rating = "Hot" end
"""
    report = asyncio.run(run_tests([source_of_files({"objects/deal.yaml": deal, "rules/deal.rule": rules})]))
    assert [(test.name, test.holds) for test in report.tests] == [("Won", True)]
