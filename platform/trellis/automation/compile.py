"""The checked rules of one object -> what runs at its saves, once for each model: formulas compiled, statements in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metamodel.model import Model
from rule_engine import CheckedFormula, EvaluationContext, compile_python
from rule_engine.rules.checked import (
    Assign,
    Assignee,
    Assignment,
    CreateRecord,
    EmailRecipient,
    LeastLoaded,
    Notify,
    PathRecipient,
    Recipient,
    Rule,
    SetField,
    ToQueue,
    ToUser,
    Trigger,
)
from rule_engine.types import Path
from trellis.automation.hooks import Event
from trellis.automation.notice import paths_in_template
from trellis.automation.triggers import events_of
from trellis.query.needs import Needs, needs_of, needs_of_paths, together
from trellis.tenancy.compiled import CompiledModel

Evaluate = Callable[[Mapping[str, Any], EvaluationContext], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A formula ready to run, with its text for error messages."""

    source: str
    run: Evaluate


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Of an assignment table; a rule's own `assign` is a row without a condition. `user`: the compiled ToUser formula, if it is one."""

    condition: Formula | None
    assignee: Assignee
    user: Formula | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignStep:
    """The first row whose condition holds decides."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStep:
    field: str
    value: Formula


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyStep:
    """`recipients` go with the compiled formula of those that have one. `shown`: the paths that its template shows."""

    number: int
    recipients: tuple[tuple[Recipient, Formula | None], ...]
    channels: tuple[str, ...]
    template: str | None
    message: Formula | None
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateStep:
    object: str
    values: tuple[tuple[str, Formula], ...]


BeforeStep = AssignStep | SetStep
AfterStep = NotifyStep | CreateStep


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """A rule or an assignment table. `needs`: what its formulas and templates read; `looking_up`: those among them that ask for values
    of records that nothing points to. With `before` steps its condition is decided before the record is written, else after."""

    name: str
    triggers: tuple[Trigger, ...]
    condition: Formula | None
    before: tuple[BeforeStep, ...]
    after: tuple[AfterStep, ...]
    needs: Needs
    looking_up: tuple[Evaluate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """The rules with something to do before, or after, the records are written, in the order they run: by priority, assignment tables
    before rules, then by name. `needs` and `looking_up`: those of all of them."""

    rules: tuple[CompiledRule, ...]
    needs: Needs
    looking_up: tuple[Evaluate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRules:
    """What runs when records of one object are created, or updated …; None: nothing does."""

    before: Phase | None
    after: Phase | None


NO_RULES = EventRules(before=None, after=None)


def rules_for(compiled: CompiledModel, object_name: str, event: Event) -> EventRules:
    """Compiled at the first such save under this model."""
    key = ("automation", "rules", object_name, event)
    return compiled.prepared(key, lambda: _event_rules(compiled, object_name, event))


def _event_rules(compiled: CompiledModel, object_name: str, event: Event) -> EventRules:
    ordered = compiled.prepared(
        ("automation", "rules", object_name), lambda: compile_rules(compiled.model, object_name)
    )
    heard = [rule for rule in ordered if event in events_of(rule.triggers)]
    return EventRules(
        before=_phase([rule for rule in heard if rule.before]), after=_phase([rule for rule in heard if rule.after])
    )


def _phase(rules: Sequence[CompiledRule]) -> Phase | None:
    if not rules:
        return None
    return Phase(
        rules=tuple(rules),
        needs=together(rule.needs for rule in rules),
        looking_up=tuple(evaluate for rule in rules for evaluate in rule.looking_up),
    )


def compile_rules(model: Model, object_name: str) -> tuple[CompiledRule, ...]:
    """The active rules and assignment tables of the object, in order."""
    checked = model.rules_for(object_name)
    statements: tuple[Rule | Assignment, ...] = (*checked.rules, *checked.assignments)
    active = [statement for statement in statements if statement.is_active]
    active.sort(key=lambda statement: (statement.priority, isinstance(statement, Rule), statement.name))
    return tuple(
        _compile_rule(model, each) if isinstance(each, Rule) else _compile_assignment(model, each) for each in active
    )


class _Compiler:
    """Compiles the formulas of one statement and collects what they and its templates read."""

    def __init__(self, model: Model, object_name: str) -> None:
        self._model = model
        self._object = object_name
        self._formulas: list[CheckedFormula] = []
        self._shown: set[Path] = set()
        self._context = Needs()
        self.looking_up: list[Evaluate] = []

    @property
    def needs(self) -> Needs:
        by_formulas = needs_of(self._model, self._object, self._formulas)
        by_templates = needs_of_paths(self._model, self._object, self._shown)
        return together((by_formulas, by_templates, self._context))

    def shown(self, template: str | None) -> tuple[str, ...]:
        """What the template shows of the record. It may name what is not there: that is blank, not an error."""
        paths = paths_in_template(self._model, template) if template is not None else frozenset()
        known = sorted(path for path in paths if self._model.find_path(self._object, path) is not None)
        self._shown.update(tuple(path.split(".")) for path in known)
        self.looking_up += [
            _reading(path)
            for path in known
            if needs_of_paths(self._model, self._object, [tuple(path.split("."))]).looks_up
        ]
        return tuple(known)

    def formula(self, checked: CheckedFormula) -> Formula:
        self._formulas.append(checked)
        run = compile_python(checked)
        if needs_of(self._model, self._object, [checked]).looks_up:
            self.looking_up.append(run)
        return Formula(source=checked.source, run=run)

    def optional(self, checked: CheckedFormula | None) -> Formula | None:
        return None if checked is None else self.formula(checked)

    def row(self, condition: CheckedFormula | None, assignee: Assignee, line: int) -> Row:
        if isinstance(assignee, ToQueue) and isinstance(assignee.strategy, LeastLoaded):
            self._counting(assignee.strategy.condition)
        user = assignee.user if isinstance(assignee, ToUser) and isinstance(assignee.user, CheckedFormula) else None
        return Row(condition=self.optional(condition), assignee=assignee, user=self.optional(user), line=line)

    def _counting(self, condition: CheckedFormula | None) -> None:
        """What a condition over other records needs of the context; the database reads the records."""
        if condition is not None:
            user, names = frozenset(condition.user_fields), frozenset(condition.globals)
            self._context = together((self._context, Needs(user=user, global_names=names)))

    def recipient(self, recipient: Recipient) -> tuple[Recipient, Formula | None]:
        if isinstance(recipient, PathRecipient):
            return recipient, self.formula(recipient.user)
        if isinstance(recipient, EmailRecipient):
            return recipient, self.formula(recipient.address)
        return recipient, None


def _reading(path: str) -> Evaluate:
    return lambda record, _: record[path]


def _compile_rule(model: Model, rule: Rule) -> CompiledRule:
    compiler = _Compiler(model, rule.object)
    condition = compiler.optional(rule.condition)
    before: list[BeforeStep] = []
    after: list[AfterStep] = []
    for number, action in enumerate(rule.actions):
        match action:
            case Assign():
                before.append(AssignStep(rows=(compiler.row(None, action.assignee, action.line),)))
            case SetField():
                before.append(SetStep(field=action.field, value=compiler.formula(action.value)))
            case Notify():
                after.append(_notify_step(compiler, action, number))
            case CreateRecord():
                values = tuple((field, compiler.formula(value)) for field, value in action.values)
                after.append(CreateStep(object=action.object, values=values))
    return CompiledRule(
        name=rule.name,
        triggers=rule.triggers,
        condition=condition,
        before=tuple(before),
        after=tuple(after),
        needs=compiler.needs,
        looking_up=tuple(compiler.looking_up),
    )


def _notify_step(compiler: _Compiler, action: Notify, number: int) -> NotifyStep:
    return NotifyStep(
        number=number,
        recipients=tuple(compiler.recipient(recipient) for recipient in action.recipients),
        channels=action.channels,
        template=action.template,
        message=compiler.optional(action.message),
        shown=compiler.shown(action.template),
    )


def _compile_assignment(model: Model, assignment: Assignment) -> CompiledRule:
    compiler = _Compiler(model, assignment.object)
    rows = tuple(compiler.row(row.condition, row.assignee, row.line) for row in assignment.rows)
    return CompiledRule(
        name=assignment.name,
        triggers=assignment.triggers,
        condition=None,
        before=(AssignStep(rows=rows),),
        after=(),
        needs=compiler.needs,
        looking_up=tuple(compiler.looking_up),
    )
