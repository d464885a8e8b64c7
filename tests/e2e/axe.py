"""What axe finds on a page that keeps somebody from using it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "builder_ui" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def serious(page: Page, path: str) -> list[tuple[str, str]]:
    page.goto(path)
    return violations(page)


def violations(page: Page) -> list[tuple[str, str]]:
    """Rule and element of each violation that keeps somebody from using the page."""
    page.add_script_tag(path=AXE)
    return _found(page, "{resultTypes: ['violations']}")


def unreadable_when_dark(page: Page) -> list[tuple[str, str]]:
    """On the page that axe was asked about already: a theme changes colours and nothing else."""
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    return _found(page, "{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}")


def _found(page: Page, options: str) -> list[tuple[str, str]]:
    result: dict[str, Any] = page.evaluate(f"axe.run(document, {options})")
    return [
        (violation["id"], node["html"][:200])
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
