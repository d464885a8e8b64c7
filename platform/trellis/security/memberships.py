"""Keeps what users were granted with their rows: whoever changes a membership says whose, in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.security.grants import grants_text
from trellis.storage.codecs import list_encoder
from trellis.storage.column_types import TEXT
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare


async def refresh_grants(transaction: Transaction, schema: str | None, user_ids: Collection[str]) -> None:
    """Writes what the users are members of now, where that differs, and raises their access version: statements of sessions and keys
    that were found before are refused, and their callers found anew. Three statements for any number of users."""
    if not user_ids:
        return
    statements = _statements(schema, transaction.dialect)
    wanted = {"users": list_encoder(ColumnKind.UUID, transaction.dialect)(sorted(user_ids))}
    before = {str(row[0]): row[1] for row in await transaction.fetch(statements.kept, wanted)}
    found: dict[str, list[tuple[str, str]]] = {user_id: [] for user_id in before}
    for user_id, kind, name in await transaction.fetch(statements.memberships, wanted):
        if str(user_id) in found:
            found[str(user_id)].append((kind, name))
    changed: Sequence[Mapping[str, Any]] = [
        {"user_id": user_id, "grants": text}
        for user_id, groups in found.items()
        if (text := grants_text(groups)) != before[user_id]
    ]
    if changed:
        await transaction.execute_many(statements.keep, changed)


def find_all_anew(schema: str | None) -> sa.Update:
    """For when what grants mean has changed: every user's access version is raised."""
    user = platform_tables(schema).user
    return sa.update(user).values(access_version=user.c.access_version + 1)


@dataclass(frozen=True, slots=True)
class _Statements:
    kept: Statement
    memberships: Statement
    keep: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    user, member, seat = tables.user, tables.group_member, tables.queue_member
    # Locked in one order, so that two changes of the same people wait for each other and do not lock each other out.
    kept = sa.select(user.c.id, user.c.grants).where(any_of(user.c.id, "users", dialect)).order_by(user.c.id)
    groups = sa.select(member.c.user_id, member.c.kind, member.c.name).where(any_of(member.c.user_id, "users", dialect))
    queues = sa.select(seat.c.user_id, sa.literal_column("'queue'", TEXT), seat.c.queue).where(
        any_of(seat.c.user_id, "users", dialect)
    )
    keep = (
        find_all_anew(schema)
        .where(user.c.id == sa.bindparam("user_id", type_=user.c.id.type))
        .values(grants=sa.bindparam("grants", type_=TEXT))
    )
    return _Statements(
        kept=prepare(kept.with_for_update(), dialect),
        memberships=prepare(sa.union_all(groups, queues), dialect),
        keep=prepare(keep, dialect),
    )
