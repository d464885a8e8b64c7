"""Programs that tests start: the command `trellis`, and the environment that they find."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.master_key import MASTER_KEY

TRELLIS = (sys.executable, "-c", "from trellis.cli import main; main()")
# Nobody waits that long: it only ends what hangs, on a machine however busy.
ENDS_WITHIN_S = 120
# Where programs keep their bytecode when the tests themselves write none: compiling everything anew takes seconds.
_BYTECODE = str(Path(tempfile.gettempdir()) / f"trellis-test-bytecode-{os.geteuid()}")


def program_environment(settings: Mapping[str, object]) -> dict[str, str]:
    """This process's own, without settings from outside. `settings`: values by their names in `Settings`, such as `data_dir`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRELLIS_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    chosen = {f"TRELLIS_{name.upper()}": str(value) for name, value in settings.items()}
    bytecode = {"PYTHONPYCACHEPREFIX": _BYTECODE} if sys.dont_write_bytecode else {}
    return kept | bytecode | {"TRELLIS_MASTER_KEY": MASTER_KEY} | chosen
