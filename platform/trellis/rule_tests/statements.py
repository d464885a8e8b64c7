"""Where the statements of a model stand: their rule files, which the model itself has no need to remember."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from metamodel.definitions import RuleFile
from metamodel.model import Model
from rule_engine.rules import checked, parse_with_problems
from rule_engine.rules.syntax import statements as syntax
from trellis.rule_tests.clauses import Statement
from trellis.rule_tests.sources import Source

_Key = tuple[str, str, str]
_KINDS: dict[type, str] = {
    checked.Rule: "rule",
    checked.Assignment: "assignment",
    checked.Validation: "validation",
    checked.Approval: "approval",
    checked.RuleTest: "test",
    syntax.Rule: "rule",
    syntax.Assignment: "assignment",
    syntax.Validation: "validation",
    syntax.Approval: "approval",
    syntax.Test: "test",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An active statement that decides something, and its file."""

    file: str
    statement: Statement
    source: str

    @property
    def name(self) -> str:
        return f'{_KINDS[type(self.statement)]} "{self.statement.name}" on {self.statement.object}'

    def line_at(self, position: int) -> int:
        return self.source.count("\n", 0, position) + 1


class Files:
    """The rule files of one source of the model's components."""

    def __init__(self, model: Model, source: Source) -> None:
        self._model = model
        self._source = source
        self._by_key: dict[_Key, RuleFile] = {}
        for file in model.rule_files:
            if file.owner == source.owner:
                for statement in parse_with_problems(file.source)[0].statements:
                    self._by_key.setdefault(_syntax_key(statement), file)

    def tests(self) -> Iterator[tuple[str, checked.RuleTest]]:
        """(file, test) in the order of files and lines."""
        found = [
            (self._source.original_path(file.path), test)
            for rules in self._model.rules.values()
            for test in rules.tests
            if (file := self._by_key.get(("test", test.object, test.name))) is not None
        ]
        yield from sorted(found, key=lambda one: (one[0], one[1].line))

    def statements(self) -> Iterator[Placed]:
        """Those that are active, in the order of files and lines."""
        found: list[Placed] = []
        for rules in self._model.rules.values():
            every: tuple[Statement, ...] = (*rules.rules, *rules.assignments, *rules.validations, *rules.approvals)
            for statement in every:
                file = self._by_key.get((_KINDS[type(statement)], statement.object, statement.name))
                if file is not None and statement.is_active:
                    found.append(
                        Placed(file=self._source.original_path(file.path), statement=statement, source=file.source)
                    )
        yield from sorted(found, key=lambda one: (one.file, one.statement.line))


def _syntax_key(statement: syntax.Statement) -> _Key:
    name = statement.name.name if isinstance(statement, syntax.Approval) else statement.title.value
    return _KINDS[type(statement)], statement.object.name, name
