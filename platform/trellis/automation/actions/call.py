"""`call`: a rule that is called, on the same record, with the values that the call gives its parameters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from trellis.automation.compiling.rules import find_callable
from trellis.automation.errors import RuleRecursion
from trellis.automation.named import GivenViews
from trellis.automation.recursion import MAX_DEPTH
from trellis.automation.run import CALL, Run
from trellis.automation.steps import CallStep, CompiledRule, Step

RunSteps = Callable[[Run, Sequence[Step], Sequence[int]], Awaitable[None]]
Key = tuple[str, int, str, str]

_GIVEN = "what calls gave, and whether the rule they call applies"


async def apply_call(run: Run, run_steps: RunSteps, step: CallStep, indexes: Sequence[int]) -> None:
    """The part of the called rule that belongs before the write, or after it. Its condition and the values are those of the first
    time that the call is come to."""
    called = find_callable(run.context.compiled, run.object_name, step.rule)
    if called is None:
        return  # it is switched off
    _check_depth(run, called)
    inner = _inner(run, called, step, indexes)
    await inner.views.refresh()
    places = [place for place, index in enumerate(indexes) if _applies(run, inner, called, step, index, place)]
    await run_steps(inner, called.before if step.is_before else called.after, places)
    for index in indexes:
        if run.changes[index].errors:
            run.stop(index)


def _inner(run: Run, called: CompiledRule, step: CallStep, indexes: Sequence[int]) -> Run:
    """The called rule's own run, with a place for each of `indexes`."""
    given = [_given(run, step, index) for index in indexes]
    views = GivenViews(run.views, indexes, given)
    parts = [f"{run.part(index)}/{run.rule}:{step.number}{CALL}" for index in indexes]
    return run.calling(called, [run.changes[index] for index in indexes], views, parts)


def _given(run: Run, step: CallStep, index: int) -> Mapping[str, Any]:
    kept = run.context.memory.setdefault(_GIVEN, {})
    key = _key(run, step, index)
    if key not in kept:
        kept[key] = {name: run.evaluate(value, index) for name, value in step.values}
    found: Mapping[str, Any] = kept[key]
    return found


def _applies(run: Run, inner: Run, called: CompiledRule, step: CallStep, index: int, place: int) -> bool:
    kept = run.context.memory.setdefault(_GIVEN, {})
    key = ("applies", *_key(run, step, index))
    if key not in kept:
        if called.before and not step.is_before:
            reason = f"the rule {called.name!r} changes the record, which is written when line {step.line} calls it"
            raise run.failed(index, reason)
        kept[key] = inner.holds(called.condition, place)
        if kept[key]:
            run.note(index, "call", line=step.line, subject=called.name, read=called.condition_paths)
    return bool(kept[key])


def _key(run: Run, step: CallStep, index: int) -> Key:
    return (run.rule, step.number, run.changes[index].id, run.part(index))


def _check_depth(run: Run, called: CompiledRule) -> None:
    """Raises RuleRecursion naming the chain."""
    if len(run.calls) >= MAX_DEPTH:
        raise RuleRecursion(
            f"rules call one another more than {MAX_DEPTH} times: {' -> '.join((*run.calls, called.name))}",
            hint="Give one of them a condition that ends the circle. Nothing was saved.",
        )
