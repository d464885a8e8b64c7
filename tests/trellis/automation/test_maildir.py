"""The maildir takes a letter once, wherever a first try was cut off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import ENDS_WITHIN_S, program_environment
from trellis.automation.channels.maildir import deliver_once


def delivered(folder: Path) -> list[str]:
    return [f"{place}/{path.name}" for place in ("new", "cur") for path in sorted((folder / place).iterdir())]


def test_a_second_delivery_finds_the_first(tmp_path: Path) -> None:
    assert deliver_once(tmp_path, "key", b"one")
    assert not deliver_once(tmp_path, "key", b"two")
    assert delivered(tmp_path) == ["new/key"]
    assert (tmp_path / "new/key").read_bytes() == b"one"
    assert not list((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize("read_name", ["key", "key:2,S"])
def test_a_letter_that_a_mail_program_moved_is_found(tmp_path: Path, read_name: str) -> None:
    deliver_once(tmp_path, "key", b"one")
    os.rename(tmp_path / "new/key", tmp_path / "cur" / read_name)
    assert not deliver_once(tmp_path, "key", b"two")
    assert delivered(tmp_path) == [f"cur/{read_name}"]


KILLED = """
import os, sys
from pathlib import Path
from trellis.automation.channels import maildir
lines = 0
def trace(frame, event, argument):
    global lines
    if frame.f_code.co_filename != maildir.__file__:
        return None
    if event == "line":
        lines += 1
        if lines == int(sys.argv[2]):
            os._exit(7)
    return trace
sys.settrace(trace)
maildir.deliver_once(Path(sys.argv[1]), "key", b"whole letter")
os._exit(0)
"""


def test_killed_at_any_line_it_delivers_once_and_whole(tmp_path: Path) -> None:
    for line in range(1, 100):
        folder = tmp_path / str(line)
        ended = subprocess.run(
            [sys.executable, "-c", KILLED, str(folder), str(line)],
            env=program_environment({}),
            check=False,
            timeout=ENDS_WITHIN_S,
        ).returncode
        deliver_once(folder, "key", b"whole letter")
        assert delivered(folder) == ["new/key"], line
        assert (folder / "new/key").read_bytes() == b"whole letter"
        if ended == 0:
            assert line > 10
            return
    raise AssertionError("it never got to its end")
