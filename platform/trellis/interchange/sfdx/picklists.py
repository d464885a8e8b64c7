"""Values of picklists and global value sets -> ours, with a hue for each of a short list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trellis.interchange.sfdx.xml import Node

_HUES = (210, 60, 150, 30, 290, 100, 330, 250)


def values_of(nodes: Iterable[Node]) -> list[Any]:
    """`value` or `customValue` elements in order."""
    found = list(nodes)
    values: list[Any] = []
    for place, node in enumerate(found):
        name = node.value("fullName") or node.value("valueName")
        label = node.value("label") or name
        value: dict[str, Any] = {"name": name}
        if label != name:
            value["label"] = label
        if len(found) <= len(_HUES):
            value["hue"] = _HUES[place]
        if node.value("isActive", "true").lower() == "false":
            value["active"] = False
        if node.is_true("default"):
            value["default"] = True
        values.append(value if len(value) > 1 else name)
    return values
