"""Whether rule files say what the rule engine and the model can make sense of."""

from __future__ import annotations

from collections.abc import Iterator

from metamodel.draft import Draft
from metamodel.problems import MetadataProblem
from metamodel.rules import ModelNames
from metamodel.words import word_for
from rule_engine import SourceError
from rule_engine.rules import CheckedRules, check_rules
from rule_engine.rules.checked import Approval, Assignment, Rule, RuleTest, Validation
from rule_engine.wording import say, without_full_stop

Statement = Rule | Assignment | Validation | Approval | RuleTest


def check_rule_files(draft: Draft, names: ModelNames, checked: list[CheckedRules]) -> Iterator[MetadataProblem]:
    """Puts what the files say into `checked`, one for each file without problems."""
    seen: dict[tuple[str, str, str], str] = {}
    for file in draft.rule_files:
        try:
            rules = check_rules(file.source, names)
        except SourceError as error:
            for diagnostic in error.diagnostics:
                message = say(
                    "%(message)s (column %(column)s)",
                    message=without_full_stop(diagnostic.message),
                    column=diagnostic.column,
                )
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
                what = say("%(kind)s %(name)r", kind=word_for(key[0]), name=statement.name)
                if key[1]:
                    what = say(
                        "%(kind)s %(name)r on %(object)s", kind=word_for(key[0]), name=statement.name, object=key[1]
                    )
                yield MetadataProblem(
                    code="duplicate_name",
                    file=file.path,
                    line=statement.line,
                    path="",
                    message=say("the %(what)s is defined already, in %(where)s", what=what, where=seen[key]),
                    hint=say("Rename one of them."),
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
