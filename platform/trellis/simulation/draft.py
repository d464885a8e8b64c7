"""A rule file that is not deployed -> its statements about one object, checked over the model in force. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from metamodel.model import Model
from metamodel.names import did_you_mean
from metamodel.problems import MetadataProblem
from rule_engine import CheckedFormula, SourceError, check_formula
from rule_engine.rules import CheckedRules, check_rules
from rule_engine.rules.checked import (
    BLANK,
    Assignment,
    Called,
    FieldChanges,
    Inbound,
    Rule,
    Trigger,
    Validation,
    Value,
)
from rule_engine.runtime.numbers import number_text
from rule_engine.types import Kind
from trellis.automation.compiling.rules import in_order
from trellis.errors import InvalidMetadata, InvalidRequest, NotFound

FILE = "draft.rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A rule or an assignment table. `meant`: what its triggers say about the values that a record has when they fire, None for
    nothing."""

    statement: Rule | Assignment
    meant: CheckedFormula | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is active, `drafted` in the order in which it runs."""

    object: str
    drafted: tuple[Drafted, ...]
    validations: tuple[Validation, ...]
    source: str

    @property
    def names(self) -> frozenset[str]:
        """Of its rules and tables."""
        return frozenset(drafted.statement.name for drafted in self.drafted)

    def text_at(self, line: int) -> str:
        """A line of the file, as people know it."""
        lines = self.source.splitlines()
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""


def read_draft(model: Model, source: str, object_name: str | None) -> Draft:
    """Raises InvalidMetadata with all that is wrong with the file, NotFound for the object, InvalidRequest where there is nothing to
    simulate."""
    try:
        rules = check_rules(source, model.rule_names)
    except SourceError as error:
        raise InvalidMetadata("The rules do not hold together.", tuple(_problems(error))) from error
    found = _of_object(rules, _object_meant(model, rules, object_name))
    if not (found.rules or found.assignments or found.validations):
        raise InvalidRequest(
            "The file has no active rule, assignment table or validation to simulate.",
            hint="Name the object that its rules are about.",
        )
    name = next(one.object for one in _statements(found))
    return Draft(
        object=name,
        drafted=tuple(Drafted(statement=one, meant=_meant(model, name, one.triggers)) for one in in_order(found)),
        validations=tuple(one for one in found.validations if one.is_active),
        source=source,
    )


def _statements(rules: CheckedRules) -> tuple[Rule | Assignment | Validation, ...]:
    return (*rules.rules, *rules.assignments, *rules.validations)


def _object_meant(model: Model, rules: CheckedRules, object_name: str | None) -> str:
    if object_name is not None:
        if object_name not in model.objects:
            raise NotFound(f'There is no object "{object_name[:60]}".', hint=did_you_mean(object_name, model.objects))
        return object_name
    names = sorted({one.object for one in _statements(rules)})
    if len(names) > 1:
        raise InvalidRequest(f"The rules are about {', '.join(names)}.", hint="Say which of these is to be simulated.")
    return names[0] if names else ""


def _of_object(rules: CheckedRules, name: str) -> CheckedRules:
    return CheckedRules(
        rules=tuple(_known_before(one) for one in rules.rules if one.object == name and one.is_active),
        assignments=tuple(one for one in rules.assignments if one.object == name and one.is_active),
        validations=tuple(one for one in rules.validations if one.object == name and one.is_active),
    )


def _known_before(rule: Rule) -> Rule:
    """Raises InvalidRequest for a rule that reads what only its start brings along."""
    for trigger in rule.triggers:
        if isinstance(trigger, Inbound) or (isinstance(trigger, Called) and trigger.parameters):
            raise InvalidRequest(
                f'The rule "{rule.name}" depends on what starts it, which a simulation does not have.',
                hint="Leave it out, or make it inactive.",
            )
    return rule


def _meant(model: Model, object_name: str, triggers: tuple[Trigger, ...]) -> CheckedFormula | None:
    """`F changes to X` is about records whose F is X; other triggers say nothing about values."""
    ends = []
    for trigger in triggers:
        if not isinstance(trigger, FieldChanges) or trigger.after is None:
            return None
        ends.append(_is(trigger.field, trigger.after))
    return check_formula(" || ".join(ends), model.scope(object_name), expect=(Kind.BOOLEAN,))


def _is(field: str, value: Value) -> str:
    if value is BLANK:
        return f"ISBLANK({field})"
    if isinstance(value, bool):
        return field if value else f"NOT({field})"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{field} = "{escaped}"'
    return f"{field} = {number_text(value)}"  # type: ignore[arg-type]  # the checker takes no other constants


def _problems(error: SourceError) -> Iterator[MetadataProblem]:
    for one in error.diagnostics:
        message = f"{one.message.rstrip('.')} (column {one.column})"
        yield MetadataProblem(code=one.code, file=FILE, line=one.line, path="", message=message, hint=one.hint)
