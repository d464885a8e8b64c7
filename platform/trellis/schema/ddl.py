"""Runs operations on a connection, or writes the SQL they would run, with Alembic's Operations. The last step of a deploy."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from metamodel.columns import Column
from trellis.schema import operations as ops
from trellis.schema.binned import deletion, insertion, relocation
from trellis.schema.sealing import open_column, seal_column
from trellis.schema.shape import foreign_key_name
from trellis.schema.values import converted
from trellis.security.encryption.keyring import KeyRing
from trellis.storage.codecs import encoder
from trellis.storage.column_types import column_type
from trellis.storage.counters import auto_number_counter
from trellis.storage.database import DialectName
from trellis.storage.expressions import ignoring_case

Run = Callable[["Ddl", Any], None]


class Ddl:
    """Applies operations of either database. Tables are named without their schema: the connection's search path knows it."""

    def __init__(self, context: MigrationContext, dialect: DialectName, keys: KeyRing | None = None) -> None:
        """`keys`: None where SQL is only written; then there is none for values that are sealed or opened."""
        self._keys = keys
        self._operations = Operations(context)
        self._dialect = dialect

    def apply(self, operation: ops.Operation) -> None:
        _RUN[type(operation)](self, operation)

    def _drop_index(self, operation: ops.DropIndex) -> None:
        self._operations.drop_index(operation.index.name, table_name=operation.table)

    def _create_index(self, operation: ops.CreateIndex) -> None:
        index = operation.index
        first, *others = index.columns
        key = ignoring_case(sa.column(first, sa.Text()), self._dialect) if index.ignores_case else sa.column(first)
        where = sa.column("deleted_at").is_(None) if index.live_only else None
        self._operations.create_index(
            index.name,
            operation.table,
            [key, *others] if index.ignores_case else list(index.columns),
            unique=index.is_unique,
            sqlite_where=where,
            postgresql_where=where,
        )

    def _rename_index(self, operation: ops.RenameIndex) -> None:
        if self._dialect == "postgresql":
            self._execute(
                f"ALTER INDEX {self._quoted(operation.old.name)} RENAME TO {self._quoted(operation.new.name)}"
            )
            return
        self._operations.drop_index(operation.old.name, table_name=operation.table)
        self._create_index(ops.CreateIndex(table=operation.table, index=operation.new))

    def _drop_foreign_key(self, operation: ops.DropForeignKey) -> None:
        if self._dialect == "postgresql":
            self._operations.drop_constraint(
                foreign_key_name(operation.column.name), operation.table, type_="foreignkey"
            )
            return
        plain = ops.StoredColumn(column=operation.column.column)
        self._replace_column(operation.table, operation.column, plain, sa.column(operation.column.name))

    def _add_foreign_key(self, operation: ops.AddForeignKey) -> None:
        column, reference = operation.column, operation.column.reference
        if reference is None or (operation.is_new and self._dialect == "sqlite"):
            return
        if self._dialect == "postgresql":
            self._operations.create_foreign_key(
                foreign_key_name(column.name),
                operation.table,
                reference.table,
                [column.name],
                ["id"],
                ondelete=reference.on_delete,
            )
            return
        plain = ops.StoredColumn(column=column.column)
        self._replace_column(operation.table, plain, column, sa.column(column.name))

    def _bin_column(self, operation: ops.BinColumn) -> None:
        self._operations.alter_column(operation.table, operation.old, new_column_name=operation.new)

    def _bin_table(self, operation: ops.BinTable) -> None:
        self._operations.rename_table(operation.table, operation.new)
        self._operations.execute(relocation(operation.table, operation.new))

    def _note_bin(self, operation: ops.NoteBin) -> None:
        self._operations.execute(insertion(operation.entry, self._dialect))

    def _rename_table(self, operation: ops.RenameTable) -> None:
        self._operations.rename_table(operation.old, operation.new)
        self._operations.execute(relocation(operation.old, operation.new))

    def _rename_column(self, operation: ops.RenameColumn) -> None:
        self._operations.alter_column(operation.table, operation.old, new_column_name=operation.new.name)
        if operation.new.reference is not None and self._dialect == "postgresql":
            old, new = foreign_key_name(operation.old), foreign_key_name(operation.new.name)
            table = self._quoted(operation.table)
            self._execute(f"ALTER TABLE {table} RENAME CONSTRAINT {self._quoted(old)} TO {self._quoted(new)}")

    def _rename_counter(self, operation: ops.RenameCounter) -> None:
        counter = sa.table("trellis_counter", sa.column("name", sa.Text()))
        old, new = auto_number_counter(*operation.old), auto_number_counter(*operation.new)
        self._operations.execute(sa.update(counter).where(counter.c.name == old).values(name=new))

    def _create_table(self, operation: ops.CreateTable) -> None:
        inline = [column for column in operation.columns if column.reference is None or self._dialect == "postgresql"]
        columns = [_new_column(column.column, has_key=column.name == "id") for column in inline]
        self._operations.create_table(operation.table, *columns, sqlite_strict=True)
        for column in operation.columns:
            if column not in inline:
                self._add_plain_column(operation.table, column)

    def _restore_table(self, operation: ops.RestoreTable) -> None:
        self._operations.rename_table(operation.bin, operation.table)
        self._operations.execute(relocation(operation.bin, operation.table))
        self._operations.execute(deletion(operation.number))

    def _restore_column(self, operation: ops.RestoreColumn) -> None:
        self._operations.alter_column(operation.table, operation.bin, new_column_name=operation.column.name)
        if operation.is_last:
            self._operations.execute(deletion(operation.number))

    def _add_column(self, operation: ops.AddColumn) -> None:
        column = operation.column
        if operation.fill is None or self._dialect == "sqlite":
            self._add_plain_column(operation.table, column)
        if operation.fill is None:
            return
        value = literal(operation.fill, column.column, self._dialect)
        if self._dialect == "sqlite":
            self._update(operation.table, column.name, value, None)
            return
        new = sa.Column(column.name, column_type(column.column), server_default=value)
        self._operations.add_column(operation.table, new)
        self._operations.alter_column(operation.table, column.name, server_default=None)

    def _add_plain_column(self, table: str, column: ops.StoredColumn, name: str | None = None) -> None:
        """On SQLite with its foreign key, written inline so that the column can be dropped again."""
        parts: list[sa.schema.SchemaItem] = []
        if column.reference is not None and self._dialect == "sqlite":
            parts.append(sa.ForeignKey(f"{column.reference.table}.id", ondelete=column.reference.on_delete))
        new = sa.Column(name or column.name, column_type(column.column), *parts)
        self._operations.add_column(table, new, inline_references=bool(parts))

    def _convert_column(self, operation: ops.ConvertColumn) -> None:
        old, new = operation.old.column, operation.new.column
        value = converted(operation.conversion, old, new, self._dialect)
        if self._dialect == "postgresql":
            self._operations.alter_column(
                operation.table,
                new.name,
                type_=column_type(new),
                postgresql_using=_text(sa.cast(value, column_type(new))),
            )
        elif old.kind is not new.kind:
            self._replace_column(operation.table, operation.old, operation.new, value)
        elif operation.conversion != "same":
            self._update(operation.table, new.name, value, sa.column(new.name).is_not(None))

    def _replace_column(self, table: str, old: ops.StoredColumn, new: ops.StoredColumn, value: Any) -> None:
        """SQLite cannot change a column; a new one takes over its values and its name."""
        interim = f"trellis_new_{new.name}"[:63]
        self._add_plain_column(table, new, interim)
        self._update(table, interim, value, sa.column(old.name).is_not(None))
        self._operations.drop_column(table, old.name)
        self._operations.alter_column(table, interim, new_column_name=new.name)

    def _seal_column(self, operation: ops.SealColumn) -> None:
        if self._keys is not None:
            seal_column(self._operations.get_bind(), self._keys, operation)

    def _open_column(self, operation: ops.OpenColumn) -> None:
        if self._keys is not None:
            open_column(self._operations.get_bind(), self._keys, operation)

    def _drop_column(self, operation: ops.DropColumn) -> None:
        self._operations.drop_column(operation.table, operation.column.name)

    def _fill_blanks(self, operation: ops.FillBlanks) -> None:
        value = literal(operation.value, operation.column, self._dialect)
        self._update(operation.table, operation.column.name, value, sa.column(operation.column.name).is_(None))

    def _number_rows(self, operation: ops.NumberRows) -> None:
        target = sa.table(operation.table, sa.column("id"), sa.column("created_at"), sa.column(operation.column))
        row = sa.func.row_number().over(order_by=(target.c.created_at, target.c.id))
        before: sa.ColumnElement[Any] = sa.literal_column(str(operation.start - 1))
        numbered = sa.select(target.c.id, (row + before).label("number")).subquery("numbered")
        number = sa.cast(numbered.c.number, sa.Text())
        zeros = sa.literal("0" * operation.digits, sa.Text())
        padding = sa.func.substr(zeros, sa.func.length(number) + sa.literal_column("1"), type_=sa.Text())
        text = sa.literal(operation.prefix, sa.Text()) + padding + number + sa.literal(operation.suffix, sa.Text())
        value = sa.select(text).where(numbered.c.id == target.c.id).scalar_subquery()
        self._operations.execute(sa.update(target).values({operation.column: value}))
        name = auto_number_counter(operation.table, operation.column)
        counter = sa.table("trellis_counter", sa.column("name"), sa.column("value"))
        self._operations.execute(sa.delete(counter).where(counter.c.name == sa.literal(name, sa.Text())))
        count = sa.select(sa.literal(name, sa.Text()), sa.func.count() + before).select_from(target)
        self._operations.execute(sa.insert(counter).from_select(["name", "value"], count))

    def _clear_dangling(self, operation: ops.ClearDangling) -> None:
        reference = operation.column.reference
        if reference is None:
            return
        name = operation.column.name
        table = sa.table(operation.table, sa.column(name))
        target = sa.table(reference.table, sa.column("id")).alias("target")
        there = sa.exists(sa.select(target.c.id).where(target.c.id == table.c[name]).correlate(table))
        statement = sa.update(table).values({name: sa.null()}).where(table.c[name].is_not(None), ~there)
        self._operations.execute(statement)

    def _update(self, table: str, column: str, value: Any, where: sa.ColumnElement[bool] | None) -> None:
        statement = sa.update(sa.table(table, sa.column(column))).values({column: value})
        self._operations.execute(statement if where is None else statement.where(where))

    def _execute(self, sql: str) -> None:
        self._operations.execute(sa.text(sql))

    def _quoted(self, name: str) -> str:
        return self._operations.get_context().dialect.identifier_preparer.quote(name)


