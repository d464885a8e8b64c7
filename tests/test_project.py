"""Promises of the project's layout that nothing else would notice breaking."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_platform_stays_the_standard_librarys() -> None:
    assert platform.__file__ is not None
    assert ROOT not in Path(platform.__file__).resolve().parents
    assert platform.system() == "Linux" or platform.system()
    assert list((ROOT / "platform").glob("*.py")) == []


def test_platform_is_the_standard_librarys_when_python_starts_in_the_checkout() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "import platform; print(platform.python_implementation())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == platform.python_implementation()


def test_lock_files_name_no_registry() -> None:
    locks = [*ROOT.glob("requirements/*.txt"), *ROOT.glob("builder_ui/frontend/package-lock.json")]
    assert len(locks) >= 2
    for lock in locks:
        text = lock.read_text()
        assert "://" not in re.sub(r'"(url|homepage)": "https://[^"]*"', "", text), lock
        assert "--index-url" not in text
