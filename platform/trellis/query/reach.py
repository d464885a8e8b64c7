"""How many records a rule of sharing opens, or a restriction leaves: of all there are now, whoever sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from metamodel.access_formulas import fit_for_access
from metamodel.model import Model
from rule_engine import SourceError, UnsupportedOnTarget
from trellis.errors import InvalidFilter
from trellis.query.context import formula_parameters
from trellis.query.filters import check_filter
from trellis.query.source import Source
from trellis.query.statements import MOST_COUNTED
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.row_filter import RowFilter
from trellis.storage.column_types import INTEGER
from trellis.storage.database import Statement, Transaction
from trellis.storage.errors import TookTooLong
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant


async def count_reach(
    tenant: Tenant, access: Access, actor: Actor, object_name: str, filters: Sequence[RowFilter], *, now: datetime
) -> tuple[int | None, ...]:
    """For each filter the records that it lets through, one more than MOST_COUNTED at most; None where the database cannot tell yet, since
    the object or what a formula reads is not deployed, and from the first on that takes too long. $User in a formula is the actor. One
    statement for each filter, by itself. Raises AccessDenied."""
    require(access, actor, "manage_access")
    found: list[int | None] = []
    for row_filter in filters:

        async def work(
            transaction: Transaction, compiled: CompiledModel, row_filter: RowFilter = row_filter
        ) -> int | None:
            if object_name not in compiled.model.objects:
                return None
            return await _count(transaction, compiled, actor, object_name, row_filter, now)

        try:
            found.append(await tenant.read(work))
        except TookTooLong:
            break
    return (*found, *([None] * (len(filters) - len(found))))


async def _count(
    transaction: Transaction,
    compiled: CompiledModel,
    actor: Actor,
    object_name: str,
    row_filter: RowFilter,
    now: datetime,
) -> int | None:
    if not all(
        _can_ask(compiled.model, object_name, text) for text in (*row_filter.criteria, *row_filter.restrictions)
    ):
        return None
    key = ("query", "reach", object_name, row_filter)
    try:
        statement = compiled.prepared(key, lambda: _statement(compiled, object_name, row_filter))
    except UnsupportedOnTarget:
        return None
    values = await formula_parameters(transaction, compiled, actor, now, statement)
    row = await transaction.fetch_one(statement, values)
    return 0 if row is None else int(row[0])


def _can_ask(model: Model, object_name: str, text: str) -> bool:
    try:
        fit_for_access(check_filter(model, object_name, text))
    except (InvalidFilter, SourceError):
        return False
    return True


def _statement(compiled: CompiledModel, object_name: str, row_filter: RowFilter) -> Statement:
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name)
    conditions = [*source.visible(), *source.meets(row_filter)]
    one: sa.ColumnElement[int] = sa.literal_column("1", INTEGER)
    most = sa.literal_column(str(MOST_COUNTED + 1), INTEGER)
    rows = sa.select(one.label("found")).select_from(source.from_clause).where(*conditions).limit(most).subquery("r")
    return prepare(sa.select(sa.func.count()).select_from(rows), compiled.dialect)
