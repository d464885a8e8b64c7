"""YAML text -> plain data with the line of every node. A strict subset: one document, no aliases, anchors or tags, no duplicate
keys; `yes`, `no` and dates are text; decimals are exact. Reads hostile text in linear time and without recursion."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

from rule_engine.wording import say

MAX_SIZE_BYTES = 1_000_000
MAX_DEPTH = 20

Path = tuple[str | int, ...]

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?\Z")
_CONSTANTS: Mapping[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlFault(ValueError):
    """Text that is not the YAML we take. `line` counts from 1."""

    def __init__(self, code: str, line: int, message: str, hint: str | None = None) -> None:
        self.code = code
        self.line = line
        self.message = message
        self.hint = hint
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Document:
    """`body` of dicts, lists, str, int, Decimal, bool and None; `lines`: where each node begins, keyed by its path."""

    body: Any
    lines: Mapping[Path, int]


def read_yaml(text: str) -> Document:
    """Raises YamlFault at the first fault: what follows a fault in YAML cannot be trusted."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_SIZE_BYTES:
        raise YamlFault(
            "too_large",
            1,
            say(
                "the file has %(size)s bytes, at most %(most)s are allowed",
                size=f"{size:,}",
                most=f"{MAX_SIZE_BYTES:,}",
            ),
        )
    try:
        return _Builder().build(yaml.parse(text, Loader=_LOADER))
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise YamlFault(
            "bad_character", line, say("the text has half of a surrogate pair, which is no character")
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlFault(
            "bad_character",
            line,
            say("character U+%(code_point)s is not allowed", code_point=f"{_code_point(error):04X}"),
        ) from None
    except yaml.MarkedYAMLError as error:
        raise _syntax_fault(error, text) from None


def resolve_plain(text: str) -> str | int | Decimal | bool | None:
    """What an unquoted scalar means."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    match = _NUMBER.match(text)
    if match is None:
        return text
    return Decimal(text) if match.group(1) else int(text)


class _Builder:
    """Builds data from parser events with a stack of its own."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.stack: list[dict[str, Any] | list[Any]] = []
        self.path: list[str | int] = []
        self.key: str | None = None
        self.documents = 0
        self.root: Any = None

    def build(self, events: Iterable[Any]) -> Document:
        for event in events:
            self._take(event)
        return Document(self.root, self.lines)

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._refuse_anchor_and_tag(event)
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._refuse_anchor_and_tag(event)
            self._open({} if isinstance(event, yaml.MappingStartEvent) else [], _line(event))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            hint = say("Write the value out, or put quotes around it.")
            raise YamlFault(
                "alias", _line(event), say("the alias *%(anchor)s is not allowed", anchor=event.anchor), hint
            )
        elif isinstance(event, yaml.DocumentStartEvent):
            self._begin_document(_line(event))

    def _begin_document(self, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            raise YamlFault("many_documents", line, say("a second document begins here; a file holds one"))

    def _close(self) -> None:
        self.stack.pop()
        if self.stack:
            self.path.pop()

    def _refuse_anchor_and_tag(self, event: Any) -> None:
        line = _line(event)
        if event.anchor is not None:
            raise YamlFault(
                "anchor",
                line,
                say("the anchor &%(anchor)s is not allowed", anchor=event.anchor),
                say("Leave it out, or put quotes around it."),
            )
        if event.tag is not None:
            raise YamlFault(
                "tag",
                line,
                say("the tag %(tag)s is not allowed", tag=event.tag),
                say("Leave it out, or put quotes around it."),
            )

    def _scalar(self, event: Any) -> None:
        line = _line(event)
        if "\0" in event.value:
            raise YamlFault("bad_character", line, say("character U+0000 is not allowed"))
        if self.stack and self.key is None and isinstance(self.stack[-1], dict):
            self._begin_entry(event.value, line)
            return
        self._place(resolve_plain(event.value) if event.implicit[0] else event.value, line)
        if self.stack:
            self.path.pop()

    def _begin_entry(self, key: str, line: int) -> None:
        if key in self.stack[-1]:
            first = self.lines[(*self.path, key)]
            raise YamlFault(
                "duplicate_key",
                line,
                say("the key %(key)r is here for the second time, first in line %(first)s", key=key, first=first),
            )
        self.key = key
        self.lines[(*self.path, key)] = line

    def _place(self, value: Any, line: int) -> None:
        """Puts `value` where it belongs and its key or index on the path."""
        if not self.stack:
            self.root = value
            self.lines[()] = line
            return
        holder = self.stack[-1]
        if isinstance(holder, list):
            self.path.append(len(holder))
            holder.append(value)
            self.lines[tuple(self.path)] = line
            return
        assert self.key is not None
        holder[self.key] = value
        self.path.append(self.key)
        self.key = None

    def _open(self, value: dict[str, Any] | list[Any], line: int) -> None:
        if self.stack and self.key is None and isinstance(self.stack[-1], dict):
            raise YamlFault("bad_key", line, say("a key must be text"))
        if len(self.stack) >= MAX_DEPTH:
            raise YamlFault("too_deep", line, say("nested more than %(most)s levels deep", most=MAX_DEPTH))
        self._place(value, line)
        self.stack.append(value)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _syntax_fault(error: yaml.MarkedYAMLError, text: str) -> YamlFault:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    lines = text.splitlines() or [""]
    source = lines[min(line, len(lines)) - 1]
    problem = error.problem or say("not readable as YAML")
    if "\t" in source[: len(source) - len(source.lstrip())] or "tab character" in problem:
        return YamlFault("tab", line, say("a tab in the indentation"), say("Indent with spaces."))
    hint = None
    if "mapping values are not allowed" in problem:
        hint = say("Text with a colon needs quotes, and every level the same indentation.")
    elif error.context == "while scanning an alias":
        hint = say('Put quotes around it: "*".')
    elif "unexpected end" in problem or "expected ',' or" in problem:
        hint = say("A bracket or brace is not closed, or a comma is missing.")
    told = f"{error.context} {problem}" if error.context else problem
    return YamlFault("yaml", line, say("not readable as YAML: %(problem)s", problem=told), hint)


def _code_point(error: yaml.reader.ReaderError) -> int:
    return error.character if isinstance(error.character, int) else ord(error.character)
