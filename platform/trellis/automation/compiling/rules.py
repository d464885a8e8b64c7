"""The checked rules of one object -> what runs at its saves, once for each model: formulas compiled, statements in order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from metamodel.model import Model
from rule_engine.rules import checked
from rule_engine.rules.index import ConditionIndex
from trellis.automation.compiling.actions import Compiler
from trellis.automation.compiling.called import with_called
from trellis.automation.compiling.reads import Reads
from trellis.automation.hooks import Event
from trellis.automation.steps import AssignStep, BranchStep, CompiledRule, EventRules, Phase, Step, WaitStep
from trellis.automation.triggers import events_of
from trellis.query.needs import together
from trellis.tenancy.compiled import CompiledModel

INDEXED_FROM = 20
"""Fewer rules are asked sooner than looked up."""


def rules_for(compiled: CompiledModel, object_name: str, event: Event) -> EventRules:
    """Compiled at the first such save under this model."""
    key = ("automation", "rules", object_name, event)
    return compiled.prepared(key, lambda: _event_rules(compiled, object_name, event))


def ordered_rules(compiled: CompiledModel, object_name: str) -> tuple[CompiledRule, ...]:
    """As `compile_rules`, once for a model."""
    return compiled.prepared(("automation", "rules", object_name), lambda: compile_rules(compiled.model, object_name))


def _event_rules(compiled: CompiledModel, object_name: str, event: Event) -> EventRules:
    ordered = ordered_rules(compiled, object_name)
    heard = [rule for rule in ordered if event in events_of(rule.triggers)]
    is_stored = partial(_is_stored, compiled.model, object_name)
    before, after = [rule for rule in heard if rule.before], [rule for rule in heard if rule.after]
    return EventRules(
        before=_phase(before, range(len(before)), is_stored),
        after=_phase(after, {number for number, rule in enumerate(after) if not rule.before}, is_stored),
    )


def _phase(rules: Sequence[CompiledRule], decided: Collection[int], is_stored: Callable[[str], bool]) -> Phase | None:
    """`decided`: the numbers of the rules whose conditions the phase decides."""
    if not rules:
        return None
    return Phase(
        rules=tuple(rules),
        needs=together(rule.needs for rule in rules),
        looking_up=tuple(evaluate for rule in rules for evaluate in rule.looking_up),
        index=_index(rules, decided, is_stored) if len(rules) >= INDEXED_FROM else None,
        decided_before={rule.name: number for number, rule in enumerate(rules) if number not in decided},
    )


def _index(rules: Sequence[CompiledRule], decided: Collection[int], is_stored: Callable[[str], bool]) -> ConditionIndex:
    conditions = {number: rule.condition for number, rule in enumerate(rules) if number in decided}
    return ConditionIndex(
        {number: None if formula is None else formula.checked for number, formula in conditions.items()}, is_stored
    )


def compile_rules(model: Model, object_name: str) -> tuple[CompiledRule, ...]:
    """The active rules and assignment tables of the object, in order."""
    return compile_statements(model, in_order(model.rules_for(object_name)))


def in_order(found: checked.CheckedRules) -> Sequence[checked.Rule | checked.Assignment]:
    """The active ones, as they run."""
    statements: tuple[checked.Rule | checked.Assignment, ...] = (*found.rules, *found.assignments)
    active = [statement for statement in statements if statement.is_active]
    active.sort(key=lambda statement: (statement.priority, isinstance(statement, checked.Rule), statement.name))
    return active


def compile_statements(
    model: Model, statements: Sequence[checked.Rule | checked.Assignment]
) -> tuple[CompiledRule, ...]:
    """Those of one object; they need not be in the model."""
    return with_called(
        [
            _compile_rule(model, each) if isinstance(each, checked.Rule) else _compile_assignment(model, each)
            for each in statements
        ]
    )


def find_callable(compiled: CompiledModel, object_name: str, name: str) -> CompiledRule | None:
    """The active rule of the object with that name and a trigger `called`."""
    by_name: Mapping[str, CompiledRule] = compiled.prepared(
        ("automation", "called", object_name),
        lambda: {
            rule.name: rule
            for rule in ordered_rules(compiled, object_name)
            if any(isinstance(trigger, checked.Called) for trigger in rule.triggers)
        },
    )
    return by_name.get(name)


def _compile_rule(model: Model, rule: checked.Rule) -> CompiledRule:
    """A rule with `else` has no condition, but one branch: it fires, and once, whichever way that goes."""
    reads = Reads(model, rule.object, _parameters(rule.triggers))
    compiler = Compiler(reads)
    condition = None if rule.otherwise else reads.optional(rule.condition)
    actions = rule.actions
    if rule.otherwise and rule.condition is not None:
        branch = checked.Branch(condition=rule.condition, then=actions, otherwise=rule.otherwise, line=rule.line)
        actions = (branch,)
    steps = compiler.steps(actions)
    after = steps.after if steps.reaches_out or (rule.delayed and rule.otherwise) else ()
    return CompiledRule(
        name=rule.name,
        triggers=rule.triggers,
        condition=condition,
        before=steps.before if steps.changes_record else (),
        after=_with_delays(rule, after) if rule.delayed else after,
        needs=reads.needs,
        looking_up=tuple(reads.looking_up),
        bound=reads.bound,
        runs_as=rule.runs_as,
        calls=tuple(compiler.calls),
        line=rule.line,
    )


def _with_delays(rule: checked.Rule, after: tuple[Step, ...]) -> tuple[Step, ...]:
    """They begin when the condition holds, and before a `stop` can end the rule."""
    delays = tuple((delayed.duration, delayed.line) for delayed in rule.delayed)
    wait = WaitStep(delays=delays, parameters=tuple(sorted(_parameters(rule.triggers))))
    if rule.otherwise and rule.condition is not None:
        [branch] = after
        assert isinstance(branch, BranchStep)
        return (replace(branch, then=(wait, *branch.then)),)
    return (wait, *after)


def find_rule(compiled: CompiledModel, object_name: str, name: str) -> CompiledRule | None:
    """An active rule or assignment table of the object."""
    key = ("automation", "rules by name", object_name)
    return compiled.prepared(key, lambda: {one.name: one for one in ordered_rules(compiled, object_name)}).get(name)


def find_delayed(compiled: CompiledModel, object_name: str, name: str, number: int) -> CompiledRule | None:
    """The `number`-th of the `after …` parts of an active rule."""

    def compile_all() -> Mapping[tuple[str, int], CompiledRule]:
        rules = [rule for rule in compiled.model.rules_for(object_name).rules if rule.is_active]
        parts = {(rule.name, place): part for rule in rules for place, part in _delayed_parts(compiled.model, rule)}
        whole = with_called(list(parts.values()), ordered_rules(compiled, object_name))
        return dict(zip(parts, whole, strict=True))

    return compiled.prepared(("automation", "delayed", object_name), compile_all).get((name, number))


def _delayed_parts(model: Model, rule: checked.Rule) -> Iterator[tuple[int, CompiledRule]]:
    """Each as a rule that only its timer sets off."""
    for place, delayed in enumerate(rule.delayed):
        reads = Reads(model, rule.object, _parameters(rule.triggers))
        compiler = Compiler(reads)
        condition = reads.optional(delayed.condition)
        steps = compiler.steps(delayed.actions)
        part = CompiledRule(
            name=rule.name,
            triggers=(),
            condition=condition,
            before=steps.before if steps.changes_record else (),
            after=steps.after if steps.reaches_out else (),
            needs=reads.needs,
            looking_up=tuple(reads.looking_up),
            bound=reads.bound,
            runs_as=rule.runs_as,
            calls=tuple(compiler.calls),
            line=delayed.line,
        )
        yield place, part


def _is_stored(model: Model, object_name: str, path: str) -> bool:
    """A field that is computed may fail when it is read."""
    steps = model.find_path(object_name, path)
    return steps is not None and steps[-1].field.is_stored


def _parameters(triggers: Sequence[checked.Trigger]) -> frozenset[str]:
    return frozenset(name for one in triggers if isinstance(one, checked.Called) for name, _ in one.parameters)


def _compile_assignment(model: Model, assignment: checked.Assignment) -> CompiledRule:
    reads = Reads(model, assignment.object)
    compiler = Compiler(reads)
    rows = tuple(compiler.row(row.condition, row.assignee, row.line) for row in assignment.rows)
    index = ConditionIndex([row.condition for row in assignment.rows], partial(_is_stored, model, assignment.object))
    return CompiledRule(
        name=assignment.name,
        triggers=assignment.triggers,
        condition=None,
        before=(AssignStep(rows=rows, index=index),),
        after=(),
        needs=reads.needs,
        looking_up=tuple(reads.looking_up),
    )
