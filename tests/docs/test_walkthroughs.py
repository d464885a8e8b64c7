"""The tutorial and the API's page, followed to the letter: files written, commands run, what they print compared."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docs.documents import ROOT, Block, blocks
from tests.docs.expected import json_matches, text_matches
from tests.docs.shell import Shell, commands_of

# Nobody waits that long: it only ends what hangs, on a machine however busy.
PATIENCE_S = 120.0


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("NO_COLOR", "1")
    return Shell(tmp_path)


def test_the_tutorial_works(shell: Shell) -> None:
    with shell:
        follow(shell, ROOT / "docs/tutorial.md")


def test_the_requests_of_the_api_page_are_answered(shell: Shell) -> None:
    with shell:
        shell.run('trellis tenant create demo --label "Kestrel Instruments"')
        shell.run(
            'echo "correct horse battery" | trellis user create anna --tenant demo --email anna@kestrel.example'
            ' --name "Anna Weber" --admin --password-stdin'
        )
        shell.run("trellis package install sales --tenant demo")
        shell.run("trellis serve")
        follow(shell, ROOT / "docs/api.md")


def test_the_package_of_the_guide_assigns_and_tells(shell: Shell) -> None:
    for block in blocks(ROOT / "docs/isv-guide.md"):
        if block.path:
            write(shell.folder / block.package / block.path, block.text)
    calling = '-H "Authorization: Bearer $KEY" -H "Content-Type: application/json"'
    machine = f'curl -s -X PUT "$URL/api/v1/records/acme__machine/by/serial/S-1" {calling}'
    with shell:
        for command in (
            "trellis tenant create demo",
            'echo "correct horse battery" | trellis user create anna --tenant demo --email a@kestrel.example --admin --password-stdin',
            "trellis package install sales --tenant demo",
            "trellis package build machines",
            "trellis package install machines-1.0.0.trellis --tenant demo",
            "trellis package sample machines --tenant demo",
            "trellis queue set acme__service_desk anna --tenant demo",
            "trellis serve",
            "URL=http://127.0.0.1:8000",
            "KEY=$(trellis user api-key anna --tenant demo)",
            f"""ACCOUNT=$(curl -s "$URL/api/v1/records/account?fields=id" {calling} | cut -d '"' -f 6)""",
            f"""{machine} -d '{{"account": "$ACCOUNT"}}'""",
            f"""{machine} -d '{{"state": "Down"}}'""",
        ):
            shell.run(command)
        until = time.monotonic() + PATIENCE_S
        while "S-1 is down" not in (told := shell.run(f'curl -s "$URL/api/v1/notifications" {calling}')):
            assert time.monotonic() < until, told
            time.sleep(0.1)
        assert '"owner.username":"anna"' in shell.run(
            f'curl -s "$URL/api/v1/records/acme__visit?fields=owner.username&filter=machine.serial%3D%22S-1%22" {calling}'
        )


def follow(shell: Shell, document: Path) -> None:
    """A block behind a block of commands is what they print."""
    found = blocks(document)
    for block, after in zip(found, [*found[1:], None], strict=True):
        if block.path:
            write(shell.folder / block.package / block.path, block.text)
        elif block.language == "sh" and block.info != "setup":
            expected = after if after and after.language in ("text", "json") and not after.path else None
            follow_commands(shell, block, expected)


def follow_commands(shell: Shell, block: Block, expected: Block | None) -> None:
    """What is delivered in the background may take a moment: reading is repeated until it is there."""
    *first, last = commands_of(block.text)
    printed = "".join(shell.run(command) for command in first)
    until = time.monotonic() + PATIENCE_S
    while True:
        answer = shell.run(last)
        if expected is None or fits(expected)(
            expected.text, answer if expected.language == "json" else printed + answer
        ):
            return
        is_late = time.monotonic() > until or not is_reading(last)
        assert not is_late, f"{block.place} printed\n{printed}{answer}\nexpected\n{expected.text}"
        time.sleep(0.1)


def is_reading(command: str) -> bool:
    return command.startswith("curl") and not any(option in command for option in (" -d ", " -X "))


def fits(expected: Block) -> Callable[[str, str], bool]:
    return json_matches if expected.language == "json" else text_matches


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
