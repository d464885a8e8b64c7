"""The command line as a whole: exit codes, one clear message, no traceback, and a quick start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trellis.cli.commands import trellis

HEAVY = ("alembic", "argon2", "asyncpg", "lark", "redis", "rq", "sqlalchemy", "starlette", "uvicorn")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (("--help",), 0, "serve"),
        (("--version",), 0, "trellis "),
        ((), 2, "Usage"),
        (("confg",), 2, "Did you mean 'config'?"),
        (("config", "--colour"), 2, "--colour"),
        (("user", "create"), 2, "Missing"),
        (("user", "list", "--tenant", "nowhere"), 1, "nowhere"),
        (("user", "create", "mei", "--tenant", "t", "--email", "m@example.com"), 2, "--password-stdin"),
        (("serve", "--port", "70000"), 2, "--port"),
        (("serve", "--log-level", "loud"), 2, "--log-level"),
        (("worker", "--json"), 2, "--burst"),
    ],
)
def test_a_command_ends_with_its_exit_code_and_one_message(
    arguments: tuple[str, ...], exit_code: int, says: str, tmp_path: Path
) -> None:
    ended = trellis(*arguments, folder=tmp_path)
    assert ended.returncode == exit_code, ended.stderr
    assert says in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_refusal_is_json_when_json_was_asked_for(tmp_path: Path) -> None:
    ended = trellis("user", "list", "--tenant", "nowhere", "--json", folder=tmp_path)
    assert ended.returncode == 1
    assert json.loads(ended.stdout)["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("user", "create", "mei", "--tenant", "t", "--json"), "--email"),
        (("config", "--json", "--colour"), "--colour"),
        (("confg", "--json"), "config"),
        (("user", "api-key", "mei", "--tenant", "t", "--days", "0", "--json"), "--days"),
    ],
)
def test_a_command_that_cannot_be_read_is_told_as_json_too(
    arguments: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    ended = trellis(*arguments, folder=tmp_path)
    assert ended.returncode == 2
    error = json.loads(ended.stdout)["error"]
    assert error["code"] == "used_wrongly"
    assert says in error["message"]


def test_a_refusal_ends_with_1_when_json_was_asked_for(tmp_path: Path) -> None:
    ended = trellis("tenant", "delete", "nowhere", "--yes", "--json", folder=tmp_path)
    assert ended.returncode == 1
    assert json.loads(ended.stdout)["error"]["code"] == "not_found"


def test_starting_imports_nothing_heavy() -> None:
    script = (
        f"import sys, trellis.cli; trellis.cli.build_app(); print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def test_the_settings_in_force_and_where_they_came_from(tmp_path: Path) -> None:
    ended = trellis("config", "--json", folder=tmp_path, settings={"smtp_url": "smtp://mei:secret@mail:25"})
    shown = {row["name"]: row for row in json.loads(ended.stdout)}
    assert shown["smtp_url"] == {
        "name": "smtp_url",
        "value": "smtp://mei:***@mail:25",
        "variable": "TRELLIS_SMTP_URL",
        "source": "environment",
    }
    assert (shown["port"]["value"], shown["port"]["source"]) == ("8000", "default")
    assert "secret" not in ended.stdout


def test_a_setting_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    ended = trellis("config", folder=tmp_path, settings={"port": "eighty"})
    assert ended.returncode == 2
    assert "TRELLIS_PORT is 'eighty'" in ended.stderr
