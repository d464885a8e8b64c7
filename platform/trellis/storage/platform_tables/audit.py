"""What happened that somebody may have to answer for, each row chained to the one before. Rows are added, and pruned from the old end;
triggers of migration 0013 refuse everything else."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import DATETIME, INTEGER, TEXT
from trellis.storage.platform_tables.parts import column, table


def audit_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    audit = table(
        metadata,
        "trellis_audit",
        column("number", INTEGER, key=True, autoincrement=False),
        column("occurred_at", DATETIME),
        column("event", TEXT),
        column("actor_id", TEXT, null=True),
        column("actor_name", TEXT, null=True),
        column("channel", TEXT, null=True),
        column("credential_id", TEXT, null=True),
        column("address", TEXT, null=True),
        column("subject_kind", TEXT, null=True),
        column("subject_id", TEXT, null=True),
        column("subject_name", TEXT, null=True),
        column("details", TEXT),
        column("hash", TEXT),
        sa.Index("ix_trellis_audit_occurred_at", "occurred_at"),
        sa.Index("ix_trellis_audit_event", "event", "number"),
        sa.Index("ix_trellis_audit_actor_id", "actor_id", "number"),
        sa.Index("ix_trellis_audit_subject_id", "subject_id", "number"),
    )
    head = table(
        metadata,
        "trellis_audit_head",
        column("id", INTEGER, key=True, autoincrement=False),
        column("number", INTEGER),
        column("hash", TEXT),
        column("pruned_number", INTEGER),
        column("pruned_hash", TEXT),
    )
    return {"audit": audit, "audit_head": head}
