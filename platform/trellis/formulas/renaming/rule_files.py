"""A rule file with a field renamed: in its formulas, and where a statement names a field. Comments and layout stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from rule_engine.rules import parse_rules
from rule_engine.rules.syntax.actions import CreateAction, FailAction
from rule_engine.rules.syntax.node import FieldValue, Word
from rule_engine.rules.syntax.people import Strategy
from rule_engine.rules.syntax.statements import Validation
from rule_engine.rules.syntax.triggers import AnniversaryTrigger, ChangesTrigger, RelativeTrigger
from rule_engine.syntax import Expression
from rule_engine.types import Kind, Path, Reference, Scope, Type
from trellis.formulas.renaming.edits import Edit, Renaming, apply_edits


def rename_in_rules(source: str, renaming: Renaming) -> str:
    """Raises rule_engine.SourceError for a file that cannot be parsed."""
    return apply_edits(source, _Finder(source, renaming).edits())


class _Finder:
    def __init__(self, source: str, renaming: Renaming) -> None:
        self._source = source
        self._renaming = renaming

    def edits(self) -> Iterator[Edit]:
        for statement in parse_rules(self._source).statements:
            yield from self._within(statement, statement.object.name)

    def _in(self, node: Any, owner: str) -> Iterator[Edit]:
        """`owner`: the object whose records the statement is about."""
        match node:
            case Expression():
                yield from self._formula(node, owner)
            case tuple():
                for item in node:
                    yield from self._in(item, owner)
            case FieldValue(field=field, value=value):
                yield from (*self._word(field, owner), *self._in(value, owner))
            case CreateAction(object=created, values=values):
                for one in values:
                    yield from (*self._word(one.field, created.name), *self._in(one.value, owner))
            case Strategy(where=Expression() as where):
                counted = node.counted.name if node.counted else owner
                yield from self._formula(where, counted, _OfRow(counted, self._renaming.scope_of(counted)))
            case _:
                yield from self._within(node, owner)

    def _within(self, node: Any, owner: str) -> Iterator[Edit]:
        if not is_dataclass(node) or isinstance(node, Word):
            return
        if isinstance(node, (ChangesTrigger, RelativeTrigger, AnniversaryTrigger, FailAction)) and node.field:
            yield from self._word(node.field, owner)
        if isinstance(node, Validation):
            for row in node.rows:
                yield from self._word(row.field, owner) if row.field else ()
        for part in fields(node):
            yield from self._in(getattr(node, part.name), owner)

    def _word(self, word: Word, owner: str) -> Iterator[Edit]:
        if self._renaming.is_meant(owner, word.name):
            yield Edit(start=word.start, end=word.end, text=self._renaming.new_name)

    def _formula(self, node: Expression, owner: str, scope: Scope | None = None) -> Iterator[Edit]:
        before = self._source[node.start : node.end]
        after = self._renaming.formula(before, owner, scope)
        if after != before:
            yield Edit(start=node.start, end=node.end, text=after)


class _OfRow:
    """The names of a row that is counted for a load: they begin with the object's, as in `case.status`."""

    def __init__(self, object_name: str, inner: Scope | None) -> None:
        self._object = object_name
        self._inner = inner

    def find(self, path: Path) -> Reference | None:
        if path[0].lower() != self._object:
            return None
        if len(path) == 1:
            return Reference(path=(self._object,), type=Type(kind=Kind.ID, target=self._object))
        return self._inner.find(path[1:]) if self._inner else None

    def names(self, prefix: Path) -> tuple[str, ...]:
        return ()
