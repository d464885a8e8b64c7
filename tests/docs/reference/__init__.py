"""The reference pages of the documents, made from the code: `python -m tests.docs.reference` writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.docs.reference import cli, components, errors, fields, functions, rules, settings

PAGES: Mapping[str, Callable[[], str]] = {
    "components.md": components.render,
    "fields.md": fields.render,
    "functions.md": functions.render,
    "functions.zh-Hans.md": functions.render_chinese,
    "rules.md": rules.render,
    "rules.zh-Hans.md": rules.render_chinese,
    "settings.md": settings.render,
    "errors.md": errors.render,
    "cli.md": cli.render,
}


def render_pages() -> dict[str, str]:
    """The text of each page of docs/reference by file name."""
    return {name: render() for name, render in PAGES.items()}
