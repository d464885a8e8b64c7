"""Writes a new revision: its components, its manifest and plan, and that it is the one in force."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from metamodel import Component
from rule_engine.wording import Wording
from trellis.schema.plan import Plan
from trellis.storage.codecs import datetime_text
from trellis.storage.database import DialectName
from trellis.storage.platform_tables import platform_tables


def lock_revision(connection: sa.Connection) -> int:
    """The revision in force, which nobody else can change until the transaction ends; writes of records wait too."""
    state = platform_tables(None).state
    return int(connection.execute(sa.select(state.c.revision).with_for_update()).scalar_one())


def save_revision(
    connection: sa.Connection,
    dialect: DialectName,
    *,
    number: int,
    components: Sequence[Component],
    plan: Plan,
    summary: str,
    author_id: str | None,
    created_at: datetime,
) -> None:
    """Components are kept once by hash, however many revisions have them."""
    tables = platform_tables(None)
    _save_components(connection, components)
    manifest = [
        {"owner": one.owner, "path": one.path, "kind": one.kind, "name": one.name, "hash": one.hash}
        for one in components
    ]
    values = {
        "number": number,
        "created_at": created_at if dialect == "postgresql" else datetime_text(created_at),
        "author_id": author_id,
        "summary": summary,
        "manifest": json.dumps(manifest, ensure_ascii=False),
        "plan": json.dumps(_content(plan, summary), ensure_ascii=False),
    }
    connection.execute(sa.insert(tables.revision).values(values))
    connection.execute(sa.update(tables.state).values(revision=number))


def _content(plan: Plan, summary: str) -> dict[str, Any]:
    """The plan, and the summary too where it can be said in other languages."""
    return plan.to_json() | ({"summary": summary.to_json()} if isinstance(summary, Wording) else {})


def _save_components(connection: sa.Connection, components: Sequence[Component]) -> None:
    table = platform_tables(None).component
    known = set(connection.execute(sa.select(table.c.hash)).scalars())
    new = {one.hash: one for one in components if one.hash not in known}
    if new:
        rows = [{"hash": key, "kind": one.kind, "path": one.path, "source": one.source} for key, one in new.items()]
        connection.execute(sa.insert(table), rows)
