"""Roles, teams and permission sets as data: who has which now, in the order in which they take turns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.automation.strategies import Member
from trellis.storage.codecs import list_encoder
from trellis.storage.column_types import TEXT
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.expressions import any_of, is_flag
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

GroupKind = Literal["role", "team", "permission_set", "permission_group"]

LABELS: Mapping[GroupKind, str] = {
    "role": "roles",
    "team": "teams",
    "permission_set": "permissions",
    "permission_group": "permission_groups",
}
"""Where translations have the labels of each kind."""


async def fetch_group_members(
    transaction: Transaction, compiled: CompiledModel, kind: GroupKind, names: Collection[str]
) -> Mapping[str, tuple[Member, ...]]:
    """Those of each role (or team) who are active, in its order; nobody for one that is not there. One query, none for no names."""
    found: dict[str, list[Member]] = {name: [] for name in names}
    if names:
        statement = compiled.prepared(("automation", "groups"), lambda: _query(compiled.schema, compiled.dialect))
        encode = list_encoder(ColumnKind.TEXT, transaction.dialect)
        for name, user_id, username in await transaction.fetch(
            statement, {"kind": kind, "names": encode(sorted(found))}
        ):
            found[name].append(Member(user_id=user_id, username=username))
    return {name: tuple(members) for name, members in found.items()}


def _query(schema: str | None, dialect: DialectName) -> Statement:
    tables = platform_tables(schema)
    member, user = tables.group_member, tables.user
    kind: sa.BindParameter[Any] = sa.bindparam("kind", type_=TEXT)
    statement = (
        sa.select(member.c.name, member.c.user_id, user.c.username)
        .join(user, user.c.id == member.c.user_id)
        .where(
            member.c.kind == kind,
            any_of(member.c.name, "names", dialect),
            is_flag(user.c.is_active, True, dialect),
            user.c.deleted_at.is_(None),
        )
        .order_by(member.c.name, member.c.position, member.c.user_id)
    )
    return prepare(statement, dialect)
