"""The rows of child lists for formulas in Python: one query for each list, however many records ask; none for records that are not
written yet. Rows are as the database has them within the transaction: live ones only."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.errors import InvalidRequest
from trellis.query.context import formula_parameters
from trellis.query.needs import ChildNeeds, Needs
from trellis.query.paths import FieldPath, resolve_names
from trellis.query.record_view import ChildRow, ChildRows
from trellis.query.source import RowFilters, Source, no_row_filters
from trellis.query.values import StoredReader
from trellis.security.actor import Actor
from trellis.storage.codecs import list_encoder
from trellis.storage.database import Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Where rows are read. `row_filters` as in Source, with the `key` that names them in the memo: () for what rules and validations
    read, which see every row."""

    transaction: Transaction
    compiled: CompiledModel
    actor: Actor
    now: datetime
    row_filters: RowFilters = no_row_filters
    key: tuple[Hashable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loader:
    statement: Statement
    reader: StoredReader


async def load_child_rows(
    reading: Reading, children: Sequence[ChildNeeds], owners: Sequence[Mapping[str, Any]]
) -> list[dict[str, ChildRows]]:
    """For each of `owners` its lists by dotted path. Each owner has the value of ChildNeeds.owner by its dotted path; a blank one
    has no rows. Raises InvalidRequest for more than MOST_ROWS of one list."""
    found: list[dict[str, ChildRows]] = [{} for _ in owners]
    for needs in children:
        key, owner = ".".join(needs.path), ".".join(needs.owner)
        ids = [record.get(owner) for record in owners]
        rows = await _fetch(reading, needs, {one for one in ids if one is not None})
        for lists, one in zip(found, ids, strict=True):
            lists[key] = ChildRows(needs.object, needs.lookup, rows.get(one, ()))
    return found


async def _fetch(reading: Reading, wanted: ChildNeeds, ids: set[Any]) -> dict[Any, list[ChildRow]]:
    if not ids:
        return {}
    compiled = reading.compiled
    needs = wanted.needs
    key = ("query", "child rows", *reading.key, wanted.object, wanted.lookup, needs.stored)
    loader = compiled.prepared(key, lambda: _loader(reading, wanted.object, wanted.lookup, needs))
    values = {"ids": list_encoder(ColumnKind.UUID, compiled.dialect)(sorted(ids))}
    values |= await formula_parameters(reading.transaction, compiled, reading.actor, reading.now, loader.statement)
    fetched = await reading.transaction.fetch(loader.statement, values)
    if len(fetched) > MOST_ROWS:
        label = compiled.model.object(wanted.object).plural_label.lower()
        raise InvalidRequest(
            f"Formulas would have to read more than {MOST_ROWS:,} {label} at once.",
            hint="Take fewer records at a time.",
        )
    rows = [ChildRow(loader.reader.read(row[1:])) for row in fetched]
    if needs.children:
        lists = await load_child_rows(reading, needs.children, [row.values for row in rows])
        for row, own in zip(rows, lists, strict=True):
            row.lists = own
    by_owner: dict[Any, list[ChildRow]] = {}
    for row, (owner, *_) in zip(rows, fetched, strict=True):
        by_owner.setdefault(owner, []).append(row)
    return by_owner


def _loader(reading: Reading, object_name: str, lookup: str, needs: Needs) -> _Loader:
    compiled = reading.compiled
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name, reading.row_filters)
    reader = StoredReader(source, _paths(compiled, object_name, needs))
    link = source.root.c[lookup]
    chosen = sa.select(link, *reader.columns).select_from(source.from_clause)
    chosen = chosen.where(any_of(link, "ids", compiled.dialect), *source.visible())
    return _Loader(
        statement=prepare(chosen.limit(sa.literal_column(str(MOST_ROWS + 1), sa.Integer())), compiled.dialect),
        reader=reader,
    )


def _paths(compiled: CompiledModel, object_name: str, needs: Needs) -> dict[str, FieldPath]:
    """The stored fields that the rows are asked for, and the ids of those whose lists are read next."""
    names = {*needs.stored, *(one.owner for one in needs.children)}
    return {".".join(path): resolve_names(compiled.model, object_name, path) for path in sorted(names)}
