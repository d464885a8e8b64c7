"""Replacements in a text, and the names a formula has while a field is renamed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rule_engine.editor import FormulaText, rename_in_formulas
from rule_engine.types import Scope

ScopeOf = Callable[[str], Scope | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renaming:
    """`field` of `object` is going to be called `new_name`. `scope_of`: the names of an object as they were before, None when there is
    no such object."""

    object: str
    field: str
    new_name: str
    scope_of: ScopeOf

    def formula(self, source: str, object_name: str, scope: Scope | None = None) -> str:
        """A formula over `object_name`, renamed; as it was when nothing is known of the object."""
        known = scope or self.scope_of(object_name)
        if known is None:
            return source
        text = FormulaText(source=source, scope=known, object=object_name)
        (renamed,) = rename_in_formulas([text], self.object, self.field, self.new_name)
        return renamed

    def is_meant(self, object_name: str, name: str) -> bool:
        return object_name == self.object and name.lower() == self.field


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """`text` in the place of source[start:end]."""

    start: int
    end: int
    text: str


def apply_edits(source: str, edits: Iterable[Edit]) -> str:
    """Edits do not overlap."""
    pieces, last = [], 0
    for edit in sorted(edits, key=lambda one: one.start):
        pieces += [source[last : edit.start], edit.text]
        last = edit.end
    return "".join([*pieces, source[last:]])
