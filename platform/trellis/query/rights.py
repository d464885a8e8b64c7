"""What somebody may do with one record, besides reading it: asked in one statement, or in none where it does not depend on the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from trellis.ids import is_id
from trellis.query.context import formula_parameters
from trellis.query.source import Source
from trellis.security.access import Access, RecordAction
from trellis.security.actor import Actor
from trellis.security.row_filter import RowFilter
from trellis.storage.column_types import UUID
from trellis.storage.database import Statement, Transaction
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

_ASKED: tuple[RecordAction, ...] = ("update", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRights:
    """`update`: may change it; `delete`: may delete it; `owns`: may hand it over and share it, as its owner and who is above may."""

    update: bool
    delete: bool
    owns: bool


async def fetch_rights(
    tx: Transaction,
    compiled: CompiledModel,
    access: Access,
    actor: Actor,
    object_name: str,
    record_id: str,
    now: datetime,
) -> RecordRights:
    """Of a record that the actor may read; nothing may be done with one that is not there."""
    access = access.of(compiled.model)
    filters = tuple(access.row_filter(actor, action, object_name) for action in _ASKED)
    on_record = [True, True]
    if any(one is not None for one in filters):
        on_record = await _ask(tx, compiled, actor, object_name, record_id, filters, now)
    can_update, owns = on_record
    return RecordRights(
        update=can_update and access.decide(actor, "update", object_name).allowed,
        delete=owns and access.decide(actor, "delete", object_name).allowed,
        owns=owns and access.decide(actor, "update", object_name).allowed,
    )


async def _ask(
    tx: Transaction,
    compiled: CompiledModel,
    actor: Actor,
    object_name: str,
    record_id: str,
    filters: Sequence[RowFilter | None],
    now: datetime,
) -> list[bool]:
    record_id = str(record_id).lower()
    if not is_id(record_id):
        return [False] * len(filters)
    key = ("query", "rights", object_name, filters)
    statement = compiled.prepared(key, lambda: _statement(compiled, object_name, filters))
    values = {"record_id": record_id, **await formula_parameters(tx, compiled, actor, now, statement)}
    row = await tx.fetch_one(statement, values)
    return [False] * len(filters) if row is None else [value is not None for value in row]


def _statement(compiled: CompiledModel, object_name: str, filters: Sequence[RowFilter | None]) -> Statement:
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name)
    yes: sa.ColumnElement[Any] = sa.literal_column("1")
    columns = [
        yes.label(f"r{place}") if one is None else sa.case((sa.and_(*source.meets(one)), yes), else_=sa.null())
        for place, one in enumerate(filters)
    ]
    chosen = sa.select(*columns).select_from(source.from_clause)
    chosen = chosen.where(source.root.c.id == sa.bindparam("record_id", type_=UUID), *source.visible())
    return prepare(chosen, compiled.dialect)
