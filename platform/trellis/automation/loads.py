"""How many records each of some users owns: what "least loaded" and capacities go by.

What counts may depend on the record that is assigned, `by case where case.account = account`: then there is a count for each group of
records whose values are the same.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import visitors

from metamodel.columns import ColumnKind
from rule_engine import CheckedFormula, EvaluationContext, sql_context_values
from rule_engine.rules.parting import PART_PREFIX
from rule_engine.runtime.numbers import number_text
from trellis.automation.strategies import Group, Loads
from trellis.query.source import Source
from trellis.storage.codecs import datetime_text, list_encoder, time_text
from trellis.storage.database import Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

PARAMETER = f"ctx_{PART_PREFIX.replace('.', '_')}p"
"""How the parameter of a part begins in a compiled condition."""


async def count_loads(
    transaction: Transaction,
    compiled: CompiledModel,
    context: EvaluationContext,
    *,
    object_name: str,
    condition: CheckedFormula | None,
    groups: Sequence[Group],
    users: Collection[str],
) -> Loads:
    """The live records of `object_name` that each user owns and `condition` holds for, by group. One query. Names in `condition` begin
    with the object's, case.status; what it reads of the record is a part, "record.p0" the first value of the group. Raises
    UnsupportedOnTarget."""
    # The memo keeps the formula with its statement, so that no other gets its id meanwhile.
    key = ("automation", "loads", object_name, id(condition))
    statement, _ = compiled.prepared(key, lambda: (_query(compiled, object_name, condition), condition))
    different = list(dict.fromkeys(groups))
    values: dict[str, Any] = {
        "users": list_encoder(ColumnKind.UUID, transaction.dialect)(sorted(users)),
        "groups": json.dumps([[_json_value(value) for value in group] for group in different], ensure_ascii=False),
    }
    if condition is not None:
        values |= sql_context_values(context, transaction.dialect)
    counts: dict[Group, dict[str, int]] = {}
    for place, owner, count in await transaction.fetch(statement, values):
        counts.setdefault(different[int(place)], {})[owner] = int(count)
    return Loads(groups=groups, counts=counts)


def _query(compiled: CompiledModel, object_name: str, condition: CheckedFormula | None) -> Statement:
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name)
    groups = _Groups(compiled.dialect)
    conditions = [*source.visible(), any_of(source.root.c.owner, "users", compiled.dialect)]
    if condition is not None:
        conditions.append(groups.filled(source.condition(condition, behind=1)))
    counted = sa.select(groups.place, source.root.c.owner, sa.func.count()).select_from(
        source.from_clause, groups.table
    )
    grouped = counted.where(*conditions).group_by(groups.place, source.root.c.owner)
    return prepare(grouped, compiled.dialect)


class _Groups:
    """The groups as a table of the statement: the one parameter `groups`, a JSON array of arrays."""

    def __init__(self, dialect: str) -> None:
        self._is_postgresql = dialect == "postgresql"
        given: Any = sa.bindparam("groups", type_=sa.Text())
        if self._is_postgresql:
            elements = sa.func.jsonb_array_elements(sa.cast(given, postgresql.JSONB()))
            self.table: Any = elements.table_valued(
                sa.column("value", postgresql.JSONB()), with_ordinality="ordinality", name="g", joins_implicitly=True
            ).render_derived()
            self.place: Any = (self.table.c.ordinality - sa.literal_column("1")).label("place")
        else:
            self.table = sa.func.json_each(given).table_valued("key", "value", name="g", joins_implicitly=True)
            self.place = self.table.c.key.label("place")

    def filled(self, condition: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """The condition with the values of the group in place of its parameters."""

        def value(element: Any, **_: object) -> Any:
            is_part = isinstance(element, sa.BindParameter) and element.key.startswith(PARAMETER)
            return self._value(int(element.key.removeprefix(PARAMETER)), element.type) if is_part else None

        filled: sa.ColumnElement[Any] = visitors.replacement_traverse(condition, {}, value)
        return filled

    def _value(self, place: int, type_: Any) -> sa.ColumnElement[Any]:
        if self._is_postgresql:
            text = self.table.c.value.op("->>", return_type=sa.Text())(sa.literal_column(str(place), sa.Integer()))
            return sa.cast(text, type_)
        path = sa.literal_column(f"'$[{place}]'", sa.Text())
        return sa.func.json_extract(self.table.c.value, path, type_=type_)


def _json_value(value: Any) -> Any:
    """A value of a formula in the form that formulas have it in on SQLite; PostgreSQL reads the same texts."""
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, datetime):
        return datetime_text(value.astimezone(UTC))
    if isinstance(value, time):
        return time_text(value)
    return value.isoformat() if isinstance(value, date) else value
