"""Custom apps and their tabs -> the body of an app of ours."""

from __future__ import annotations

from typing import Any

from trellis.interchange.sfdx.catalog import Catalog
from trellis.interchange.sfdx.xml import Node

_ICONS = {
    "people": "users",
    "real estate": "home",
    "bike": "bike",
    "bicycle": "bike",
    "box": "box",
    "building": "building",
    "wrench": "tools",
    "map": "map",
    "truck": "truck",
    "heart": "heart",
    "gears": "settings",
    "shopping cart": "shopping-cart",
    "factory": "building-factory",
    "books": "books",
    "computer": "device-desktop",
    "phone": "phone",
    "calendar": "calendar",
    "star": "star",
    "flag": "flag",
    "globe": "globe",
    "package": "package",
}


def convert_app(node: Node, catalog: Catalog) -> tuple[dict[str, Any], list[str]]:
    """The body and the tabs that it lacks."""
    objects: list[str] = []
    missing: list[str] = []
    for tab in node.all("tabs"):
        entry = catalog.find(tab.text.removeprefix("standard-"))
        if entry is not None:
            objects.append(entry.name)
        elif tab.text not in ("standard-home", "standard-Home"):
            missing.append(f"the tab {tab.text} is left out")
    body: dict[str, Any] = {"label": node.value("label"), "icon": "apps", "objects": list(dict.fromkeys(objects))}
    if node.value("description"):
        body["description"] = node.value("description")[:500]
    return body, missing


def icon_of(motif: str) -> str | None:
    """An icon for a tab's motif, such as "Custom85: Real Estate Sign"."""
    words = motif.partition(":")[2].lower()
    return next((icon for word, icon in _ICONS.items() if word in words), None)