def connected(connection: sa.Connection, dialect: DialectName, keys: KeyRing) -> Ddl:
    """Operations take effect on `connection`; `keys` seal and open values."""
    return Ddl(MigrationContext.configure(connection), dialect, keys)


def written(operation: ops.Operation, dialect: DialectName) -> tuple[str, ...]:
    """The statements that `operation` would run, as text."""
    buffer = io.StringIO()
    options = {"as_sql": True, "output_buffer": buffer, "literal_binds": True}
    context = MigrationContext.configure(dialect=_offline_dialect(dialect), opts=options)
    Ddl(context, dialect).apply(operation)
    statements = buffer.getvalue().split(";\n\n")
    return tuple(" ".join(statement.split()) for statement in statements if statement.strip())


def literal(value: Any, column: Column, dialect: DialectName) -> sa.ColumnElement[Any]:
    """A Python value as `column` stores it, as a constant in a statement."""
    encoded = encoder(column, dialect)(value)
    return sa.literal(encoded, column_type(column))


def _text(expression: sa.ColumnElement[Any]) -> str:
    return str(expression.compile(dialect=_offline_dialect("postgresql"), compile_kwargs={"literal_binds": True}))


def _offline_dialect(name: DialectName) -> sa.Dialect:
    """Those of the drivers in use: others write a percent sign twice."""
    return sa.make_url("sqlite+pysqlite://" if name == "sqlite" else "postgresql+asyncpg://").get_dialect()()


