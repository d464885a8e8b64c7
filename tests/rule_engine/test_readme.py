"""The example in the README runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import rule_engine


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(rule_engine.__file__).parent / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    assert capsys.readouterr().out == "True\n"
