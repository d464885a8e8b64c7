"""Rules that set each other off are found, and no others."""

from __future__ import annotations

from rule_engine.rules.analysis.cycles import find_cycles
from rule_engine.rules.analysis.effects import Statement
from rule_engine.rules.checked import (
    Action,
    Call,
    Called,
    Created,
    CreateRecord,
    FieldChanges,
    RecordsWhere,
    Rule,
    Saved,
    SetField,
    Trigger,
    UpdateRecords,
)
from tests.rule_engine.rules.analysis.grid import formula


def _rule(name: str, object_name: str, trigger: Trigger, *actions: Action, condition: str | None = None) -> Rule:
    checked = None if condition is None else formula(condition)
    return Rule(
        name=name, object=object_name, triggers=(trigger,), condition=checked, actions=actions, start=0, end=1, line=1
    )


def _update(object_name: str, field: str, value: str = "amount + 1") -> UpdateRecords:
    where = RecordsWhere(object=object_name, condition=formula("is_big"))
    return UpdateRecords(target=where, values=((field, formula(value)),), line=1)


def _set(field: str, value: str = "amount + 1") -> SetField:
    return SetField(field=field, value=formula(value), line=1)


def _cycles(*statements: Statement) -> set[tuple[str, ...]]:
    found = list(find_cycles(statements))
    assert all(finding.name in finding.names for finding in found)
    return {finding.names for finding in found}


def test_rules_of_two_objects_that_update_each_other() -> None:
    ping = _rule("Ping", "deal", FieldChanges(field="amount"), _update("firm", "due"))
    pong = _rule("Pong", "firm", FieldChanges(field="due"), _update("deal", "amount"))
    assert _cycles(ping, pong) == {("Ping", "Pong")}
    assert [finding.name for finding in find_cycles([ping, pong])] == ["Ping", "Pong"]


def test_another_field_ends_the_chain() -> None:
    ping = _rule("Ping", "deal", FieldChanges(field="amount"), _update("firm", "due"))
    pong = _rule("Pong", "firm", FieldChanges(field="due"), _update("deal", "country"))
    assert _cycles(ping, pong) == set()


def test_a_rule_that_updates_its_own_object_sets_itself_off() -> None:
    assert _cycles(_rule("Again", "deal", Saved(), _update("deal", "amount"))) == {("Again",)}


def test_a_rule_that_sets_fields_of_the_record_being_saved_does_not() -> None:
    assert _cycles(_rule("Once", "deal", FieldChanges(field="amount"), _set("amount"))) == set()


def test_rules_that_set_each_others_fields() -> None:
    one = _rule("One", "deal", FieldChanges(field="amount"), _set("due"))
    two = _rule("Two", "deal", FieldChanges(field="due"), _set("amount"))
    three = _rule("Three", "deal", FieldChanges(field="due"), _set("country"))
    assert _cycles(one, two, three) == {("One", "Two")}


def test_a_constant_that_the_other_does_not_wait_for_ends_the_chain() -> None:
    one = _rule("One", "deal", FieldChanges(field="stage"), _update("firm", "stage", '"Won"'))
    waiting = FieldChanges(field="stage", after="Open")
    assert _cycles(one, _rule("Two", "firm", waiting, _update("deal", "stage"))) == set()
    two = _rule("Two", "firm", FieldChanges(field="stage"), _update("deal", "stage"), condition='stage = "Open"')
    assert _cycles(one, two) == set()
    two = _rule("Two", "firm", FieldChanges(field="stage"), _update("deal", "stage"), condition='stage = "Won"')
    assert _cycles(one, two) == {("One", "Two")}


def test_records_that_are_created_and_rules_that_are_called() -> None:
    make = _rule("Make", "deal", Created(), CreateRecord(object="firm", values=(), line=1))
    back = _rule("Back", "firm", Created(), CreateRecord(object="deal", values=(), line=1))
    assert _cycles(make, back) == {("Back", "Make")}
    first = _rule("First", "deal", Called(), Call(rule="Second", values=(), line=1))
    second = _rule("Second", "deal", Called(), Call(rule="First", values=(), line=1))
    assert _cycles(first, second) == {("First", "Second")}
