"""Collects warnings about one formula."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rule_engine import typed
from rule_engine.diagnosis import diagnose
from rule_engine.errors import Diagnostic


class Findings:
    """`known`: what was found before; a place is not spoken of twice for the same reason."""

    def __init__(self, source: str, known: Iterable[Diagnostic]) -> None:
        self.source = source
        self._known = {(one.code, one.start, one.end) for one in known}
        self.diagnostics: list[Diagnostic] = []

    def add(self, code: str, message: str, node: typed.Typed, hint: str) -> None:
        if self.has(code, node):
            return
        self._known.add((code, node.start, node.end))
        found = diagnose(self.source, code, message, node.start, node.end, hint)
        self.diagnostics.append(replace(found, severity="warning"))

    def has(self, code: str, node: typed.Typed) -> bool:
        """Whether that is said of the node's place."""
        return (code, node.start, node.end) in self._known

    def text(self, node: typed.Typed) -> str:
        """A short piece of source for a message, in quotes."""
        text = " ".join(self.source[node.start : node.end].split())
        short = text if len(text) <= 60 else text[:59] + "…"
        is_text = isinstance(node, typed.Constant) and short[:1] in ('"', "'")
        return short if is_text else f'"{short}"'
