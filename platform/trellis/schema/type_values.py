"""Record types that come to offer less -> what counts the records that hold what is no longer offered. They keep it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from metamodel.changes import AccessNote
from metamodel.columns import Column
from metamodel.fields.choice import PicklistField
from metamodel.fields.field import Field
from metamodel.record_types import RECORD_TYPE, RecordType
from rule_engine.wording import say_count
from trellis.schema.checks import holds_any
from trellis.storage.column_types import column_type
from trellis.storage.database import DialectName


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLongerOffered:
    """`table` and `column` as they are named now; `values`: of the picklist `field`, which the type offers until now."""

    table: str
    column: Column
    record_type: str
    field: str
    values: tuple[str, ...]

    def note(self, connection: sa.Connection, dialect: DialectName) -> AccessNote | None:
        """How many records of the type hold one of the values, None when none does."""
        value = sa.column(self.column.name, column_type(self.column))
        table = sa.table(self.table, sa.column("deleted_at"), sa.column(RECORD_TYPE), value)
        query = sa.select(sa.func.count()).select_from(table)
        query = query.where(table.c.deleted_at.is_(None), table.c[RECORD_TYPE] == self.record_type)
        count = int(connection.execute(query.where(holds_any(self.column, value, self.values, dialect))).scalar_one())
        if not count:
            return None
        text = say_count(
            "%(rows)s record keeps a value of %(field)s that the type stops offering",
            "%(rows)s records keep a value of %(field)s that the type stops offering",
            count,
            rows=f"{count:,}",
            field=self.field,
        )
        return AccessNote(text=text, opens=False)


def no_longer_offered(
    table: str, before: RecordType, after: RecordType, fields: Mapping[str, tuple[Field, Field]]
) -> Iterator[NoLongerOffered]:
    """`table`: as it is named now; `fields`: of its object in both models, by their new names."""
    for name in after.values:
        old, new = fields.get(name, (None, None))
        if not isinstance(old, PicklistField) or not isinstance(new, PicklistField):
            continue
        gone = tuple(value for value in _offered(before, old) if value not in after.values[name])
        if gone:
            (column,) = old.columns
            yield NoLongerOffered(table=table, column=column, record_type=before.name, field=new.label, values=gone)


def _offered(one: RecordType, field: PicklistField) -> tuple[str, ...]:
    return one.values.get(field.name) or tuple(value.name for value in field.active_values)
