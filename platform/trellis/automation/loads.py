"""How many records each of some users owns: what "least loaded" goes by."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from rule_engine import CheckedFormula, EvaluationContext, sql_context_values
from trellis.query.source import Source
from trellis.storage.codecs import list_encoder
from trellis.storage.database import Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel


async def count_loads(
    transaction: Transaction,
    compiled: CompiledModel,
    context: EvaluationContext,
    *,
    object_name: str,
    condition: CheckedFormula | None,
    users: Collection[str],
) -> Mapping[str, int]:
    """The live records of `object_name` that each user owns and `condition` holds for; users without any are missing. One query.
    Names in `condition` begin with the object's: case.status. Raises UnsupportedOnTarget."""
    key = ("automation", "loads", object_name, condition.source if condition else None)
    statement = compiled.prepared(key, lambda: _query(compiled, object_name, condition))
    values = {"users": list_encoder(ColumnKind.UUID, transaction.dialect)(sorted(users))}
    if condition is not None:
        values |= sql_context_values(context, transaction.dialect)
    return {owner: int(count) for owner, count in await transaction.fetch(statement, values)}


def _query(compiled: CompiledModel, object_name: str, condition: CheckedFormula | None) -> Statement:
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name)
    conditions = [*source.visible(), any_of(source.root.c.owner, "users", compiled.dialect)]
    if condition is not None:
        conditions.append(source.condition(condition, behind=1))
    counted = sa.select(source.root.c.owner, sa.func.count()).select_from(source.from_clause)
    return prepare(counted.where(*conditions).group_by(source.root.c.owner), compiled.dialect)
