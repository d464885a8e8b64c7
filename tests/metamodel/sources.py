"""Small sources of metadata for tests."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from metamodel import Model, build_model, read_source

OBJECT_A = "label: A\nplural_label: As\nname_field: n\nfields:\n  n: {type: text, label: N}\n"


def object_source(*field_lines: str, name: str = "A") -> str:
    """An object with the text field `n` and the fields of `field_lines`, such as "x: {type: date, label: X}"."""
    return OBJECT_A.replace("label: A\n", f"label: {name}\n", 1) + "".join(f"  {line}\n" for line in field_lines)


def model_of(files: Mapping[str, str], owner: str = "") -> Model:
    return build_model(read_source(files, owner))


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of a TOML file beside this one."""
    document = tomllib.loads(Path(__file__).with_name(name).read_text("utf-8"))
    found: list[dict[str, Any]] = document["case"]
    return found
