"""Records -> rows: INSERT, UPDATE of the columns that changed. As many statements as there are sets of changed columns, at most ten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from trellis.automation.hooks import SaveContext
from trellis.errors import Conflict
from trellis.records.draft import Draft
from trellis.records.shape import Shape, parameter_of
from trellis.storage.column_types import INTEGER, UUID
from trellis.storage.database import Statement
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

MOST_UPDATE_STATEMENTS = 10
STAMPED = ("updated_at", "updated_by", "version")

Names = tuple[str, ...]


async def insert_records(context: SaveContext, shape: Shape, drafts: Sequence[Draft]) -> None:
    """One statement."""
    await _run(context, shape.insert, [shape.parameters(draft.values) for draft in drafts])


async def update_records(context: SaveContext, shape: Shape, drafts: Sequence[Draft]) -> None:
    """Writes the changed fields of each draft, and counts its version up: `values` get the new one. Raises Conflict."""
    by_names: dict[Names, list[Draft]] = {}
    for draft in drafts:
        by_names.setdefault(draft.touched, []).append(draft)
    if len(by_names) > MOST_UPDATE_STATEMENTS:
        every = {name for names in by_names for name in names}
        by_names = {tuple(name for name in shape.stored if name in every): list(drafts)}
    for names, some in by_names.items():
        await _update(context, shape, names, some)


async def _update(context: SaveContext, shape: Shape, names: Names, drafts: Sequence[Draft]) -> None:
    written = (*(name for name in names if name not in STAMPED), *STAMPED)
    compiled = context.compiled
    key = ("records", "update", shape.object.name, written)
    statement = compiled.prepared(key, lambda: _update_statement(compiled, shape, written))
    rows: list[Mapping[str, Any]] = []
    for draft in drafts:
        old_version = draft.values["version"]
        draft.values.update(updated_at=context.now, updated_by=context.actor.user_id, version=old_version + 1)
        keys = {"k_id": draft.change.id, "k_version": old_version}
        rows.append({**shape.parameters(draft.values, written), **keys})
    await _run(context, statement, rows)


async def _run(context: SaveContext, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
    if len(rows) > 1:
        await context.transaction.execute_many(statement, rows)
    elif rows and await context.transaction.execute(statement, rows[0]) != 1:
        raise Conflict("The record changed while it was being saved.", hint="Read it again, and repeat your change.")


def _update_statement(compiled: CompiledModel, shape: Shape, written: Names) -> Statement:
    table = shape.table
    columns = [table.c[column.name] for name in written for column in shape.stored[name].columns]
    values = {column.name: sa.bindparam(parameter_of(column.name), type_=column.type) for column in columns}
    is_it = sa.and_(
        table.c.id == sa.bindparam("k_id", type_=UUID), table.c.version == sa.bindparam("k_version", type_=INTEGER)
    )
    return prepare(sa.update(table).where(is_it).values(values), compiled.dialect)
