"""The actions of one statement -> the steps of both phases, formulas compiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rule_engine import CheckedFormula
from rule_engine.rules import checked
from rule_engine.rules.checked import Assignee, Limits, Sticky, ToQueue, ToUser
from rule_engine.rules.index import ConditionIndex
from rule_engine.rules.parting import part_condition, with_given
from trellis.automation.compiling.called import effects_of_called
from trellis.automation.compiling.reads import Reads
from trellis.automation.steps import (
    AssignStep,
    BranchStep,
    CallStep,
    Counted,
    CreateStep,
    DeleteStep,
    FailStep,
    ForEachStep,
    NotifyStep,
    OneTarget,
    PostStep,
    Row,
    SetStep,
    Step,
    StopStep,
    SubmitStep,
    Target,
    UpdateStep,
    WhereTarget,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """`changes_record`: some step before the write does something; `reaches_out`: some step after it does."""

    before: tuple[Step, ...]
    after: tuple[Step, ...]
    changes_record: bool
    reaches_out: bool


class Compiler:
    """Compiles the actions of one statement into the steps of both phases."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._number = 0
        self._aliases: set[str] = set()
        self.calls: list[str] = []

    def steps(self, actions: Sequence[checked.Action]) -> Steps:
        before: list[Step] = []
        after: list[Step] = []
        changes_record = reaches_out = False
        for action in actions:
            self._number += 1
            match action:
                case checked.Assign() | checked.SetField() | checked.Fail():
                    before.append(self._before_step(action))
                    changes_record = True
                case checked.Stop():
                    before.append(StopStep())
                    after.append(StopStep())
                case checked.Call():
                    inner = self._call(action, before, after)
                    changes_record, reaches_out = _either((changes_record, reaches_out), inner)
                case checked.Branch():
                    inner = self._branch(action, before, after)
                    changes_record, reaches_out = _either((changes_record, reaches_out), inner)
                case checked.ForEach():
                    inner = self._for_each(action, before, after)
                    changes_record, reaches_out = _either((changes_record, reaches_out), inner)
                case _:
                    after.append(self._after_step(action))
                    reaches_out = True
        return Steps(before=tuple(before), after=tuple(after), changes_record=changes_record, reaches_out=reaches_out)

    def row(self, condition: CheckedFormula | None, assignee: Assignee, line: int) -> Row:
        reads = self._reads
        user = kept_by = counted = None
        if isinstance(assignee, ToQueue):
            counted = self._counted(assignee.limits)
            kept_by = reads.formula(assignee.strategy.path) if isinstance(assignee.strategy, Sticky) else None
        elif isinstance(assignee, ToUser) and isinstance(assignee.user, CheckedFormula):
            user = reads.formula(assignee.user)
        return Row(
            condition=reads.optional(condition),
            assignee=assignee,
            line=line,
            user=user,
            kept_by=kept_by,
            counted=counted,
        )

    def _counted(self, limits: Limits) -> Counted:
        name = limits.object or self._reads.object_name
        if limits.condition is None:
            return Counted(object=name, condition=None, parts=())
        parted = part_condition(limits.condition, name)
        self._reads.counting(parted.condition)
        parts = tuple(self._reads.formula(part) for _, part in parted.parts)
        return Counted(object=name, condition=parted.condition, parts=parts)

    def _before_step(self, action: checked.Assign | checked.SetField | checked.Fail) -> Step:
        match action:
            case checked.Assign():
                return AssignStep(rows=(self.row(None, action.assignee, action.line),), index=ConditionIndex([None]))
            case checked.SetField():
                return SetStep(field=action.field, value=self._reads.formula(action.value), line=action.line)
            case checked.Fail():
                message = self._reads.formula(action.message)
                return FailStep(field=action.field, message=message, line=action.line)

    def _after_step(self, action: checked.Action) -> Step:
        reads = self._reads
        match action:
            case checked.Notify():
                return self._notify(action)
            case checked.Send():
                return self._send(action)
            case checked.PostWebhook():
                values = reads.values(action.values)
                return PostStep(number=self._number, webhook=action.webhook, values=values, line=action.line)
            case checked.CreateRecord():
                values = reads.values(action.values)
                step = CreateStep(object=action.object, values=values, line=action.line, alias=action.alias)
                if action.alias is not None:
                    self._aliases.add(action.alias)
                    reads.names[action.alias] = action.object
                    reads.note_name(action.alias)
                return step
            case checked.UpdateRecords():
                target = self._target(action.target)
                with_target = {action.target.object: action.target.object} if _is_where(action.target) else {}
                return UpdateStep(target=target, values=self._within(with_target, action.values), line=action.line)
            case checked.DeleteRecords():
                return DeleteStep(target=self._target(action.target), line=action.line)
            case checked.SubmitForApproval():
                return SubmitStep(approval=action.approval, line=action.line)
        raise AssertionError(action)  # the checker says that it is not available

    def _call(self, action: checked.Call, before: list[Step], after: list[Step]) -> Steps:
        """What it gives from a record that is created after the write cannot be given before it."""
        reads, effects = self._reads, effects_of_called(self._reads.model, self._reads.object_name, action.rule)
        is_late = any(one.path[0] in self._aliases for _, value in action.values for one in value.references)
        self.calls.append(action.rule)
        values, number = reads.values(action.values), self._number

        def step(*, is_before: bool) -> CallStep:
            return CallStep(number=number, rule=action.rule, values=values, is_before=is_before, line=action.line)

        changes_record = effects.changes_record and not is_late
        reaches_out = effects.reaches_out or (effects.changes_record and is_late)
        if changes_record:
            before.append(step(is_before=True))
        if reaches_out:
            after.append(step(is_before=False))
        return Steps(before=(), after=(), changes_record=changes_record, reaches_out=reaches_out)

    def _notify(self, action: checked.Notify) -> NotifyStep:
        reads = self._reads
        return NotifyStep(
            number=self._number,
            recipients=tuple(reads.recipient(recipient) for recipient in action.recipients),
            channels=action.channels,
            template=action.template,
            message=reads.optional(action.message),
            shown=reads.shown(action.template),
            purpose=None if action.template is None else reads.model.templates[action.template].purpose,
            line=action.line,
        )

    def _send(self, action: checked.Send) -> NotifyStep:
        one = checked.Notify(
            recipients=(action.recipient,),
            channels=(action.channel,),
            template=action.template,
            message=action.message,
            line=action.line,
        )
        return replace(self._notify(one), webhook=action.gateway, is_sent=True)

    def _within(self, names: dict[str, str], values: checked.Values) -> tuple[tuple[str, Any], ...]:
        """Formulas that may use more names. They are names of what the step finds: what is read of them is loaded then."""
        reads, outside = self._reads, self._reads.names
        reads.names = {**outside, **names}
        for name in names:
            reads.note_name(name)
        compiled = reads.values(values)
        reads.names = outside
        return compiled

    def _target(self, target: checked.Target) -> Target:
        reads = self._reads
        if isinstance(target, checked.OneRecord):
            reads.note_path(target.path)
            return OneTarget(object=target.object, path=".".join(target.path))
        condition = target.condition
        reads.counting(condition)
        named = {one.path[0] for one in condition.references} | {one.rows.path[0] for one in condition.collections}
        outer = sorted((name, reads.names[name]) for name in named & reads.names.keys() - {target.object})
        for name, _ in outer:
            reads.note_name(name)
        given = tuple(sorted(reads.parameters & named))
        return WhereTarget(
            object=target.object,
            condition=with_given(condition, given) if given else condition,
            outer=tuple(outer),
            given=given,
        )

    def _branch(self, action: checked.Branch, before: list[Step], after: list[Step]) -> Steps:
        number, reads = self._number, self._reads
        condition = reads.formula(action.condition)
        then, otherwise = self._inner(action.then), self._inner(action.otherwise)
        made = Steps(
            before=(BranchStep(number=number, condition=condition, then=then.before, otherwise=otherwise.before),),
            after=(BranchStep(number=number, condition=condition, then=then.after, otherwise=otherwise.after),),
            changes_record=then.changes_record or otherwise.changes_record,
            reaches_out=then.reaches_out or otherwise.reaches_out,
        )
        if made.changes_record or not any(one.path[0] in reads.names for one in action.condition.references):
            before += made.before
        after += made.after
        return made

    def _for_each(self, action: checked.ForEach, before: list[Step], after: list[Step]) -> Steps:
        reads, outside = self._reads, self._reads.names
        path = action.rows.path
        start, rest = reads.object_of(path)
        found = reads.model.child_list(start, rest)
        assert found is not None, "the checker found it"
        owner = (*path[:-1], "id") if len(path) == 1 or (len(rest) == 1 and rest != path) else path[:-1]
        reads.note_path(owner)
        reads.names = {**outside, action.variable: found.object.name}
        reads.note_name(action.variable)
        condition = reads.optional(action.condition)
        body = self._inner(action.body)
        reads.names = outside

        def step(steps: tuple[Step, ...]) -> ForEachStep:
            return ForEachStep(
                variable=action.variable,
                object=found.object.name,
                lookup=found.lookup.name,
                owner=".".join(owner),
                condition=condition,
                limit=action.limit,
                body=steps,
            )

        if body.changes_record:
            before.append(step(body.before))
        if body.reaches_out:
            after.append(step(body.after))
        return body

    def _inner(self, actions: Sequence[checked.Action]) -> Steps:
        """Aliases that are made inside are not known outside."""
        outside = dict(self._reads.names)
        steps = self.steps(actions)
        self._reads.names = outside
        return steps


def _is_where(target: checked.Target) -> bool:
    return isinstance(target, checked.RecordsWhere)


def _either(found: tuple[bool, bool], inner: Steps) -> tuple[bool, bool]:
    return found[0] or inner.changes_record, found[1] or inner.reaches_out
