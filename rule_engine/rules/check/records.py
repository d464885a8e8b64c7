"""Checks the actions that write records: set, create, update and delete."""

from __future__ import annotations

from collections.abc import Iterator

from rule_engine.rules import checked
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.check.surroundings import with_rows, with_target
from rule_engine.rules.check.users import USER_OBJECT
from rule_engine.rules.check.values import check_field_value
from rule_engine.rules.syntax import actions
from rule_engine.rules.syntax.node import FieldValue, Word
from rule_engine.types import Kind, Path, Scope
from rule_engine.wording import say


def check_set(checking: Checking, action: actions.SetAction, owner: RuleObject) -> Iterator[checked.SetField]:
    for assigned in action.values:
        pair = check_field_value(checking, assigned, owner, owner.scope)
        if pair is not None:
            yield checked.SetField(field=pair[0], value=pair[1], line=checking.line(assigned))


def check_create(checking: Checking, action: actions.CreateAction, owner: RuleObject) -> checked.CreateRecord | None:
    target = checking.object(action.object)
    if target is None:
        return None
    return checked.CreateRecord(
        object=target.name,
        values=check_values(checking, action.values, target, owner.scope),
        alias=action.alias.name if action.alias is not None else None,
        line=checking.line(action),
    )


def check_update(checking: Checking, action: actions.UpdateAction, owner: RuleObject) -> checked.UpdateRecords | None:
    found = _check_target(checking, action, owner)
    if found is None:
        return None
    target, record = found
    if isinstance(target, checked.OneRecord):
        scope = with_target(owner.scope, target.path, record)
    else:
        scope = with_target(with_rows(owner, record), (record.name,), record)
    values = check_values(checking, action.values, record, scope)
    return checked.UpdateRecords(target=target, values=values, line=checking.line(action))


def check_delete(checking: Checking, action: actions.DeleteAction, owner: RuleObject) -> checked.DeleteRecords | None:
    found = _check_target(checking, action, owner)
    if found is None:
        return None
    target, record = found
    if record.name == USER_OBJECT:
        checking.report(
            "wrong_object", say("No rule deletes users."), action.target, say("An administrator can deactivate them.")
        )
    return checked.DeleteRecords(target=target, line=checking.line(action))


def check_values(
    checking: Checking, values: tuple[FieldValue, ...], target: RuleObject, scope: Scope
) -> checked.Values:
    """`field = value` pairs, for fields of `target`."""
    pairs = {}
    for assigned in values:
        if assigned.field.name in pairs:
            checking.report(
                "duplicate_name", say('The field "%(field)s" is set twice.', field=assigned.field.text), assigned
            )
        pair = check_field_value(checking, assigned, target, scope)
        if pair is not None:
            pairs[pair[0]] = pair[1]
    return tuple(pairs.items())


def _check_target(
    checking: Checking, action: actions.UpdateAction | actions.DeleteAction, owner: RuleObject
) -> tuple[checked.Target, RuleObject] | None:
    """With `where` records of an object, else one record: a lookup, a loop variable or an alias. Together with their object."""
    if action.where is None:
        return _check_one_record(checking, action.target, owner)
    rows = checking.object(action.target)
    if rows is None:
        return None
    condition = checking.condition(action.where, with_rows(owner, rows))
    return None if condition is None else (checked.RecordsWhere(object=rows.name, condition=condition), rows)


def _check_one_record(checking: Checking, word: Word, owner: RuleObject) -> tuple[checked.Target, RuleObject] | None:
    path: Path = tuple(word.name.split("."))
    object_name = owner.variables.get(word.name)
    if object_name is None:
        object_name = _looked_up(checking, word, path, owner)
    scope = None if object_name is None else checking.names.object_scope(object_name)
    if object_name is None or scope is None:
        return None
    return checked.OneRecord(path=path, object=object_name), RuleObject(name=object_name, scope=scope)


def _looked_up(checking: Checking, word: Word, path: Path, owner: RuleObject) -> str | None:
    """The object that a lookup points to; what is no lookup of one object is reported."""
    found = owner.scope.find(path)
    if found is None:
        is_object = checking.names.object_scope(word.name) is not None
        hint = (
            say(
                'Records of "%(object)s" are found with: %(name)s where %(name)s.… = …',
                object=word.name,
                name=word.text,
            )
            if is_object
            else None
        )
        checking.report_unknown("field", word.text, word, (*owner.variables, *owner.scope.names(())), hint)
    elif found.type.kind is not Kind.ID:
        checking.report_wrong_type(
            word, "id", found.type, say('The field "%(name)s" to reach another record', name=word.text)
        )
    elif found.type.target is None or path[-1] == "id":
        message = say('"%(name)s" does not say records of which object it reaches.', name=word.text)
        checking.report(
            "wrong_type", message, word, say("Name a lookup to one object, or write OBJECT where OBJECT.id = ….")
        )
    else:
        return found.type.target
    return None
