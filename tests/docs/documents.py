"""The documents as data: their code blocks, headings, links and inline code, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"```(\S*)[ ]*(.*)\Z")
_PACKAGE = re.compile(r"<!-- package: (\S+)(?: on (\S+))? -->\Z")
_FILE = re.compile(r"(?:#|--) ([\w./-]+\.(?:yaml|rule))\Z")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced code block. `info`: what stands behind the language; `package`: the one that the last `<!-- package: … -->` above it
    named, and what that is built `on`; `path`: of a block that is a file, from the comment in its first line."""

    document: Path
    line: int
    language: str
    info: str
    text: str
    package: str
    on: str | None
    path: str | None

    @property
    def place(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


@cache
def documents() -> tuple[Path, ...]:
    return (
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        ROOT / "rule_engine/README.md",
        *sorted((ROOT / "docs").rglob("*.md")),
    )


@cache
def blocks(document: Path) -> tuple[Block, ...]:
    return tuple(_blocks(document))


def all_blocks(language: str) -> list[Block]:
    return [block for document in documents() for block in blocks(document) if block.language == language]


def _blocks(document: Path) -> Iterator[Block]:
    package, on = document.stem, None
    lines = iter(enumerate(document.read_text("utf-8").splitlines(), start=1))
    for number, line in lines:
        marked = _PACKAGE.match(line)
        if marked:
            package, on = marked[1], marked[2]
        fence = _FENCE.match(line)
        if not fence:
            continue
        body: list[str] = []
        for _, inner in lines:
            if inner == "```":
                break
            body.append(inner)
        named = _FILE.match(body[0]) if body else None
        yield Block(
            document=document,
            line=number,
            language=fence[1],
            info=fence[2],
            text="\n".join(body) + "\n",
            package=package,
            on=on,
            path=named[1] if named else None,
        )


def prose(document: Path) -> str:
    """The text without its code blocks, line by line in the same places."""
    kept, inside = [], False
    for line in document.read_text("utf-8").splitlines():
        is_fence = line.startswith("```")
        kept.append("" if inside or is_fence else line)
        inside ^= is_fence
    return "\n".join(kept)


def headings(document: Path) -> list[str]:
    return [line.lstrip("#").strip() for line in prose(document).splitlines() if re.match(r"#{1,6} ", line)]


def anchors(document: Path) -> set[str]:
    """As GitHub makes them of headings."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings(document))
    return {text.replace(" ", "-") for text in plain}


def links(document: Path) -> list[str]:
    return _LINK.findall(re.sub(r"`[^`]*`", "", prose(document)))


def inline_code(document: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", prose(document))
