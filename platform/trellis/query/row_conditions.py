"""RowFilter -> SQL over one table: the only place where access becomes a predicate.

Every arm can be answered by an index: the owner's, the queue's, the primary key's for shares, those of the fields that criteria name.
On PostgreSQL the owners and the shared records are arrays, found once for a statement, since only so an OR of arms is a scan of several
indexes; SQLite does the same with lists of IN."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from metamodel.access_definitions import ADMINISTRATOR
from metamodel.columns import ColumnKind
from trellis.security.actor import Actor
from trellis.security.row_filter import Master, OwnerGroup, RowFilter, Shares
from trellis.security.sharing import EVERYONE
from trellis.storage.codecs import encoder
from trellis.storage.column_types import DATETIME, TEXT, UUID
from trellis.storage.database import DialectName, Statement
from trellis.storage.expressions import is_flag
from trellis.storage.platform_tables import platform_tables

USER_PARAMETER = "access_user"
PRINCIPAL_PARAMETER = "access_principal"
NOW_PARAMETER = "access_now"

Element = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]


def access_parameters(statement: Statement, actor: Actor, now: datetime, dialect: DialectName) -> dict[str, Any]:
    """What the predicates in a statement ask for."""
    given: dict[str, Any] = {}
    for name in statement.names:
        if name == USER_PARAMETER:
            given[name] = actor.user_id
        elif name == PRINCIPAL_PARAMETER:
            given[name] = f"user:{actor.user_id}"
        elif name == NOW_PARAMETER:
            given[name] = encoder(ColumnKind.DATETIME, dialect)(now)
    return given


class RowConditions:
    """`formula`: the SQL of a formula over the table's row. `masters`: the record of an object with an id, if a filter lets it through.
    `of_one`: a single row is asked about, so that what belongs to it is looked up, and not all that the reader may see."""

    def __init__(
        self,
        schema: str | None,
        dialect: DialectName,
        *,
        formula: Callable[[str], Condition],
        masters: Callable[[Master, Element], sa.Select[Any]],
        of_one: bool = False,
    ) -> None:
        self._tables = platform_tables(schema)
        self._dialect = dialect
        self._formula = formula
        self._masters = masters
        self._of_one = of_one

    def of(self, table: Any, row_filter: RowFilter) -> list[Condition]:
        """All of them hold for a row that is let through."""
        arms = self.arms(table, row_filter)
        return [*self.always(table, row_filter), *([] if arms is None else [sa.or_(*arms) if arms else sa.false()])]

    def always(self, table: Any, row_filter: RowFilter) -> list[Condition]:
        """What holds for every row that is let through, whatever arm it comes by."""
        masters = [self._masters(master, table.c[master.lookup]).exists() for master in row_filter.masters]
        return [*masters, *(self._formula(text) for text in row_filter.restrictions)]

    def arms(self, table: Any, row_filter: RowFilter) -> list[Condition] | None:
        """One of them holds for a row that is let through; None where none has to."""
        if row_filter.is_everyone or row_filter.masters:
            return None
        return list(self._arms(table, row_filter))

    def _arms(self, table: Any, row_filter: RowFilter) -> Iterable[Condition]:
        if row_filter.owned or row_filter.owner_groups:
            yield from self._owners(table, row_filter)
        if row_filter.queues:
            yield table.c.owner_queue.in_([_text(name) for name in sorted(row_filter.queues)])
        for text in row_filter.criteria:
            yield self._formula(text)
        if row_filter.shares is not None:
            shared = self._shared(row_filter.shares)
            if self._of_one:
                yield shared.where(self._tables.share.c.record_id == table.c.id).exists()
            else:
                yield self._one_of(table.c.id, shared)

    def _owners(self, table: Any, row_filter: RowFilter) -> Iterable[Condition]:
        groups = [one for one in row_filter.owner_groups if one.kind != EVERYONE]
        if len(groups) < len(row_filter.owner_groups):
            yield table.c.owner.is_not(None)
            return
        me: sa.BindParameter[Any] = sa.bindparam(USER_PARAMETER, type_=UUID)
        if not groups:
            yield table.c.owner == me
            return
        member = self._tables.group_member
        is_member = sa.or_(*(self._in_group(one) for one in groups))
        if self._of_one:
            if row_filter.owned:
                yield table.c.owner == me
            yield sa.exists().where(member.c.user_id == table.c.owner, is_member)
            yield from (one.where(one.selected_columns.id == table.c.owner).exists() for one in self._admins(groups))
            return
        members = [sa.select(member.c.user_id).where(is_member), *self._admins(groups)]
        if row_filter.owned:
            members.append(sa.select(me))
        yield self._one_of(table.c.owner, sa.union_all(*members) if len(members) > 1 else members[0])

    def _admins(self, groups: Iterable[OwnerGroup]) -> list[sa.Select[Any]]:
        """Administrators, where the groups name their permission set: it is said with the user, and has no members."""
        user = self._tables.user
        is_admin = is_flag(user.c.is_admin, True, self._dialect)
        named = any(one.kind == "permission_set" and ADMINISTRATOR in one.names for one in groups)
        return [sa.select(user.c.id).where(is_admin)] if named else []

    def _in_group(self, group: OwnerGroup) -> Condition:
        member = self._tables.group_member
        names = [_text(name) for name in sorted(group.names)]
        return sa.and_(member.c.kind == _text(group.kind), member.c.name.in_(names))

    def _shared(self, shares: Shares) -> sa.Select[Any]:
        share = self._tables.share
        principals = [_text(name) for name in sorted(shares.principals)]
        holds = [
            share.c.object == _text(shares.object),
            share.c.principal.in_([*principals, sa.bindparam(PRINCIPAL_PARAMETER, type_=TEXT)]),
            sa.or_(share.c.expires_at.is_(None), share.c.expires_at > sa.bindparam(NOW_PARAMETER, type_=DATETIME)),
        ]
        if shares.writable:
            holds.append(share.c.access == _text("read_write"))
        return sa.select(share.c.record_id).where(*holds)

    def _one_of(self, column: Element, rows: sa.Select[Any] | sa.CompoundSelect[Any]) -> Condition:
        if self._dialect == "postgresql":
            return column == sa.func.any(sa.func.array(rows.scalar_subquery(), type_=sa.ARRAY(column.type)))
        return column.in_(rows)


def _text(value: str) -> sa.ColumnElement[Any]:
    """A name of the metamodel: letters, digits and _ only, and of a model that does not change while the statement lives."""
    quoted = value.replace("'", "''")
    return sa.literal_column(f"'{quoted}'", TEXT)
