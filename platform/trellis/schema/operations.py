"""What a deploy does to a database, as data: one frozen dataclass for each kind of step, the same for both databases.

The order of execution is that of PHASES, then the order they were made in: what goes makes room for what comes. Operations up to
removal name tables and columns as they are now, later ones as they will be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metamodel.columns import Column, ColumnKind
from trellis.schema.binned import BinEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where a lookup column points: a table's id, and what happens on its removal (SET NULL, RESTRICT, CASCADE)."""

    table: str
    on_delete: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredColumn:
    """A column of a table, with what it references by table name."""

    column: Column
    reference: Reference | None = None

    @property
    def name(self) -> str:
        return self.column.name


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexShape:
    """An index. `ignores_case`: over the form in which lists sort text; `live_only`: without records in the bin."""

    name: str
    columns: tuple[str, ...]
    is_unique: bool = False
    ignores_case: bool = False
    live_only: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIndex:
    table: str
    index: IndexShape


@dataclass(frozen=True, slots=True, kw_only=True)
class DropForeignKey:
    """`column` stays, with its values, and references nothing any more."""

    table: str
    column: StoredColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class BinColumn:
    """Renames a column into the bin."""

    table: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BinTable:
    table: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteBin:
    """Writes down what went into the bin."""

    entry: BinEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameTable:
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameColumn:
    """`reference`: set when a foreign key goes with it."""

    table: str
    old: str
    new: StoredColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameCounter:
    """The counter of an automatic number goes with its field. Table and column names, before and after."""

    old: tuple[str, str]
    new: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTable:
    """With its primary key `id`; foreign keys come later, so that objects may point to each other in a circle."""

    table: str
    columns: tuple[StoredColumn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreTable:
    """Brings a table back from the bin."""

    bin: str
    table: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreColumn:
    table: str
    bin: str
    column: StoredColumn
    number: int
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AddColumn:
    """`fill`: the value of the rows there are (a Python value), None for none."""

    table: str
    column: StoredColumn
    fill: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertColumn:
    """Gives a column another type, each value carried over. `conversion`: see trellis.schema.conversions."""

    table: str
    old: StoredColumn
    new: StoredColumn
    conversion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FillBlanks:
    """Sets what is NULL to `value`, a Python value."""

    table: str
    column: Column
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenColumn:
    """Opens the sealed values of a column. `purpose`: what they are sealed for."""

    table: str
    column: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealColumn:
    """Seals the values of a column, and writes their marks into the column `mark`. The history of the field, which is called `field` of
    `object` there, keeps no more than that there were values."""

    table: str
    column: str
    mark: str
    purpose: str
    object: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropColumn:
    """For good: of what can be made again."""

    table: str
    column: StoredColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRows:
    """Gives the rows there are their automatic numbers, oldest first, counting from `start`; `digits` at least."""

    table: str
    column: str
    prefix: str
    digits: int
    suffix: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearDangling:
    """Sets references to NULL where the row they point to has gone, before a restored column gets its foreign key back."""

    table: str
    column: StoredColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class AddForeignKey:
    """`is_new`: the column came with this deploy, so SQLite has written its foreign key with it."""

    table: str
    column: StoredColumn
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameIndex:
    """An index whose table or column has another name now."""

    table: str
    old: IndexShape
    new: IndexShape


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIndex:
    table: str
    index: IndexShape


Operation = (
    DropIndex
    | DropForeignKey
    | BinColumn
    | BinTable
    | NoteBin
    | RenameTable
    | RenameColumn
    | RenameCounter
    | CreateTable
    | RestoreTable
    | RestoreColumn
    | AddColumn
    | OpenColumn
    | ConvertColumn
    | SealColumn
    | DropColumn
    | FillBlanks
    | NumberRows
    | ClearDangling
    | AddForeignKey
    | RenameIndex
    | CreateIndex
)

PHASES: tuple[type, ...] = (
    DropIndex,
    DropForeignKey,
    BinColumn,
    BinTable,
    NoteBin,
    RenameTable,
    RenameColumn,
    RenameCounter,
    RestoreTable,
    CreateTable,
    RestoreColumn,
    AddColumn,
    OpenColumn,
    ConvertColumn,
    SealColumn,
    DropColumn,
    FillBlanks,
    NumberRows,
    ClearDangling,
    AddForeignKey,
    RenameIndex,
    CreateIndex,
)

SYSTEM_COLUMNS = (Column(name="deleted_at", kind=ColumnKind.DATETIME),)
"""Columns that every object's table has though no field asks for them."""


def in_order(operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
    return tuple(sorted(operations, key=lambda operation: PHASES.index(type(operation))))
