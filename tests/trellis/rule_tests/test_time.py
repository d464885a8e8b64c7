"""Tests in the language of rules that a time sets off, or somebody who calls them; roles and teams have members in tests."""

from __future__ import annotations

import asyncio

import pytest

from tests.trellis.automation.rules import SOURCE
from trellis.rule_tests.outcome import Report
from trellis.rule_tests.service import run_tests
from trellis.rule_tests.sources import source_of_files

FILES = {
    **SOURCE,
    "roles.yaml": "boss: {label: Boss}\n",
    "teams.yaml": "pilots: {label: Pilots}\n",
    "calendars.yaml": """
standard:
  label: Standard
  time_zone: Europe/Berlin
  hours: {monday: ["09:00-17:00"], tuesday: ["09:00-17:00"], wednesday: ["09:00-17:00"], thursday: ["09:00-17:00"], friday: ["09:00-17:00"]}
""",
}
RULES = """
rule "Chase" on lead
when created
if country = "DE"
then
    set rating = "Cold"
after 2 days if status = "New" then
    assign to queue east
    notify role boss via email "Untouched: " & name
after 2 business days then
    set score = 5
end

rule "Daily" on lead
when every day at 09:00
if score > 0
then
    set score = score + 1
end

rule "Soon due" on task
when 3 days before due_date at 08:00
then
    set subject = "Soon: " & subject
end

rule "Birthday" on task
when on the anniversary of due_date
then
    set subject = "Again"
end

rule "Escalate" on lead
when called
if status <> "Lost"
then
    assign to team pilots
end

rule "Won outside" on lead
when event crm.won matching name = $Event.deal.name
if country = "SE"
then
    set status = "Working"
    set country = IF($Event.deal.name = "Ref 7", "OK", "NO")
end

rule "Divides" on lead
when created
if name = "Zero"
then
    set rating = "Hot"
after 1 hour then
    set score = 1 / 0
end
"""
TESTS = """
test "Untouched" on lead
given (name = "A", country = "DE")
when created
then
    expect rating = "Cold"
    expect owner = "tester"
after 47 hours
then
    expect owner = "tester"
after 1 hour
then
    expect owner in queue east
    expect notified role boss via email
    expect score = 5
end

test "At nine" on lead
given (score = 1)
when every day at 09:00
then
    expect score = 2
after 2 days
then
    expect score = 4
end

test "At nine, without a score" on lead
given (name = "None")
when every day at 09:00
then
    expect ISBLANK(score)
end

test "Three days before" on task
given (subject = "Call", due_date = TODAY() + 30)
when 3 days before due_date at 08:00
then
    expect subject = "Soon: Call"
    expect TODAY() = due_date - 3
end

test "A year later" on task
given (due_date = DATE(2020, 2, 29))
when on the anniversary of due_date
then
    expect subject = "Again" && TODAY() = DATE(2027, 2, 28)
end

test "Heard" on lead
given (name = "Ref 7", country = "SE")
when event crm.won
then
    expect status = "Working" && country = "OK"
end

test "Called" on lead
given (status = "New")
when called
then
    expect owner in ("pilots_1", "pilots_2")
end
"""
FAILING = """
test "Fails later" on lead
given (name = "Zero")
when created
then
    expect rating = "Hot"
after 2 hours
then
    expect rating = "Hot"
end

test "Has no date" on task
given (subject = "Call")
when 3 days before due_date at 08:00
then
    expect TRUE
end
"""


@pytest.fixture(scope="module")
def report() -> Report:
    files = {**FILES, "rules/a.rule": RULES, "tests/time.rule": TESTS, "tests/wrong.rule": FAILING}
    return asyncio.run(run_tests([source_of_files(files)]))


def test_timers_fire_at_their_times_and_callable_rules_are_called(report: Report) -> None:
    assert [
        (test.name, test.failures) for test in report.tests if test.file == "tests/time.rule" and test.failures
    ] == []


def test_what_fails_when_its_time_comes_is_told(report: Report) -> None:
    failures = [failure for test in report.tests if test.file == "tests/wrong.rule" for failure in test.failures]
    assert [failure.line for failure in failures] == [7, 12]
    assert "'Divides' failed when its time came" in failures[0].message
    assert "no due_date" in failures[1].message


def test_conditions_of_later_parts_count_among_the_clauses(report: Report) -> None:
    seen = {one.text: (one.was_true, one.was_false) for one in report.coverage}
    assert seen['status = "New"'] == (True, False)
    assert seen["score > 0"] == (True, True)
    assert seen['status <> "Lost"'] == (True, False)
