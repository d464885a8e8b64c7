"""Checks what a rule does: blocks of actions, and the actions that decide which others are done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from rule_engine.rules import checked
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.check.messages import check_notify, check_post, check_send
from rule_engine.rules.check.parameters import check_arguments, check_new_name
from rule_engine.rules.check.people import check_assignee
from rule_engine.rules.check.records import check_create, check_delete, check_set, check_update
from rule_engine.rules.check.surroundings import with_variable
from rule_engine.rules.syntax import actions
from rule_engine.rules.syntax.actions import Block
from rule_engine.rules.syntax.node import Word
from rule_engine.syntax import Name, TextLiteral
from rule_engine.types import Kind, Reference
from rule_engine.wording import say


def check_part(checking: Checking, block: Block | None, owner: RuleObject) -> tuple[checked.Action, ...]:
    """The actions of a `then`, an `else` or an `after`; a `stop` at their end is nothing to do."""
    if block is None:
        return ()
    found = check_block(checking, block, owner)
    _check_order(checking, found, frozenset())
    return found[:-1] if found and isinstance(found[-1], checked.Stop) else found


def _check_order(checking: Checking, found: Iterable[checked.Action], aliases: frozenset[str]) -> None:
    """What changes the record itself is done before others are created: it cannot read them."""
    for action in found:
        match action:
            case checked.CreateRecord(alias=str(alias)):
                aliases |= {alias}
            case checked.SetField(value=formula) | checked.Fail(message=formula):
                for name in sorted(aliases & {reference.path[0] for reference in formula.references}):
                    place = Word(text=name, start=formula.offset, end=formula.offset + len(formula.source))
                    message = say('"%(name)s" is created when the record is written; this is done before.', name=name)
                    checking.report(
                        "too_late",
                        message,
                        place,
                        say('Take "%(name)s" out of it, or do it in a rule on what is created.', name=name),
                    )
            case checked.Branch():
                _check_order(checking, action.then, aliases)
                _check_order(checking, action.otherwise, aliases)
            case checked.ForEach():
                _check_order(checking, action.body, aliases)


def check_block(checking: Checking, block: Block, owner: RuleObject) -> tuple[checked.Action, ...]:
    """What is wrong or not available is reported. An alias is known to the actions after it in the block."""
    found: list[checked.Action] = []
    for action, following in zip_longest(block.actions, block.actions[1:]):
        if isinstance(action, actions.StopAction) and following is not None:
            checking.report("unreachable", say("Nothing after stop is ever done."), following, say("Take it out."))
        found += _check_action(checking, action, owner)
        if isinstance(action, actions.CreateAction) and action.alias is not None:
            owner = _with_alias(checking, action, action.alias, owner)
    return tuple(found)


def _check_action(checking: Checking, action: actions.Action, owner: RuleObject) -> Iterator[checked.Action]:
    if isinstance(action, actions.SetAction):
        yield from check_set(checking, action, owner)
        return
    found = _check_one(checking, action, owner)
    if found is not None:
        yield found


def _check_one(checking: Checking, action: actions.Action, owner: RuleObject) -> checked.Action | None:
    match action:
        case actions.AssignAction():
            assignee = check_assignee(checking, action.assignee, owner)
            return None if assignee is None else checked.Assign(assignee=assignee, line=checking.line(action))
        case actions.NotifyAction():
            return check_notify(checking, action, owner)
        case actions.CreateAction():
            return check_create(checking, action, owner)
        case actions.UpdateAction():
            return check_update(checking, action, owner)
        case actions.DeleteAction():
            return check_delete(checking, action, owner)
        case actions.SendAction():
            return check_send(checking, action, owner)
        case actions.PostAction():
            return check_post(checking, action, owner)
        case actions.SubmitAction():
            return _check_submit(checking, action, owner)
        case actions.CallAction():
            return _check_call(checking, action, owner)
        case actions.FailAction():
            return _check_fail(checking, action, owner)
        case actions.StopAction():
            return checked.Stop(line=checking.line(action))
        case actions.IfAction():
            return _check_if(checking, action, owner)
        case actions.ForEachAction():
            return _check_for_each(checking, action, owner)
        case actions.SetAction():
            return None


def _check_submit(
    checking: Checking, action: actions.SubmitAction, owner: RuleObject
) -> checked.SubmitForApproval | None:
    name = action.approval
    declared = (*checking.declared.approvals, *checking.names.declared().approvals)
    if not checking.is_known("approval", name, dict(declared)):
        return None
    target = dict(declared)[name.name]
    if target not in ("", owner.name):
        message = say(
            'The approval "%(name)s" is on "%(target)s", not on "%(object)s".',
            name=name.text,
            target=target,
            object=owner.name,
        )
        checking.report("wrong_object", message, name)
    return checked.SubmitForApproval(approval=name.name, line=checking.line(action))


def _check_call(checking: Checking, action: actions.CallAction, owner: RuleObject) -> checked.Call | None:
    target = action.target
    name = target.value if isinstance(target, TextLiteral) else target.text
    declared = checking.names.declared()
    rule = checking.declared.rule(owner.name, name) or declared.rule(owner.name, name)
    if rule is None:
        known = [one.name for one in (*checking.declared.rules, *declared.rules) if one.object == owner.name]
        checking.report_unknown("rule", name, target, known)
        return None
    check_arguments(checking, action.values, rule.parameters, owner)
    values = tuple((name.lower(), value) for name, value in checking.values(action.values, owner.scope))
    return checked.Call(rule=rule.name, values=values, line=checking.line(action))


def _check_fail(checking: Checking, action: actions.FailAction, owner: RuleObject) -> checked.Fail | None:
    info = None if action.field is None else checking.field(owner, action.field)
    message = checking.formula(action.message, owner.scope, Kind.TEXT, use=say("A message"))
    if message is None or (action.field is not None and info is None):
        return None
    field = None if action.field is None else action.field.name
    return checked.Fail(field=field, message=message, line=checking.line(action))


def _check_if(checking: Checking, action: actions.IfAction, owner: RuleObject) -> checked.Branch | None:
    condition = checking.condition(action.condition, owner.scope)
    then = check_block(checking, action.then, owner)
    otherwise = () if action.otherwise is None else check_block(checking, action.otherwise, owner)
    if condition is None:
        return None
    return checked.Branch(condition=condition, then=then, otherwise=otherwise, line=checking.line(action))


def _check_for_each(checking: Checking, action: actions.ForEachAction, owner: RuleObject) -> checked.ForEach | None:
    rows = _find_rows(checking, action.children, owner)
    scope = None if rows is None or rows.type.target is None else checking.names.object_scope(rows.type.target)
    if rows is None or rows.type.target is None or scope is None:
        return None
    if not check_new_name(checking, action.variable, owner):
        return None
    inside = with_variable(owner, action.variable.name, RuleObject(name=rows.type.target, scope=scope))
    condition = None if action.where is None else checking.condition(action.where, inside.scope)
    if action.limit == 0:
        checking.report(
            "bad_limit", say("A limit is a whole number from 1 on."), action, say("Leave it out to take all.")
        )
    body = check_block(checking, action.body, inside)
    if action.where is not None and condition is None:
        return None
    return checked.ForEach(
        variable=action.variable.name,
        rows=rows,
        condition=condition,
        limit=action.limit,
        body=body,
        line=checking.line(action),
    )


def _find_rows(checking: Checking, children: Name, owner: RuleObject) -> Reference | None:
    """The list of child records; reported when it is none."""
    name = ".".join(children.path)
    place = Word(text=name, start=children.start, end=children.end)
    found = owner.scope.find(children.path)
    if found is None:
        known = (*checking.names.children(owner.name), *owner.scope.names(()))
        checking.report_unknown("field", name, place, known)
        return None
    if found.type.kind is not Kind.LIST:
        checking.report_wrong_type(place, "list of child records", found.type, say('"%(name)s" after "in"', name=name))
        return None
    return found


def _with_alias(checking: Checking, action: actions.CreateAction, alias: Word, owner: RuleObject) -> RuleObject:
    """The alias is known from here on, unless it cannot be (which is reported)."""
    scope = checking.names.object_scope(action.object.name)
    if scope is None or not check_new_name(checking, alias, owner):
        return owner
    return with_variable(owner, alias.name, RuleObject(name=action.object.name, scope=scope))