def _new_column(column: Column, *, has_key: bool) -> sa.Column[Any]:
    return sa.Column(column.name, column_type(column), primary_key=has_key, nullable=not has_key)


_RUN: Mapping[type, Run] = {
    ops.DropIndex: Ddl._drop_index,
    ops.DropForeignKey: Ddl._drop_foreign_key,
    ops.BinColumn: Ddl._bin_column,
    ops.BinTable: Ddl._bin_table,
    ops.NoteBin: Ddl._note_bin,
    ops.RenameTable: Ddl._rename_table,
    ops.RenameColumn: Ddl._rename_column,
    ops.RenameCounter: Ddl._rename_counter,
    ops.RestoreTable: Ddl._restore_table,
    ops.CreateTable: Ddl._create_table,
    ops.RestoreColumn: Ddl._restore_column,
    ops.AddColumn: Ddl._add_column,
    ops.ConvertColumn: Ddl._convert_column,
    ops.OpenColumn: Ddl._open_column,
    ops.SealColumn: Ddl._seal_column,
    ops.DropColumn: Ddl._drop_column,
    ops.FillBlanks: Ddl._fill_blanks,
    ops.NumberRows: Ddl._number_rows,
    ops.ClearDangling: Ddl._clear_dangling,
    ops.AddForeignKey: Ddl._add_foreign_key,
    ops.RenameIndex: Ddl._rename_index,
    ops.CreateIndex: Ddl._create_index,
}
