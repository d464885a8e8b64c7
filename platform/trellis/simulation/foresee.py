"""A draft -> SQL over the records it is about: which meet what, and what they would have in their fields then. Pure.

Each statement sees what those before it set: a field that was set is read as the expression that it was set to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from metamodel.fields.field import Field
from rule_engine import CheckedFormula, UnsupportedOnTarget, check_formula, compile_sql, typed
from rule_engine.rules.checked import (
    Action,
    Assign,
    Assignee,
    Assignment,
    Branch,
    Call,
    Fail,
    ForEach,
    Rule,
    SetField,
    Stop,
    ToUser,
)
from rule_engine.targets.sql import ChildRows
from rule_engine.types import NUMBER, Kind, Path, Reference
from trellis.query.needs import Needs, needs_of, together
from trellis.query.source import Source
from trellis.simulation.draft import Draft, Drafted
from trellis.storage.column_types import INTEGER
from trellis.tenancy.compiled import CompiledModel

Element = sa.ColumnElement[Any]
OWNER = ("owner", "owner_queue")
MOST_PARTS = 300
"""Rows, actions and fields that one statement counts; more are tried."""


class NotForeseen(Exception):
    """The database cannot say what would come of the draft; it has to be tried record by record. The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A statement, or one of its actions that reach out: `records` is true of those that it is done for. `line` of the file."""

    line: int
    records: Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One way to an owner. `user`: the SQL of the user's id, where a formula gives it."""

    line: int
    assignee: Assignee
    user: Element | None


@dataclass(slots=True, kw_only=True)
class Foreseen:
    """`source`: what the expressions read from. `fields`: (what is there, what would be there) by name, as formulas see them. `owner`:
    the number of the handover, NULL for none. `refused`: validations and `fail` by line."""

    source: Source
    statements: list[tuple[Rule | Assignment, Element]] = field(default_factory=list)
    actions: list[tuple[Action, Element]] = field(default_factory=list)
    fields: dict[str, tuple[Element, Element]] = field(default_factory=dict)
    handovers: list[Handover] = field(default_factory=list)
    owner: Element | None = None
    refused: list[Met] = field(default_factory=list)
    needs: Needs = field(default_factory=Needs)


def foresee(compiled: CompiledModel, draft: Draft) -> Foreseen:
    """Raises NotForeseen."""
    foresight = _Foresight(compiled, draft)
    size = sum(len(one.statement.rows) if isinstance(one.statement, Assignment) else 1 for one in draft.drafted)
    if size + len(draft.validations) > MOST_PARTS:
        raise NotForeseen(f"it has more than {MOST_PARTS} rows and rules")
    try:
        for drafted in draft.drafted:
            foresight.statement(drafted)
        for validation in draft.validations:
            for row in validation.rows:
                foresight.refuse(row.condition, row.line)
    except UnsupportedOnTarget as error:
        raise NotForeseen(str(error)) from error
    return foresight.foreseen


