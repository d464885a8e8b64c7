"""What a new record has where the caller said nothing: defaults of fields, the actor as owner, numbers from counters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metamodel.fields.choice import MultiPicklistField, PicklistField
from metamodel.fields.field import Field, FieldValueError
from rule_engine import CheckedFormula, FormulaError
from trellis.automation.hooks import SaveContext
from trellis.query.needs import Needs, needs_of
from trellis.query.record_view import Evaluate, python_formula
from trellis.query.source import table_name
from trellis.records.draft import Draft
from trellis.records.record_types import beginning_with_type, begins_by_type, offered_default
from trellis.records.refusals import Refusals
from trellis.records.related import views_of
from trellis.records.shape import Shape
from trellis.storage.column_types import INTEGER, TEXT
from trellis.storage.counters import auto_number_counter
from trellis.storage.database import Statement
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel


@dataclass(frozen=True, slots=True, kw_only=True)
class _Defaults:
    """`values`: every stored field with its static default, None for none; `formulas` in an order in which each may use those before."""

    values: Mapping[str, Any]
    formulas: tuple[tuple[Field, Evaluate], ...]
    needs: Needs


def new_values(
    context: SaveContext, shape: Shape, given: Mapping[str, Any], record_id: str, record_types: frozenset[str] | None
) -> dict[str, Any]:
    """Every stored field: what was given, else its static default. `record_types`: those that the actor may give, None for all."""
    actor, now = context.actor.user_id, context.now
    defaults = _defaults(context.compiled, shape).values
    values = beginning_with_type(shape.object, given, defaults, record_types)
    values |= {"id": record_id, "version": 1, "updated_at": now, "updated_by": actor}
    values["created_at"] = values["created_at"] or now
    values["created_by"] = values["created_by"] or actor
    if shape.object.has_owner and values["owner"] is None and values["owner_queue"] is None:
        values["owner"] = actor
    return values


async def apply_default_formulas(
    context: SaveContext, shape: Shape, drafts: Sequence[Draft], refusals: Refusals
) -> None:
    """Default formulas of the fields that were not given. A query for each object that they look up; a new record's child lists are
    empty without one."""
    defaults = _defaults(context.compiled, shape)
    if not defaults.formulas:
        return
    records, new = [draft.values for draft in drafts], [False] * len(drafts)
    seen = await views_of(context, shape.object.name, records, defaults.needs, written=new)
    for field, evaluate in defaults.formulas:
        waiting = [
            (draft, view)
            for draft, view in zip(drafts, seen.views, strict=True)
            if field.name not in draft.given and not begins_by_type(shape.object, draft.values, field.name)
        ]
        if seen.look_ups is not None:
            await seen.look_ups.learn(partial(evaluate, view, seen.evaluation) for _, view in waiting)
        for draft, view in waiting:
            try:
                value = field.from_formula(evaluate(view, seen.evaluation))
                draft.values[field.name] = offered_default(shape.object, draft.values, field.name, value)
            except (FormulaError, FieldValueError) as error:
                refusals.add(draft.index, field.name, "default_failed", f"The default cannot be computed: {error}")


async def number_records(context: SaveContext, shape: Shape, drafts: Sequence[Draft]) -> None:
    """Auto numbers, in the order of the batch: one statement for each such field."""
    compiled = context.compiled
    for field in shape.auto_numbers:
        waiting = [draft for draft in drafts if draft.values[field.name] is None]
        if not waiting:
            continue
        statement = compiled.prepared(("records", "counter"), lambda: _counter(compiled))
        name = auto_number_counter(table_name(shape.object), field.name)
        values = {"name": name, "first": field.start - 1 + len(waiting), "more": len(waiting)}
        row = await context.transaction.fetch_one(statement, values)
        last = int(row[0]) if row else 0
        for number, draft in enumerate(waiting, start=last - len(waiting) + 1):
            draft.values[field.name] = field.number_text(number)


def _defaults(compiled: CompiledModel, shape: Shape) -> _Defaults:
    name = shape.object.name
    return compiled.prepared(("records", "defaults", name), lambda: _make(compiled, shape))


def _make(compiled: CompiledModel, shape: Shape) -> _Defaults:
    name = shape.object.name
    defaults = ((field, compiled.model.default_formula(name, field.name)) for field in shape.stored.values())
    checked = [(field, formula) for field, formula in defaults if formula is not None]
    ordered = sorted(checked, key=_depends_on(checked))
    return _Defaults(
        values={field.name: _static(field) for field in shape.stored.values()},
        formulas=tuple((field, python_formula(compiled, formula)) for field, formula in ordered),
        needs=needs_of(compiled.model, name, [formula for _, formula in checked]),
    )


def _depends_on(checked: Sequence[tuple[Field, CheckedFormula]]) -> Callable[[tuple[Field, CheckedFormula]], int]:
    """How many defaults stand before one: those whose fields its formula names, and theirs."""
    named = {
        field.name: {reference.path[0] for reference in formula.references if len(reference.path) == 1}
        for field, formula in checked
    }

    def depth(name: str, above: frozenset[str]) -> int:
        below = [other for other in named[name] & named.keys() if other not in above]
        return 1 + max((depth(other, above | {other}) for other in below), default=0)

    return lambda one: depth(one[0].name, frozenset((one[0].name,)))


def _static(field: Field) -> Any:
    """The default as a Python value; a default that the field no longer takes is none."""
    default = field.default
    if default is None and isinstance(field, PicklistField):
        chosen = field.default_values
        default = list(chosen) if isinstance(field, MultiPicklistField) else next(iter(chosen), None)
    if not field.is_writable:
        return None
    try:
        return field.parse(default)
    except FieldValueError:
        return None


def _counter(compiled: CompiledModel) -> Statement:
    table = platform_tables(compiled.schema).counter
    make = postgresql.insert if compiled.dialect == "postgresql" else sqlite.insert
    more = sa.bindparam("more", type_=INTEGER)
    insert = make(table).values(name=sa.bindparam("name", type_=TEXT), value=sa.bindparam("first", type_=INTEGER))
    counted = insert.on_conflict_do_update(index_elements=[table.c.name], set_={"value": table.c.value + more})
    return prepare(counted.returning(table.c.value), compiled.dialect)
