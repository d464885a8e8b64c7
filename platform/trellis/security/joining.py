"""Puts one user into groups and takes them out: roles, teams and permission sets, as a provider or a directory outside says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from trellis.security.memberships import refresh_grants
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare

Membership = tuple[str, str]
"""Kind and name of a group, as in trellis_group_member."""


async def fetch_memberships(transaction: Transaction, schema: str | None, user_id: str) -> frozenset[Membership]:
    """All but seats at queues."""
    rows = await transaction.fetch(_statements(schema, transaction.dialect).all, {"user_id": user_id})
    return frozenset((str(kind), str(name)) for kind, name in rows)


async def change_memberships(
    transaction: Transaction,
    schema: str | None,
    user_id: str,
    *,
    join: Iterable[Membership] = (),
    leave: Iterable[Membership] = (),
) -> tuple[tuple[Membership, ...], tuple[Membership, ...]]:
    """Gives what was joined and what was left: what the user is in already is not joined again. New members come last in the order of
    turns. What the user may do follows at once."""
    statements = _statements(schema, transaction.dialect)
    before = await fetch_memberships(transaction, schema, user_id)
    joined = tuple(sorted(set(join) - before))
    left = tuple(sorted(set(leave) & before))
    for statement, memberships in ((statements.join, joined), (statements.leave, left)):
        for kind, name in memberships:
            await transaction.execute(statement, {"user_id": user_id, "kind": kind, "name": name})
    if joined or left:
        await refresh_grants(transaction, schema, (user_id,))
    return joined, left


@dataclass(frozen=True, slots=True)
class _Statements:
    all: Statement
    join: Statement
    leave: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    member = platform_tables(schema).group_member
    given: dict[str, Any] = {
        name: sa.bindparam(name, type_=member.c[name].type) for name in ("user_id", "kind", "name")
    }
    last = (
        sa.select(sa.func.coalesce(sa.func.max(member.c.position), 0) + 1)
        .where(member.c.kind == given["kind"], member.c.name == given["name"])
        .scalar_subquery()
    )
    is_it = sa.and_(*(member.c[name] == value for name, value in given.items()))
    mine = sa.select(member.c.kind, member.c.name).where(member.c.user_id == given["user_id"])
    return _Statements(
        all=prepare(mine, dialect),
        join=prepare(sa.insert(member).values({**given, "position": last}), dialect),
        leave=prepare(sa.delete(member).where(is_it), dialect),
    )
