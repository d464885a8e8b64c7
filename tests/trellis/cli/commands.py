"""Runs `trellis` in a process of its own, as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

# Where commands keep their bytecode, also where the tests themselves write none.
BYTECODE = str(Path(tempfile.gettempdir()) / "trellis-test-bytecode")


def trellis(
    *arguments: str, folder: Path, database_url: str = "", stdin: str = "", settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TRELLIS_")},
        "TRELLIS_DATA_DIR": str(folder),
        "TRELLIS_DATABASE_URL": database_url,
        "NO_COLOR": "1",
        "PYTHONPYCACHEPREFIX": BYTECODE,
        **(settings or {}),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", "from trellis.cli import main; main()", *arguments]
    return subprocess.run(
        command, input=stdin, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
