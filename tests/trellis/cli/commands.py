"""Runs `trellis`, as a person would."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from tests.programs import ENDS_WITHIN_S, TRELLIS, program_environment
from trellis.cli import main


def trellis(
    *arguments: str, folder: Path, database_url: str = "", stdin: str = "", settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """In a process of its own. `settings`: further ones, by their names in `Settings`."""
    return subprocess.run(
        [*TRELLIS, *arguments],
        input=stdin,
        env=_environment(folder, database_url, settings or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=ENDS_WITHIN_S,
    )


def trellis_here(
    *arguments: str, folder: Path, database_url: str = "", stdin: str = "", settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The same in this process, in a fraction of the time."""
    printed, complained = io.StringIO(), io.StringIO()
    code = 0
    with (
        patch.dict(os.environ, _environment(folder, database_url, settings or {}), clear=True),
        patch.object(sys, "argv", ["trellis", *arguments]),
        patch.object(sys, "stdin", io.StringIO(stdin)),
        redirect_stdout(printed),
        redirect_stderr(complained),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return subprocess.CompletedProcess(["trellis", *arguments], code, printed.getvalue(), complained.getvalue())


def _environment(folder: Path, database_url: str, settings: Mapping[str, str]) -> Mapping[str, str]:
    return program_environment({"data_dir": folder, "database_url": database_url, **settings}) | {"NO_COLOR": "1"}
