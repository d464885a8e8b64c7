"""Whether rule files say what the rule engine and the model can make sense of."""

from __future__ import annotations

from collections.abc import Iterator

from metamodel.draft import Draft
from metamodel.problems import MetadataProblem
from metamodel.rules import ModelNames
from rule_engine import SourceError
from rule_engine.rules import CheckedRules, check_rules
from rule_engine.rules.checked import Approval, Assignment, Rule, RuleTest, Validation

Statement = Rule | Assignment | Validation | Approval | RuleTest


def check_rule_files(draft: Draft, names: ModelNames, checked: list[CheckedRules]) -> Iterator[MetadataProblem]:
    """Puts what the files say into `checked`, one for each file without problems."""
    seen: dict[tuple[str, str, str], str] = {}
    for file in draft.rule_files:
        try:
            rules = check_rules(file.source, names)
        except SourceError as error:
            for diagnostic in error.diagnostics:
                message = f"{diagnostic.message.removesuffix('.')} (column {diagnostic.column})"
                yield MetadataProblem(
                    code=diagnostic.code,
                    file=file.path,
                    line=diagnostic.line,
                    path="",
                    message=message,
                    hint=diagnostic.hint,
                )
            continue
        checked.append(rules)
        for statement in _statements(rules):
            key = _key(statement)
            if key in seen and seen[key] != file.path:
                what = f"{key[0]} {statement.name!r}" + (f" on {key[1]}" if key[1] else "")
                yield MetadataProblem(
                    code="duplicate_name",
                    file=file.path,
                    line=statement.line,
                    path="",
                    message=f"the {what} is defined already, in {seen[key]}",
                    hint="Rename one of them.",
                )
            seen.setdefault(key, file.path)


def _statements(rules: CheckedRules) -> tuple[Statement, ...]:
    return (*rules.rules, *rules.assignments, *rules.validations, *rules.approvals, *rules.tests)


def _key(statement: Statement) -> tuple[str, str, str]:
    """Kind, object and name; approvals are known by their name alone."""
    if isinstance(statement, Approval):
        return "approval", "", statement.name
    kind = "test" if isinstance(statement, RuleTest) else type(statement).__name__.lower()
    return kind, statement.object, statement.name
