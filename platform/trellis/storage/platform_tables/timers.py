"""What is to happen at a time of its own."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table, to_user


def timer_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """`due_at` is when it should happen, `next_attempt_at` when it is tried: the same until it has failed."""
    timer = table(
        metadata,
        "trellis_timer",
        column("id", UUID, key=True),
        column("key", TEXT),
        column("kind", TEXT),
        column("object", TEXT, null=True),
        column("record_id", UUID, null=True),
        column("rule", TEXT, null=True),
        column("actor_id", UUID, to_user("SET NULL", metadata), null=True),
        column("payload", TEXT),
        column("due_at", DATETIME),
        column("status", TEXT),
        column("attempts", INTEGER),
        column("next_attempt_at", DATETIME),
        column("last_error", TEXT, null=True),
        column("created_at", DATETIME),
        sa.Index("uq_trellis_timer_key", "key", unique=True),
        sa.Index("ix_trellis_timer_status_next_attempt_at", "status", "next_attempt_at"),
        sa.Index("ix_trellis_timer_record_id", "record_id"),
        sa.Index("ix_trellis_timer_actor_id", "actor_id"),
    )
    return {"timer": timer}
