"""Generates rule syntax trees, and their shape: what is left of a tree without places and spelling."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from hypothesis import strategies as st

from rule_engine import parse_formula
from rule_engine.rules.syntax import actions, node, people, statements, triggers
from rule_engine.rules.syntax.statements import RuleSource
from rule_engine.syntax import Expression
from rule_engine.targets.text import format_formula

_CONDITIONS = (
    "alpha = 1",
    'beta in ("x", "y") && gamma > 2.5',
    "!ISBLANK(alpha.beta) || delta",
    "alpha between 1 and 2",
    'IF(alpha, "x", "y") = beta.gamma',
)
_TEXTS = ('"Hello"', '"Hello " & name', 'name & ", " & TEXT(alpha)', 'UPPER("x")', '"-- no comment"', '"it\'s"')
_LITERALS = ('"New"', "3", "-2.5", "TRUE", "NULL", '""')


def _parsed(*sources: str) -> st.SearchStrategy[Expression]:
    return st.sampled_from(sources).map(parse_formula)


words = st.sampled_from(("alpha", "beta", "gamma_1", "kunde")).map(lambda text: node.Word(text=text))
paths = _parsed("alpha", "owner.manager", "account.owner")
quoted = _parsed('"anna"', '"A \\"quoted\\" title"', '"名"')
conditions = _parsed(*_CONDITIONS)
texts = _parsed(*_TEXTS)
values = _parsed(*_CONDITIONS, *_TEXTS, *_LITERALS, "alpha + 1 - beta", "-alpha")
small = st.integers(min_value=0, max_value=999)


def _some(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, min_size=1, max_size=most).map(tuple)


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


times = st.lists(st.sampled_from(("09:00", "23:59")).map(lambda text: node.TimeOfDay(text=text)), max_size=2).map(tuple)
durations = st.builds(
    node.Duration,
    count=small,
    unit=st.sampled_from(("minute", "hour", "day", "week", "month", "year")),
    is_business=st.booleans(),
    calendar=_maybe(words),
)
field_values = st.builds(node.FieldValue, field=words, value=values)
messages = st.builds(node.Message, template=words) | st.builds(node.Message, text=texts)

trigger = st.one_of(
    st.builds(triggers.EventTrigger, event=st.sampled_from(("created", "updated", "saved", "deleted", "restored"))),
    st.builds(
        triggers.ChangesTrigger,
        field=words,
        before=_maybe(_parsed(*_LITERALS)),
        after=_maybe(_parsed(*_LITERALS)),
    ),
    st.builds(
        triggers.EveryTrigger,
        units=_some(words, 2),
        interval=_maybe(small),
        day=_maybe(small),
        times=times,
        calendar=_maybe(words),
    ),
    st.builds(triggers.CronTrigger, expression=_parsed('"15 2 * * *"'), calendar=_maybe(words)),
    st.builds(
        triggers.RelativeTrigger,
        duration=durations,
        direction=st.sampled_from(("before", "after")),
        field=words,
        times=times,
        calendar=_maybe(words),
    ),
    st.builds(triggers.AnniversaryTrigger, field=words, times=times, calendar=_maybe(words)),
    st.builds(triggers.InboundTrigger, event=words, matching=_maybe(conditions)),
    st.builds(
        triggers.CalledTrigger,
        parameters=st.just(()) | _some(st.builds(triggers.Parameter, name=words, type=words), 2),
    ),
)
when = st.builds(triggers.When, triggers=_some(trigger))

_limits: dict[str, st.SearchStrategy[Any]] = {
    "capacity": _maybe(small),
    "hours": _maybe(words),
    "skips_absent": st.booleans(),
}
_plain_strategy = st.builds(people.Strategy, kind=st.sampled_from(("round robin", "least loaded")), **_limits)
_counting_strategy = st.builds(
    people.Strategy, kind=st.just("least loaded"), counted=words, where=_maybe(conditions), **_limits
)
_weighted = st.builds(
    people.Strategy,
    kind=st.just("weighted"),
    weights=_some(st.builds(people.Weight, user=words | quoted, weight=small)),
    **_limits,
)
_sticky = st.builds(people.Strategy, kind=st.just("sticky"), path=paths, **_limits)
assignee = st.one_of(
    st.builds(people.UserAssignee, user=paths | quoted),
    st.builds(
        people.QueueAssignee,
        queue=words,
        strategy=_maybe(_plain_strategy | _counting_strategy | _weighted | _sticky),
    ),
    st.builds(people.GroupAssignee, kind=st.sampled_from(("role", "team")), name=words),
    st.builds(people.PreviousOwnerAssignee),
    st.builds(people.PathAssignee, path=paths),
)
recipient = st.one_of(
    st.builds(people.GroupRecipient, kind=st.sampled_from(("role", "queue", "team")), name=words),
    st.builds(people.UserRecipient, user=paths | quoted),
    st.builds(people.ExpressionRecipient, expression=paths | quoted | texts),
)

_simple_action = st.one_of(
    st.builds(actions.AssignAction, assignee=assignee),
    st.builds(actions.SetAction, values=_some(field_values)),
    st.builds(actions.CreateAction, object=words, values=_some(field_values, 5), alias=_maybe(words)),
    st.builds(actions.UpdateAction, target=words, values=_some(field_values), where=_maybe(conditions)),
    st.builds(actions.DeleteAction, target=words, where=_maybe(conditions)),
    st.builds(actions.NotifyAction, recipients=_some(recipient, 2), channels=_some(words, 2), message=messages),
    st.builds(actions.SendAction, channel=words, recipient=recipient, message=messages, gateway=_maybe(words)),
    st.builds(actions.PostAction, webhook=words, values=st.just(()) | _some(field_values)),
    st.builds(actions.SubmitAction, approval=words),
    st.builds(actions.CallAction, target=words | quoted, values=st.just(()) | _some(field_values)),
    st.builds(actions.FailAction, message=texts, field=_maybe(words)),
    st.builds(actions.StopAction),
)


def _block(action: st.SearchStrategy[Any]) -> st.SearchStrategy[actions.Block]:
    return st.builds(actions.Block, actions=_some(action, 2))


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    block = _block(inner)
    return st.builds(actions.IfAction, condition=conditions, then=block, otherwise=_maybe(block)) | st.builds(
        actions.ForEachAction,
        variable=words,
        children=paths,
        body=block,
        where=_maybe(conditions),
        limit=_maybe(small),
    )


block = _block(st.recursive(_simple_action, _nested, max_leaves=3))
_option = st.one_of(
    st.just(statements.Option(kind="inactive")),
    st.builds(statements.Option, kind=st.just("description"), value=quoted),
    st.builds(statements.Option, kind=st.just("priority"), value=small),
    st.builds(statements.Option, kind=st.just("runs as"), value=words),
)
_head: dict[str, st.SearchStrategy[Any]] = {
    "title": quoted,
    "object": words,
    "options": st.lists(_option, max_size=3, unique_by=lambda option: option.kind).map(tuple),
}
_rule = st.builds(
    statements.Rule,
    when=when,
    block=block,
    condition=_maybe(conditions),
    otherwise=_maybe(block),
    delays=st.just(())
    | _some(st.builds(statements.Delay, duration=durations, block=block, condition=_maybe(conditions)), 2),
    **_head,
)
_row = st.builds(statements.Row, assignee=assignee, condition=conditions)
_assignment = st.builds(
    statements.Assignment,
    when=when,
    rows=st.builds(
        lambda rows, last: (*rows, *last),
        _some(_row),
        st.just(()) | st.builds(statements.Row, assignee=assignee).map(lambda row: (row,)),
    ),
    **_head,
)
_validation = st.builds(
    statements.Validation,
    rows=_some(st.builds(statements.FailRow, message=texts, condition=conditions, field=_maybe(words))),
    **_head,
)
_step_option = st.one_of(
    st.builds(statements.StepOption, kind=st.just("quorum"), value=small),
    st.builds(statements.StepOption, kind=st.just("delegation allowed")),
    st.builds(statements.StepOption, kind=st.just("remind after"), value=durations),
    st.builds(statements.StepOption, kind=st.just("skip if"), value=conditions),
)
_step = st.builds(
    statements.Step,
    name=words,
    title=quoted,
    approver=assignee,
    condition=_maybe(conditions),
    options=st.lists(_step_option, max_size=3, unique_by=lambda option: option.kind)
    .map(lambda options: sorted(options, key=lambda option: option.kind != "quorum"))
    .map(tuple),
)
_approval = st.builds(
    statements.Approval,
    name=words,
    steps=_some(_step, 2),
    condition=_maybe(conditions),
    outcomes=st.just(())
    | _some(st.builds(statements.Outcome, event=st.sampled_from(("approve", "reject", "recall")), block=block), 2),
    **_head,
)
_expectation = st.one_of(
    st.builds(statements.ExpectQueue, subject=paths, queue=words),
    st.builds(statements.ExpectNotified, recipient=recipient, channels=st.just(()) | _some(words, 2)),
    st.builds(statements.ExpectRefused, message=quoted),
    st.builds(statements.ExpectRecord, object=words, where=conditions),
    st.builds(statements.ExpectCondition, condition=conditions),
)
_test = st.builds(
    statements.Test,
    title=quoted,
    object=words,
    given=_some(st.builds(statements.Given, values=_some(field_values)), 2),
    when=when,
    stages=st.builds(
        lambda first, later: (first, *later),
        st.builds(statements.Stage, expectations=_some(_expectation, 2)),
        st.just(()) | _some(st.builds(statements.Stage, expectations=_some(_expectation, 2), delay=durations), 2),
    ),
)
rule_sources = st.builds(
    RuleSource,
    source=st.just(""),
    statements=st.lists(_rule | _assignment | _validation | _approval | _test, max_size=2).map(tuple),
)

_LEFT_OUT = ("start", "end", "depth", "source", "comments")


def shape(part: Any) -> Any:
    """Nested tuples that are equal when two trees say the same."""
    if isinstance(part, Expression):
        return format_formula(part)
    if is_dataclass(part):
        inner = ((each.name, shape(getattr(part, each.name))) for each in fields(part) if each.name not in _LEFT_OUT)
        return (type(part).__name__, *inner)
    return tuple(map(shape, part)) if isinstance(part, tuple) else part
