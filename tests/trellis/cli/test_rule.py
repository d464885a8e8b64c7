"""`trellis rule`: formatting in place, checking without writing, and rules checked against a folder's objects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from trellis.cli import build_app

UNTIDY = "-- why\nRULE 'R' ON lead WHEN created THEN SET name = 'x' END"
TIDY = '-- why\nrule "R" on lead\nwhen created\nthen\n    set name = "x"\nend\n'
LEAD = "label: Lead\nplural_label: Leads\nname_field: name\nfields:\n  name: {type: text, label: Name}\n"


def _run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(build_app(), ["rule", *arguments], input=stdin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "objects").mkdir()
    (tmp_path / "rules").mkdir()
    (tmp_path / "objects" / "lead.yaml").write_text(LEAD)
    (tmp_path / "rules" / "a.rule").write_text(UNTIDY)
    return tmp_path


def test_formatting_writes_the_canonical_form_in_place(folder: Path) -> None:
    ended = _run("fmt", str(folder))
    assert (ended.exit_code, "formatted" in ended.output) == (0, True)
    assert (folder / "rules" / "a.rule").read_text() == TIDY
    assert "canonical form: 1" in _run("fmt", str(folder)).output


def test_with_check_nothing_is_written_and_an_untidy_file_fails(folder: Path) -> None:
    ended = _run("fmt", "--check", str(folder / "rules" / "a.rule"))
    assert (ended.exit_code, "not in canonical form" in ended.output) == (1, True)
    assert (folder / "rules" / "a.rule").read_text() == UNTIDY


def test_standard_input_is_formatted_to_standard_output() -> None:
    ended = _run("fmt", "-", stdin=UNTIDY)
    assert (ended.exit_code, ended.stdout) == (0, TIDY)


def test_a_file_that_cannot_be_read_as_rules_is_left_and_told(folder: Path) -> None:
    broken = folder / "rules" / "b.rule"
    broken.write_text('rule "B" on lead whn created then stop end')
    ended = _run("fmt", str(folder))
    assert ended.exit_code == 1
    assert 'Did you mean "when"?' in ended.output
    assert (folder / "rules" / "a.rule").read_text() == TIDY
    assert json.loads(_run("fmt", "--json", str(folder)).stdout)[1]["problem"]


def test_rules_are_checked_against_the_objects_of_their_folder(folder: Path) -> None:
    ended = _run("check", str(folder))
    assert (ended.exit_code, "rules: 1" in ended.output) == (0, True)
    (folder / "rules" / "a.rule").write_text(UNTIDY.replace("name", "nmae"))
    ended = _run("check", str(folder))
    assert ended.exit_code == 1
    assert "rules/a.rule:2" in ended.output
    assert 'Did you mean "name"?' in ended.output
    assert json.loads(_run("check", "--json", str(folder)).stdout)["problems"][0]["code"] == "unknown_field"


def test_what_is_hardly_meant_is_told_and_fails_nothing(folder: Path) -> None:
    (folder / "rules" / "b.rule").write_text(
        'rule "Never" on lead when created if name = "a" && name = "b" then set name = "c" end'
    )
    ended = _run("check", str(folder))
    assert ended.exit_code == 0
    assert 'warning: "Never" on lead, line 1: The condition never holds.' in ended.output
    [finding] = json.loads(_run("check", str(folder), "--json").stdout)["findings"]
    assert (finding["finding"], finding["name"], finding["line"]) == ("never_true", "Never", 1)
