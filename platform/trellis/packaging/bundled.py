"""Where the first-party packages lie: beside the code in a checkout, inside the installed distribution otherwise."""

from __future__ import annotations

from pathlib import Path

import trellis
from trellis.packaging.errors import InvalidPackage


def bundled_folder(name: str) -> Path:
    """The folder of a first-party package. Raises InvalidPackage when there is none of that name."""
    home = Path(trellis.__file__).resolve().parent
    for root in (home / "packages", home.parent.parent / "packages"):
        if name.isidentifier() and (root / name / "package.yaml").is_file():
            return root / name
    raise InvalidPackage(f"no package {name} comes with Trellis", hint="Name the folder or the archive of the package.")
