"""`trellis tenant`, `plan`, `deploy`, `pull` and `bin`, as somebody types them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.master_key import MASTER_KEY
from tests.trellis.factory import add_user, unique_name
from tests.trellis.schema.rows import lead
from trellis.cli import main
from trellis.settings import Settings
from trellis.tenancy.directory import open_directory

Trellis = Callable[..., tuple[int, str, str]]


@pytest.fixture
def trellis(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Trellis:
    """Runs the command with the given arguments: (exit code, standard output, standard error)."""
    monkeypatch.setenv("TRELLIS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TRELLIS_DATABASE_URL", database_url)
    monkeypatch.setenv("TRELLIS_MASTER_KEY", MASTER_KEY)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["trellis", *arguments])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def tenant(trellis: Trellis, database_url: str, tmp_path: Path) -> Any:
    name = unique_name()
    assert trellis("tenant", "create", name, "--label", "Acme")[0] == 0

    async def add_administrator() -> None:
        settings = Settings(master_key=MASTER_KEY, data_dir=tmp_path / "data", database_url=database_url)
        async with open_directory(settings) as directory:
            await add_user(await directory.get(name), "admin", is_admin=True)

    asyncio.run(add_administrator())
    yield name
    trellis("tenant", "delete", name, "--yes")


def _write(folder: Path, files: dict[str, str]) -> str:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return str(folder)


def test_a_folder_is_planned_deployed_and_pulled_again(trellis: Trellis, tenant: str, tmp_path: Path) -> None:
    source = lead("f: {type: text, label: 'É'}  # why")
    folder = _write(tmp_path / "in", source)
    code, out, _ = trellis("plan", folder, "--tenant", tenant)
    assert code == 0
    assert "Create object lead" in out
    assert "CREATE TABLE" in out
    code, out, _ = trellis("deploy", folder, "--tenant", tenant, "--json")
    assert (code, json.loads(out)["revision"]) == (0, 1)
    code, out, _ = trellis("deploy", folder, "--tenant", tenant)
    assert (code, out.splitlines()[0]) == (0, "Nothing to do: everything is as deployed already.")
    assert trellis("pull", str(tmp_path / "out"), "--tenant", tenant)[0] == 0
    pulled = tmp_path / "out" / "objects" / "lead.yaml"
    assert pulled.read_bytes().decode() == source["objects/lead.yaml"]


def test_pulling_the_files_of_an_owner_that_is_not_there_is_refused(
    trellis: Trellis, tenant: str, tmp_path: Path
) -> None:
    trellis("deploy", _write(tmp_path / "in", lead()), "--tenant", tenant)
    out = tmp_path / "out"
    code, _, err = trellis("pull", str(out), "--tenant", tenant, "--owner", "fleet")
    assert (code, out.exists()) == (1, False)
    assert "belongs to a package named fleet" in err
    assert "No package is installed" in err
    source = _write(
        tmp_path / "fleet", {"package.yaml": "name: fleet\nversion: 1.0.0\nlabel: Fleet\nnamespace: fleet\n"}
    )
    assert trellis("package", "install", source, "--tenant", tenant)[0] == 0
    code, _, err = trellis("pull", str(out), "--tenant", tenant, "--owner", "flet")
    assert (code, out.exists()) == (1, False)
    assert "Did you mean 'fleet'?" in err


def test_what_is_removed_needs_a_yes_and_is_listed_in_the_bin(trellis: Trellis, tenant: str, tmp_path: Path) -> None:
    folder = _write(tmp_path / "in", lead("f: {type: text, label: F}"))
    trellis("deploy", folder, "--tenant", tenant)
    _write(tmp_path / "in", lead())
    code, _, err = trellis("deploy", folder, "--tenant", tenant)
    assert code == 1
    assert "--yes" in err
    assert trellis("deploy", folder, "--tenant", tenant, "--yes")[0] == 0
    code, out, _ = trellis("bin", "list", "--tenant", tenant, "--json")
    assert [(entry["object"], entry["field"]) for entry in json.loads(out)] == [("lead", "f")]
    assert json.loads(trellis("bin", "purge", "--tenant", tenant, "--json")[1]) == []


def test_the_history_is_listed_and_a_revision_returned_to(trellis: Trellis, tenant: str, tmp_path: Path) -> None:
    folder = _write(tmp_path / "in", lead("f: {type: text, label: F}"))
    trellis("deploy", folder, "--tenant", tenant, "--summary", "With F")
    _write(tmp_path / "in", lead())
    trellis("deploy", folder, "--tenant", tenant, "--yes")
    told = json.loads(trellis("history", "--tenant", tenant, "--json")[1])
    assert [(one["revision"], one["summary"], one["is_current"]) for one in told] == [
        (2, "", True),
        (1, "With F", False),
        (0, "Created", False),
    ]
    assert told[0]["author"]["name"] == "Admin"
    lines = trellis("history", "--tenant", tenant, "--limit", "1")[1].splitlines()
    assert (lines[0].split("\t")[0], lines[1].split("\t")[0], len(lines)) == ("revision", "2 (in force)", 2)
    assert "Remove text field lead.f" in trellis("history", "2", "--tenant", tenant)[1]
    code, out, _ = trellis("rollback", "1", "--tenant", tenant, "--dry-run")
    assert (code, "its values come back from the bin" in out) == (0, True)
    code, out, _ = trellis("rollback", "1", "--tenant", tenant)
    assert (code, out.splitlines()[-1]) == (0, f"{tenant} is at revision 3, which is as revision 1 was.")
    assert trellis("rollback", "2", "--tenant", tenant)[0] == 1
    assert json.loads(trellis("rollback", "2", "--tenant", tenant, "--yes", "--json")[1])["revision"] == 4
    code, _, err = trellis("rollback", "99", "--tenant", tenant)
    assert (code, "no revision 99" in err) == (1, True)
    assert trellis("history", "99", "--tenant", tenant)[0] == 1
    out = str(tmp_path / "earlier")
    assert trellis("pull", out, "--tenant", tenant, "--revision", "1")[0] == 0
    assert "f: {type" in (tmp_path / "earlier" / "objects" / "lead.yaml").read_text()


def test_keep_leaves_alone_what_the_folder_does_not_name(trellis: Trellis, tenant: str, tmp_path: Path) -> None:
    trellis("deploy", _write(tmp_path / "first", lead()), "--tenant", tenant)
    other = lead()["objects/lead.yaml"].replace("Lead", "Deal")
    second = _write(tmp_path / "second", {"objects/deal.yaml": other})
    assert json.loads(trellis("plan", second, "--tenant", tenant, "--json")[1])["is_destructive"]
    assert not json.loads(trellis("plan", second, "--tenant", tenant, "--keep", "--json")[1])["is_destructive"]


def test_broken_metadata_is_said_with_file_and_line(trellis: Trellis, tenant: str, tmp_path: Path) -> None:
    folder = _write(tmp_path / "in", lead("f: {type: txt, label: F}"))
    code, _, err = trellis("plan", folder, "--tenant", tenant)
    assert code == 1
    assert "objects/lead.yaml:6" in err
    assert "Traceback" not in err


def test_a_tenant_that_is_not_there_is_said_so(trellis: Trellis, tmp_path: Path) -> None:
    code, _, err = trellis("plan", _write(tmp_path / "in", lead()), "--tenant", "nobody")
    assert code == 1
    assert "there is no tenant nobody" in err


def test_a_tenant_is_not_erased_without_a_yes(trellis: Trellis, tenant: str) -> None:
    assert trellis("tenant", "delete", tenant, "--json")[0] == 2
    assert tenant in {entry["name"] for entry in json.loads(trellis("tenant", "list", "--json")[1])}
