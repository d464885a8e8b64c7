"""Whether rule files say what the rule engine and the model can make sense of."""

from __future__ import annotations

from collections.abc import Iterator

from metamodel.draft import Draft
from metamodel.problems import MetadataProblem
from metamodel.rules import ModelNames
from rule_engine import SourceError
from rule_engine.rules import CheckedRules, check_rules
from rule_engine.rules.checked import Assignment, Rule, Validation

Statement = Rule | Assignment | Validation


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
        statements: tuple[Statement, ...] = (*rules.rules, *rules.assignments, *rules.validations)
        for statement in statements:
            key = (type(statement).__name__.lower(), statement.object, statement.name)
            if key in seen and seen[key] != file.path:
                yield MetadataProblem(
                    code="duplicate_name",
                    file=file.path,
                    line=statement.line,
                    path="",
                    message=f"the {key[0]} {statement.name!r} on {statement.object} is defined already, in {seen[key]}",
                    hint="Rename one of them.",
                )
            seen.setdefault(key, file.path)