class _Foresight:
    def __init__(self, compiled: CompiledModel, draft: Draft) -> None:
        self._compiled = compiled
        self._object = draft.object
        source = Source(compiled.model, compiled.dialect, compiled.schema, draft.object)
        self.foreseen = Foreseen(source=source)

    def statement(self, drafted: Drafted) -> None:
        statement = drafted.statement
        meant = sa.true() if drafted.meant is None else self._holds(drafted.meant)
        if isinstance(statement, Assignment):
            self.foreseen.statements.append((statement, self._table(statement, meant)))
            return
        condition = sa.true() if statement.condition is None else self._holds(statement.condition)
        self.foreseen.statements.append((statement, sa.and_(meant, condition)))
        self._actions(statement.actions, sa.and_(meant, condition), [])
        if statement.otherwise:
            self._actions(statement.otherwise, sa.and_(meant, sa.not_(condition)), [])

    def refuse(self, condition: CheckedFormula, line: int) -> None:
        self.foreseen.refused.append(Met(line=line, records=self._holds(condition)))

    def _actions(self, actions: Sequence[Action], guard: Element, stops: list[Element]) -> None:
        """`stops`: where the statement has ended by now."""
        for action in actions:
            now = sa.and_(guard, *(sa.not_(stop) for stop in stops))
            match action:
                case SetField():
                    self._set(action, now)
                case Assign():
                    self._hand_over(now, [(sa.true(), action.assignee, action.line)])
                case Fail():
                    self.foreseen.refused.append(Met(line=action.line, records=now))
                    stops.append(now)
                case Stop():
                    stops.append(now)
                case Branch():
                    condition = self._holds(action.condition)
                    self._actions(action.then, sa.and_(guard, condition), stops)
                    self._actions(action.otherwise, sa.and_(guard, sa.not_(condition)), stops)
                case ForEach():
                    if _changes_record(action.body):
                        raise NotForeseen("a loop changes the record")
                case Call():
                    raise NotForeseen("it calls another rule")
                case _:
                    self.foreseen.actions.append((action, now))

    def _set(self, action: SetField, now: Element) -> None:
        target = self._compiled.model.object(self._object).fields[action.field]
        before, present = self._present(target)
        after = sa.case((now, self._fitted(target, action.value)), else_=present)
        self.foreseen.fields[action.field] = (before, sa.type_coerce(after, before.type))

    def _present(self, target: Field) -> tuple[Element, Element]:
        """What is stored, and what is there by now, as formulas see it."""
        if target.name in self.foreseen.fields:
            return self.foreseen.fields[target.name]
        formula = check_formula(target.name, self._compiled.model.scope(self._object))
        stored = self._compile(formula)
        return stored, stored

    def _fitted(self, target: Field, value: CheckedFormula) -> Element:
        """The value as the field would keep it."""
        kind = target.formula_type.kind
        is_moment = kind in (Kind.DATETIME, Kind.TIME) and self._compiled.dialect == "sqlite"
        if kind in (Kind.MULTI_PICKLIST, Kind.GEOLOCATION) or is_moment:
            raise NotForeseen(f"it sets {target.name}")
        if kind is Kind.NUMBER:
            value = _rounded(value, target.columns[0].scale or 0)
        element = self._compile(value)
        return sa.func.coalesce(element, sa.false()) if kind is Kind.BOOLEAN else element

    def _table(self, table: Assignment, meant: Element) -> Element:
        rows = [
            (sa.true() if row.condition is None else self._compile(row.condition), row.assignee, row.line)
            for row in table.rows
        ]
        self._hand_over(meant, rows)
        return sa.and_(
            meant, sa.func.coalesce(sa.or_(*(holds for holds, _, _ in rows)), sa.false(), type_=sa.Boolean())
        )

    def _hand_over(self, now: Element, rows: Sequence[tuple[Element, Assignee, int]]) -> None:
        foreseen = self.foreseen
        cases: list[tuple[Element, Element]] = []
        for holds, assignee, line in rows:
            user = None
            if isinstance(assignee, ToUser) and isinstance(assignee.user, CheckedFormula):
                user = self._compile(assignee.user)
            cases.append((sa.and_(now, holds), sa.literal_column(str(len(foreseen.handovers)), INTEGER)))
            foreseen.handovers.append(Handover(line=line, assignee=assignee, user=user))
        before = sa.null() if foreseen.owner is None else foreseen.owner
        foreseen.owner = sa.type_coerce(sa.case(*cases, else_=before), INTEGER)

    def _holds(self, condition: CheckedFormula) -> Element:
        """True or false, never NULL."""
        return sa.func.coalesce(self._compile(condition), sa.false(), type_=sa.Boolean())

    def _compile(self, formula: CheckedFormula) -> Element:
        needs = needs_of(self._compiled.model, self._object, [formula])
        self._check_reads(formula, needs)
        self.foreseen.needs = together((self.foreseen.needs, needs))
        return compile_sql(formula, self._value, self._compiled.dialect, lambda path: self._child_rows(formula, path))

    def _check_reads(self, formula: CheckedFormula, needs: Needs) -> None:
        """A field that was set can be read by its name, not by way of lookups or formula fields. Raises NotForeseen."""
        foreseen = self.foreseen
        direct = {reference.path for reference in formula.references}
        for path in (*needs.stored, *(one.owner for one in needs.children)):
            if foreseen.owner is not None and path[0] in OWNER:
                raise NotForeseen("it reads an owner that was just assigned")
            if path[0] in foreseen.fields and (
                len(path) > 1 or path not in direct or not self._is_stored_as_seen(path)
            ):
                raise NotForeseen(f"it reads {'.'.join(path)}, which comes from a field that was just set")

    def _is_stored_as_seen(self, path: Path) -> bool:
        """SQLite stores numbers as scaled integers."""
        target = self._compiled.model.object(self._object).fields[path[0]]
        return self._compiled.dialect == "postgresql" or target.formula_type.kind is not Kind.NUMBER

    def _value(self, path: Path) -> Element:
        changed = self.foreseen.fields.get(path[0]) if len(path) == 1 else None
        return self.foreseen.source.value(path) if changed is None else changed[1]

    def _child_rows(self, formula: CheckedFormula, path: Path) -> ChildRows:
        read = [one.path for reads in formula.collections if reads.rows.path == path for one in reads.references]
        return self.foreseen.source.child_rows(path, read)


def _rounded(value: CheckedFormula, scale: int) -> CheckedFormula:
    """Half up, as a field rounds what it is given."""
    rounding = check_formula(f"ROUND(value, {scale})", _OneNumber())
    tree = rounding.tree
    assert isinstance(tree, typed.Apply)
    return replace(value, tree=replace(tree, arguments=(value.tree, tree.arguments[1])))


class _OneNumber:
    """A scope in which every name is that of a number."""

    def find(self, path: Path) -> Reference:
        return Reference(path=path, type=NUMBER)

    def names(self, prefix: Path) -> Sequence[str]:
        return ()


def _changes_record(actions: Sequence[Action]) -> bool:
    for action in actions:
        match action:
            case SetField() | Assign() | Fail() | Stop() | Call():
                return True
            case Branch(then=then, otherwise=otherwise):
                if _changes_record((*then, *otherwise)):
                    return True
            case ForEach(body=body):
                if _changes_record(body):
                    return True
    return False
