"""The FROM clause of one statement as it grows: an object and the parents joined to it; gives the SQL of any path.

A parent is joined once however often it is named, and only while it is live (not in the bin). Formula fields become expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from metamodel.definitions import Object
from metamodel.fields.field import Field
from metamodel.model import Model
from rule_engine import CheckedFormula, UnsupportedOnTarget, compile_sql
from rule_engine.targets.sql import ChildRows
from rule_engine.types import Path
from trellis.errors import InvalidRequest
from trellis.query.paths import get_object, resolve_names
from trellis.query.row_conditions import RowConditions
from trellis.security.row_filter import Master, RowFilter
from trellis.storage.column_types import DATETIME, INTEGER, column_type
from trellis.storage.database import DialectName

MAX_JOINS = 10
DELETED_AT = "deleted_at"
ROWID = "rowid"
"""SQLite's own key of a row."""

RowFilters = Callable[[str], RowFilter | None]


def table_name(owner: Object) -> str:
    return f"trellis_{owner.name}" if owner.is_system else owner.name


def no_row_filters(_: str) -> RowFilter | None:
    return None


class Source:
    """`row_filters` says which rows of an object may be seen: of the object, of joined parents, and of child lists. `of_one`: the
    statement is about a single row."""

    def __init__(
        self,
        model: Model,
        dialect: DialectName,
        schema: str | None,
        object_name: str,
        row_filters: RowFilters = no_row_filters,
        alias: str = "t",
        *,
        of_one: bool = False,
    ) -> None:
        self.model = model
        self.dialect = dialect
        self.schema = schema
        self.row_filters = row_filters
        self.object_name = object_name
        self.alias = alias
        self.of_one = of_one
        self._objects: dict[Path, Object] = {}
        self._tables: dict[Path, Any] = {}
        self._formulas: dict[Path, sa.ColumnElement[Any]] = {}
        self._lists = 0
        self._joins: list[tuple[Any, sa.ColumnElement[bool]]] = []
        self.root = self._table((), get_object(model, object_name))

    @property
    def from_clause(self) -> sa.FromClause:
        return self.joined_to(self.root)

    def joined_to(self, before: sa.FromClause) -> sa.FromClause:
        """`before`, which has the object's own table in it, with the parents that were named so far."""
        for parent, condition in self._joins:
            before = sa.outerjoin(before, parent, condition)
        return before

    def visible(self, *, in_key_order: bool = False) -> list[sa.ColumnElement[bool]]:
        """The conditions that make a row of the object one to be seen: it is live, and it meets the row filter. `in_key_order`: keeps
        SQLite from the partial indexes of live rows, so that it walks along the primary key."""
        live, *others = self._seen(self.root, self.object_name)
        if in_key_order and self.dialect == "sqlite":
            live = UnaryExpression(self.root.c[DELETED_AT], operator=custom_op("+")).is_(None)
        return [live, *others]

    def condition(self, formula: CheckedFormula, *, behind: int = 0) -> sa.ColumnElement[bool]:
        """`behind`: how many names stand before those of the object in each path. Raises UnsupportedOnTarget."""
        return self._compiled(formula, (), behind)

    def value(self, path: Path) -> sa.ColumnElement[Any]:
        """The SQL of a path, as rule_engine.compile_sql asks for it."""
        found = resolve_names(self.model, self.object_name, path)
        if not found.field.is_stored:
            return self._formula(path, found.objects[-1])
        columns = self.columns(path, found.field)
        if found.field.encrypted:
            # By its mark, which is there when there is a value.
            return columns[-1]
        if len(columns) > 1:
            raise UnsupportedOnTarget("sql", f"the place {'.'.join(path)}")
        return columns[0]

    def columns(self, path: Path, field: Field) -> tuple[sa.ColumnElement[Any], ...]:
        """The stored columns of the field that `path` leads to."""
        table = self._joined(path[:-1])
        return tuple(table.c[column.name] for column in field.columns)

    def _formula(self, path: Path, owner: str) -> sa.ColumnElement[Any]:
        if path not in self._formulas:
            formula = self.model.formula(owner, path[-1])
            self._formulas[path] = self._compiled(formula, path[:-1])
        return self._formulas[path]

    def _compiled(self, formula: CheckedFormula, prefix: Path, behind: int = 0) -> sa.ColumnElement[Any]:
        """The SQL of a formula over the record that the lookups of `prefix` lead to."""
        return compile_sql(
            formula,
            lambda path: self.value((*prefix, *path[behind:])),
            self.dialect,
            lambda path: self.child_rows((*prefix, *path[behind:]), _names_read(formula, path)),
        )

    def child_rows(self, path: Path, names: Sequence[Path]) -> ChildRows:
        """The rows of a child list that may be seen, for a subquery; `names`: what it reads of them."""
        found = self.model.child_list(self.object_name, path)
        if found is None:
            raise InvalidRequest(f'There is no child list "{".".join(path)}" of {self.object_name}.')
        owner = self._joined(path[:-1])
        self._lists += 1
        alias = f"{self.alias}_{self._lists}_"
        rows = Source(self.model, self.dialect, self.schema, found.object.name, self.row_filters, alias)
        for name in names:
            # so that the parents it crosses to are joined before from_clause is asked for
            rows.value(name)
        link = sa.and_(rows.root.c[found.lookup.name] == owner.c.id, *rows.visible())
        return ChildRows(source=rows.from_clause, link=link, columns=rows.value)

    def _joined(self, path: Path) -> Any:
        """The table that the lookups of `path` lead to, joined when it is not yet."""
        if path in self._tables:
            return self._tables[path]
        if len(self._tables) > MAX_JOINS:
            raise InvalidRequest(
                f"The query crosses more than {MAX_JOINS} lookups in all.",
                hint="Ask for fewer paths, or in two queries.",
            )
        before = self._joined(path[:-1])
        field = self._objects[path[:-1]].fields[path[-1]]
        target = get_object(self.model, field.columns[0].references or "")
        parent = self._table(path, target)
        link = before.c[field.columns[0].name]
        self._joins.append((parent, sa.and_(parent.c.id == link, *self._seen(parent, target.name))))
        return parent

    def seen_by_arms(self) -> list[list[sa.ColumnElement[bool]]]:
        """As visible, in parts that no row is in two of: each can be answered by one index. One part, where there is no more than one
        way to see a row."""
        row_filter = self.row_filters(self.object_name)
        live = self.root.c.deleted_at.is_(None)
        if row_filter is None:
            return [[live]]
        conditions = self._row_conditions(self.root, self.object_name)
        arms = conditions.arms(self.root, row_filter)
        if not arms or len(arms) == 1:
            return [self.visible()]
        always = [live, *conditions.always(self.root, row_filter)]
        return [
            [*always, arm, *(sa.func.coalesce(other, sa.false()).is_(sa.false()) for other in arms[:place])]
            for place, arm in enumerate(arms)
        ]

    def meets(self, row_filter: RowFilter | None) -> list[sa.ColumnElement[bool]]:
        """What holds for those rows of the object that a filter lets through."""
        return [] if row_filter is None else self._meets(self.root, self.object_name, row_filter)

    def _seen(self, table: Any, object_name: str) -> list[sa.ColumnElement[bool]]:
        live: sa.ColumnElement[bool] = table.c.deleted_at.is_(None)
        row_filter = self.row_filters(object_name)
        return [live] if row_filter is None else [live, *self._meets(table, object_name, row_filter)]

    def _meets(self, table: Any, object_name: str, row_filter: RowFilter) -> list[sa.ColumnElement[bool]]:
        return self._row_conditions(table, object_name).of(table, row_filter)

    def _row_conditions(self, table: Any, object_name: str) -> RowConditions:
        def formula(text: str) -> sa.ColumnElement[bool]:
            """Over the same row; by its id where the formula crosses lookups."""
            checked = self.model.access_condition(object_name, text)
            inner = Source(self.model, self.dialect, self.schema, object_name, alias=f"{table.name}_")
            meets = inner.condition(checked)
            if inner._joins:
                rows = sa.select(inner.root.c.id).select_from(inner.from_clause).where(meets)
                return sa.and_(table.c.id.in_(rows))
            inner.root = inner._tables[()] = table
            return inner.condition(checked)

        def masters(master: Master, wanted: sa.ColumnElement[Any]) -> sa.Select[Any]:
            rows = Source(
                self.model,
                self.dialect,
                self.schema,
                master.object,
                lambda name: master.filter if name == master.object else None,
                alias=f"{table.name}_m",
            )
            chosen = sa.select(rows.root.c.id).select_from(rows.from_clause)
            return chosen.where(rows.root.c.id == wanted, *rows.visible()).correlate(table)

        return RowConditions(self.schema, self.dialect, formula=formula, masters=masters, of_one=self.of_one)

    def _table(self, path: Path, owner: Object) -> Any:
        stored = [column for field in owner.fields.values() for column in field.columns]
        columns = [sa.column(column.name, column_type(column)) for column in stored]
        columns += [sa.column(DELETED_AT, DATETIME), sa.column(ROWID, INTEGER)]
        table = sa.table(table_name(owner), *columns, schema=self.schema)
        self._objects[path] = owner
        self._tables[path] = table.alias(f"{self.alias}{len(self._tables)}")
        return self._tables[path]


def _names_read(formula: CheckedFormula, path: Path) -> list[Path]:
    """The paths that a formula reads of the rows of one of its child lists."""
    return [one.path for reads in formula.collections if reads.rows.path == path for one in reads.references]
