"""`trellis rule test` and `trellis package test`: what is printed, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

from tests.trellis.cli.commands import trellis_here

LEAD = "label: Lead\nplural_label: Leads\nname_field: name\nfields:\n  name: {type: text, label: Name}\n"
RULE = 'rule "R" on lead when created if name = "a" then set name = "b" end\n'
TEST = 'test "{0}" on lead given (name = "a") when created then expect name = "{0}" end\n'


def test_the_rules_of_the_sales_package_are_tested_in_every_clause(tmp_path: Path) -> None:
    ended = trellis_here("package", "test", "sales", "--coverage", "100", folder=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Failed: 0." in ended.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_test_that_fails_ends_with_an_error_and_says_what_is_there(tmp_path: Path) -> None:
    for name, text in (("objects/lead.yaml", LEAD), ("rules/a.rule", RULE), ("tests/a.rule", TEST.format("c"))):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    ended = trellis_here("rule", "test", str(tmp_path), folder=tmp_path)
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == [
        "FAILED  tests/a.rule:1  c",
        '        line 1: expect name = "c"',
        '            It is not so: name is "b".',
        "Tests: 1. Held: 0. Failed: 1.",
        "0 of 1 clauses of conditions were seen both true and false.",
        '  rules/a.rule:1  rule "R" on lead: never false: name = "a"',
    ]
    (tmp_path / "tests/a.rule").write_text(TEST.format("b"))
    ended = trellis_here("rule", "test", str(tmp_path), "--coverage", "50", "--json", folder=tmp_path)
    found = json.loads(ended.stdout)
    assert (ended.returncode, found["held"], found["failed"], found["clauses"]) == (1, 1, 0, 1)
