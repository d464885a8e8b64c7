"""What a rule does, in words: one line for each action, those inside a branch or a loop further in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rule_engine import typed
from rule_engine.checker import CheckedFormula
from rule_engine.rules.checked import (
    Action,
    Assign,
    Branch,
    Call,
    CreateRecord,
    DeleteRecords,
    Fail,
    ForEach,
    Notify,
    OneRecord,
    PostWebhook,
    RecordsWhere,
    Send,
    SetField,
    Stop,
    SubmitForApproval,
    Target,
    UpdateRecords,
    Values,
)
from rule_engine.targets.outline.line import Line
from rule_engine.targets.outline.people import say_assignee, say_recipient
from rule_engine.targets.outline.teller import Teller


def action_lines(teller: Teller, actions: Sequence[Action], depth: int) -> Iterator[Line]:
    for action in actions:
        match action:
            case Branch():
                text = teller.say("if", condition=teller.formula(action.condition))
                yield Line(kind="if", text=text, depth=depth, number=action.line)
                yield from action_lines(teller, action.then, depth + 1)
                if action.otherwise:
                    yield Line(kind="else", text=teller.say("otherwise"), depth=depth)
                    yield from action_lines(teller, action.otherwise, depth + 1)
            case ForEach():
                yield Line(kind="if", text=_loop(teller, action), depth=depth, number=action.line)
                yield from action_lines(teller, action.body, depth + 1)
            case _:
                yield Line(kind="action", text=_say(teller, action), depth=depth, number=action.line)


def say_values(teller: Teller, object_name: str, values: Values) -> str:
    """`object_name`: whose fields they are; the formulas are over the teller's records."""
    return teller.listed(
        [
            teller.say("with", field=teller.names.field(object_name, name), value=say_value(teller, value))
            for name, value in values
        ]
    )


def _say(teller: Teller, action: Action) -> str:
    match action:
        case Assign():
            return teller.say("assign", who=say_assignee(teller, action.assignee))
        case SetField(value=CheckedFormula(tree=typed.Constant(value=None | ""))):
            return teller.say("clear", field=teller.field(action.field))
        case SetField():
            return teller.say("set", field=teller.field(action.field), value=say_value(teller, action.value))
        case Notify():
            who = teller.items([say_recipient(teller, one) for one in action.recipients])
            message = _message(teller, action)
            return teller.say("notify", who=who, channels=teller.channels(action.channels), message=message)
        case Send():
            return teller.say(
                "send via" if action.gateway else "send",
                who=say_recipient(teller, action.recipient),
                channels=teller.channels([action.channel]),
                gateway=action.gateway,
                message=_message(teller, action),
            )
        case CreateRecord():
            thing = teller.thing(action.object)
            if not action.values:
                return teller.say("create", object=thing)
            return teller.say("create with", object=thing, values=say_values(teller, action.object, action.values))
        case UpdateRecords():
            values = say_values(teller, action.target.object, action.values)
            return teller.say("update", target=_target(teller, action.target), values=values)
        case DeleteRecords():
            return teller.say("delete", target=_target(teller, action.target))
        case PostWebhook():
            return teller.say("post", webhook=action.webhook)
        case SubmitForApproval():
            return teller.say("submit", approval=action.approval)
        case Call():
            return teller.say("call", rule=teller.quoted(action.rule))
        case Fail(field=None):
            return teller.say("fail", message=say_value(teller, action.message))
        case Fail(field=name):
            assert name is not None
            return teller.say("fail at", message=say_value(teller, action.message), field=teller.field(name))
        case Stop():
            return teller.say("stop")
    raise AssertionError(action)


def _message(teller: Teller, action: Notify | Send) -> str:
    if action.template is not None:
        return teller.say("template", name=action.template)
    assert action.message is not None
    return say_value(teller, action.message)


def say_value(teller: Teller, value: CheckedFormula) -> str:
    """A constant text as people wrote it, all else in words."""
    if isinstance(value.tree, typed.Constant) and isinstance(value.tree.value, str) and value.tree.value:
        return teller.quoted(value.tree.value)
    return teller.formula(value)


def _target(teller: Teller, target: Target) -> str:
    match target:
        case OneRecord(path=(name,)):
            return teller.field(name)
        case OneRecord():
            return target.path[0]
        case RecordsWhere():
            condition = teller.formula(target.condition)
            return teller.say("records where", objects=teller.names.objects(target.object), condition=condition)


def _loop(teller: Teller, action: ForEach) -> str:
    target = action.rows.type.target
    rows = teller.names.objects(target) if target else ".".join(action.rows.path)
    if action.condition is None:
        text = teller.say("for each", rows=rows)
    else:
        text = teller.say("for each where", rows=rows, condition=teller.formula(action.condition))
    return text if action.limit is None else teller.say("at most", text=text, number=action.limit)
