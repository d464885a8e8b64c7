"""The SQL that makes the JSON of one record in the database, in the API's forms: exact numbers, UTC moments with milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from metamodel.columns import Column, ColumnKind
from metamodel.fields.field import Field
from rule_engine import UnsupportedOnTarget
from rule_engine.types import Kind
from trellis.query.paths import FieldPath
from trellis.query.shown_number import shown_number
from trellis.query.source import Source
from trellis.storage.database import DialectName

Json = sa.ColumnElement[Any]

MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
MOST_PAIRS = 45
LONGEST_NAME = 63
DOUBLE_DIGITS = 15


def record_json(source: Source, paths: Mapping[str, FieldPath]) -> Json:
    """One JSON object as text, with a member for each of `paths`."""
    members = {key: json_value(source, path) for key, path in paths.items()}
    if source.dialect == "sqlite":
        return _in_chunks(members, sa.func.json_object)
    if all(len(key.encode()) <= LONGEST_NAME for key in members):
        return _RowToJson(members)
    return _in_chunks(members, lambda *pairs: sa.cast(sa.func.json_build_object(*pairs), sa.Text))


def json_value(source: Source, path: FieldPath) -> Json:
    """The value of one path, in a form that the database's JSON functions write as the API shows it. Raises UnsupportedOnTarget for
    an encrypted field, which no database can open."""
    if not path.field.is_stored:
        return _computed(source.value(path.names), path.field, source.dialect)
    columns = source.columns(path.names, path.field)
    if path.field.encrypted:
        raise UnsupportedOnTarget(source.dialect, f"the encrypted field {path.key}")
    if len(columns) == 1:
        return _stored(columns[0], path.field.columns[0], source.dialect)
    return _compound(columns, path.field, source.dialect)


class _RowToJson(FunctionElement[str]):
    """row_to_json over an anonymous row of named members: a third faster than json_build_object."""

    inherit_cache = False
    type = sa.Text()

    def __init__(self, members: Mapping[str, Json]) -> None:
        super().__init__(*members.values())
        self.names = tuple(members)


@compiles(_RowToJson, "postgresql")
def _compile_row_to_json(element: _RowToJson, compiler: SQLCompiler, **options: Any) -> str:
    quote = compiler.preparer.quote_identifier
    values = zip(element.names, element.clauses, strict=True)
    members = ", ".join(f"{compiler.process(value, **options)} AS {quote(name)}" for name, value in values)
    return f"CAST(row_to_json((SELECT r FROM (SELECT {members}) AS r)) AS TEXT)"


def _in_chunks(members: Mapping[str, Json], build: Any) -> Json:
    """Functions take at most 100 arguments, so a long record is glued together from several objects."""
    pairs = list(members.items())
    chunks = [pairs[start : start + MOST_PAIRS] for start in range(0, len(pairs), MOST_PAIRS)] or [[]]
    texts = [build(*(part for key, value in chunk for part in (_text(key), value))) for chunk in chunks]
    glued: Json = texts[0]
    for text in texts[1:]:
        body = sa.func.substr(glued, 1, sa.func.length(glued) - 1)
        glued = body.op("||")(sa.literal_column("','")).op("||")(sa.func.substr(text, 2))
    return glued


def _text(key: str) -> Json:
    """A member's name; field names are checked ASCII words, so they can stand in the SQL."""
    return sa.literal_column("'" + key.replace("'", "''") + "'")


def _stored(value: Json, column: Column, dialect: DialectName) -> Json:
    if dialect == "postgresql":
        return _moment(value, column.kind)
    if column.kind is ColumnKind.DECIMAL:
        return _ExactNumber(value, column.precision or 18, column.scale or 0)
    if column.kind is ColumnKind.BOOLEAN:
        return _true_or_false(value)
    if column.kind is ColumnKind.TEXT_LIST:
        return sa.func.json(value)
    return value


def _computed(value: Json, field: Field, dialect: DialectName) -> Json:
    kind = field.formula_type.kind
    if kind is Kind.NUMBER:
        rounded = shown_number(value, field, dialect)
        return sa.func.json(rounded) if dialect == "sqlite" else rounded
    if kind is Kind.BOOLEAN:
        is_true = sa.func.coalesce(value, sa.literal_column("0" if dialect == "sqlite" else "false"))
        return _true_or_false(is_true) if dialect == "sqlite" else is_true
    if dialect == "sqlite":
        return value
    columns = {Kind.DATETIME: ColumnKind.DATETIME, Kind.TIME: ColumnKind.TIME}
    return _moment(value, columns.get(kind, ColumnKind.TEXT))


def _moment(value: Json, kind: ColumnKind) -> Json:
    if kind is ColumnKind.DATETIME:
        return sa.func.to_char(sa.func.timezone(sa.literal_column("'UTC'"), value), sa.literal_column(f"'{MOMENT}'"))
    if kind is ColumnKind.TIME:
        return sa.func.to_char(sa.cast(value, sa.Interval), sa.literal_column("'HH24:MI:SS.MS'"))
    return value


def _true_or_false(value: Json) -> Json:
    true, false = (sa.func.json(sa.literal_column(f"'{word}'")) for word in ("true", "false"))
    return sa.case((value == sa.literal_column("1"), true), (value == sa.literal_column("0"), false))


class _ExactNumber(FunctionElement[Any]):
    """A scaled integer as a JSON number. A double writes up to 15 digits exactly, and fast; more go through text."""

    inherit_cache = False
    type = sa.Numeric()

    def __init__(self, value: Json, precision: int, scale: int) -> None:
        super().__init__(value)
        self.precision = precision
        self.scale = scale


@compiles(_ExactNumber, "sqlite")
def _compile_exact_number(element: _ExactNumber, compiler: SQLCompiler, **options: Any) -> str:
    (clause,) = element.clauses
    value, one = compiler.process(clause, **options), 10**element.scale
    if element.scale == 0:
        return value
    quick = f"{value} / {one}.0"
    if element.precision <= DOUBLE_DIGITS:
        return f"({quick})"
    digits = f"format('%s%d.%0{element.scale}d', iif({value} < 0, '-', ''), abs({value}) / {one}, abs({value}) % {one})"
    return f"CASE WHEN abs({value}) >= {10**DOUBLE_DIGITS} THEN json({digits}) ELSE {quick} END"


def _compound(values: tuple[Json, ...], field: Field, dialect: DialectName) -> Json:
    """Columns named <field>_<part> -> {"part": …}; null when the first is blank."""
    build = sa.func.json_object if dialect == "sqlite" else sa.func.json_build_object
    parts: list[Json] = []
    for value, column in zip(values, field.columns, strict=True):
        parts += [_text(column.name.removeprefix(f"{field.name}_")), _stored(value, column, dialect)]
    return sa.case((values[0].is_not(None), build(*parts)))
