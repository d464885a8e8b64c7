"""Small pieces of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import fill

WIDTH = 132
NOTICE = "<!-- Made by `python -m tests.docs.reference`; edit the code, not this page. -->"


def page(title: str, introduction: str, parts: Iterable[str]) -> str:
    """A whole page: parts are separated by blank lines."""
    return "\n\n".join([f"# {title}", NOTICE, introduction.strip(), *(part.strip() for part in parts)]) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_row(headings), _row(["---"] * len(headings))]
    return "\n".join([*lines, *(_row([cell.replace("|", "\\|") for cell in row]) for row in rows)])


def paragraph(text: str) -> str:
    return fill(" ".join(text.split()), WIDTH, break_long_words=False, break_on_hyphens=False)


def code(text: object) -> str:
    return f"`{text}`"


def block(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
