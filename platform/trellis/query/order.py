"""How a list is sorted, as SQL: ORDER BY, and the condition "after this row" of a keyset page.

Text sorts without ASCII case, blanks come last in either direction, and the id decides between equals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from metamodel.columns import Column, ColumnKind
from rule_engine.types import Kind
from trellis.errors import InvalidRequest
from trellis.query.paths import FieldPath
from trellis.query.source import Source
from trellis.storage.column_types import column_type
from trellis.storage.expressions import ignoring_case

MAX_KEYS = 8
LONGEST_SORTED_TEXT = 4_000
NEVER_BLANK = ("id", "created_at", "updated_at", "version")
_COMPUTED_KINDS = {
    Kind.NUMBER: ColumnKind.DECIMAL,
    Kind.BOOLEAN: ColumnKind.BOOLEAN,
    Kind.DATE: ColumnKind.DATE,
    Kind.DATETIME: ColumnKind.DATETIME,
    Kind.TIME: ColumnKind.TIME,
    Kind.ID: ColumnKind.UUID,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey:
    """`expression` is what is compared; `column` says what kind of value it is, for codecs."""

    expression: sa.ColumnElement[Any]
    column: Column
    descending: bool
    is_nullable: bool


def sort_keys(source: Source, sort: Sequence[tuple[FieldPath, bool]]) -> tuple[SortKey, ...]:
    """The keys of (path, descending) pairs, ending with the id. Raises InvalidRequest for what has no order."""
    keys = [sort_key(source, path, descending=descending) for path, descending in sort]
    if not any(path.names == ("id",) for path, _ in sort):
        identifier = Column(name="id", kind=ColumnKind.UUID)
        descending = keys[-1].descending if keys else False
        keys.append(SortKey(expression=source.root.c.id, column=identifier, descending=descending, is_nullable=False))
    return tuple(keys)


def sort_key(source: Source, path: FieldPath, *, descending: bool) -> SortKey:
    column = value_column(path, source)
    is_text = column.kind is ColumnKind.TEXT and path.field.formula_type.kind is not Kind.NUMBER
    if column.kind is ColumnKind.TEXT_LIST or len(path.field.columns) > 1:
        raise InvalidRequest(f"{path.key} has no order, so nothing can be sorted by it.")
    if path.field.is_stored and is_text and (column.length is None or column.length > LONGEST_SORTED_TEXT):
        raise InvalidRequest(f"{path.key} is a long text; nothing can be sorted by it.")
    value = source.columns(path.names, path.field)[0] if path.field.is_stored else source.value(path.names)
    if is_text:
        value = ignoring_case(value, source.dialect)
    elif column.kind is ColumnKind.TEXT:
        value = sa.collate(value, "TRELLIS_DECIMAL")
    is_nullable = len(path.names) > 1 or path.names[0] not in NEVER_BLANK
    return SortKey(expression=value, column=column, descending=descending, is_nullable=is_nullable)


def value_column(path: FieldPath, source: Source) -> Column:
    """What a path's value is in the database; a formula's number is canonical text on SQLite."""
    if path.field.is_stored:
        return path.field.columns[0]
    kind = path.field.formula_type.kind
    if kind is Kind.NUMBER and source.dialect == "sqlite":
        return Column(name=path.field.name, kind=ColumnKind.TEXT)
    return Column(name=path.field.name, kind=_COMPUTED_KINDS.get(kind, ColumnKind.TEXT))


def order_by(source: Source, keys: Sequence[SortKey]) -> list[sa.ColumnElement[Any]]:
    """Blanks last; said only where it is not the database's own way, so that a plain index serves the rest."""
    clauses: list[sa.ColumnElement[Any]] = []
    for key in keys:
        clause = key.expression.desc() if key.descending else key.expression.asc()
        own_way = key.descending == (source.dialect == "sqlite")
        clauses.append(clause if own_way or not key.is_nullable else clause.nulls_last())
    return clauses


def after(keys: Sequence[SortKey], blanks: Sequence[bool]) -> sa.ColumnElement[bool]:
    """The rows after the one whose values are the parameters after_0, after_1, …; `blanks` says which of those are blank."""
    parameters = [sa.bindparam(f"after_{index}", type_=column_type(key.column)) for index, key in enumerate(keys)]
    if not any(key.is_nullable for key in keys) and len({key.descending for key in keys}) == 1:
        here = sa.tuple_(*(key.expression for key in keys))
        there = sa.tuple_(*parameters)
        return here < there if keys[0].descending else here > there
    condition: sa.ColumnElement[bool] = sa.false()
    for key, parameter, is_blank in reversed(list(zip(keys, parameters, blanks, strict=True))):
        condition = _at_or_after(key, parameter, condition, is_blank=is_blank)
    first = keys[0]
    if not first.is_nullable:
        bound = first.expression <= parameters[0] if first.descending else first.expression >= parameters[0]
        return sa.and_(bound, condition)
    return condition


def _at_or_after(
    key: SortKey, parameter: sa.ColumnElement[Any], rest: sa.ColumnElement[bool], *, is_blank: bool
) -> sa.ColumnElement[bool]:
    if is_blank:
        return sa.and_(key.expression.is_(None), rest)
    strictly = key.expression < parameter if key.descending else key.expression > parameter
    ties = sa.and_(key.expression == parameter, rest)
    if key.is_nullable:
        return sa.or_(strictly, key.expression.is_(None), ties)
    return sa.or_(strictly, ties)
