"""`trellis formula`: checked, formatted, explained, said in words; what is wrong is told with a caret and an exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trellis.api.sources import FILES
from tests.trellis.cli.commands import trellis
from tests.trellis.cli.tenants import CommandedTenant, commanded_tenant


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandedTenant]:
    """On SQLite: what formulas mean does not depend on where they are kept."""
    with commanded_tenant("", tmp_path_factory.mktemp("formula"), files=FILES) as one:
        yield one


def test_a_formula_is_checked_against_the_model_of_a_tenant(tenant: CommandedTenant) -> None:
    done = tenant.trellis("formula", "check", "amount * 2 > size && hot", "--object", "lead", "--returns", "checkbox")
    assert done.returncode == 0, done.stderr
    assert "gives: boolean" in done.stdout
    assert "reads: amount, size, hot" in done.stdout


def test_what_is_wrong_is_told_with_a_caret(tenant: CommandedTenant) -> None:
    done = tenant.trellis("formula", "check", "amuont + 1", "--object", "lead")
    assert done.returncode == 1
    assert "^^^^^^" in done.stderr
    assert 'Did you mean "amount"?' in done.stderr
    assert "Traceback" not in done.stderr


def test_the_verdict_is_told_as_json(tenant: CommandedTenant) -> None:
    done = tenant.trellis("formula", "check", "amuont", "--object", "lead", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["errors"][0]["code"] == "unknown_field"


def test_a_formula_is_explained_on_given_values(tenant: CommandedTenant) -> None:
    values = ("--values", '{"amount": 5}')
    done = tenant.trellis("formula", "explain", "IF(amount > 1, amount * 2, size)", "--object", "lead", *values)
    assert done.returncode == 0, done.stderr
    assert "amount > 1  ->  true" in done.stdout
    assert "size  ->  not evaluated" in done.stdout


def test_a_formula_is_said_in_words(tenant: CommandedTenant) -> None:
    question = ("formula", "sentence", 'last_name = "Li"', "--object", "lead")
    assert tenant.trellis(*question).stdout == "last name is Li\n"
    assert tenant.trellis(*question, "--language", "zh-Hans").stdout == "姓为 Li\n"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("explain", "1", "--object", "lead"), 2, "--record"),
        (("explain", "--object", "lead", "--values", "{}"), 2, "--field"),
        (("explain", "1", "--object", "lead", "--values", "[1]"), 2, "JSON object"),
        (("explain", "amuont", "--object", "lead", "--values", "{}"), 1, "amuont"),
        (("check", "1", "--object", "leed"), 1, 'Did you mean "lead"?'),
        (("check", "1", "--object", "lead", "--returns", "money"), 1, "money"),
        (("sentence", "1", "--object", "lead", "--language", "xx"), 2, "en or zh-Hans"),
    ],
)
def test_what_cannot_be_done_says_why(
    tenant: CommandedTenant, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = tenant.trellis("formula", *arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_formula_is_formatted_from_an_argument_a_file_or_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "bonus.txt"
    file.write_text("if(a>1,2,3)\n", "utf-8")
    for arguments, stdin in ((("if(a>1,2,3)",), ""), (("--file", str(file)), ""), (("-",), "if(a>1,2,3)\n")):
        done = trellis("formula", "format", *arguments, folder=tmp_path, stdin=stdin)
        assert (done.returncode, done.stdout) == (0, "IF(a > 1, 2, 3)\n")
    refused = trellis("formula", "format", "1 +", "--json", folder=tmp_path)
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["error"]["code"] == "invalid_formula"


def test_functions_are_listed(tmp_path: Path) -> None:
    done = trellis("formula", "functions", "round", "--json", folder=tmp_path)
    assert json.loads(done.stdout)[0]["signature"] == "ROUND(number, digits)"
    wrong = trellis("formula", "functions", "rund", folder=tmp_path)
    assert wrong.returncode == 2
    assert 'Did you mean "ROUND"?' in wrong.stderr


def test_formulas_in_a_folder_follow_a_field_that_is_renamed(tenant: CommandedTenant, tmp_path: Path) -> None:
    view = tmp_path / "views" / "lead" / "big.yaml"
    view.parent.mkdir(parents=True)
    view.write_text("label: Big\ncolumns: [last_name]\nfilter: amount > 5\n", "utf-8")
    rename = ("formula", "rename", str(tmp_path), "--object", "lead", "--field", "amount", "--to", "value")
    tried = tenant.trellis(*rename, "--dry-run")
    assert (tried.returncode, tried.stdout) == (0, "views/lead/big.yaml: would change\n")
    assert "amount > 5" in view.read_text("utf-8")
    assert tenant.trellis(*rename).returncode == 0
    assert "filter: value > 5" in view.read_text("utf-8")
    wrong = tenant.trellis("formula", "rename", str(tmp_path), "--object", "lead", "--field", "amuont", "--to", "value")
    assert wrong.returncode == 1
    assert 'Did you mean "amount"?' in wrong.stderr
