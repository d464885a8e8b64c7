"""Records that somebody shared, and with whom."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import DATETIME, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table


def sharing_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """`principal`: user:ID, or a group as trellis.security.sharing.key_of writes it. `access`: read, read_write. `cause`:
    manual, team (then `team_role` says what for)."""
    share = table(
        metadata,
        "trellis_share",
        column("id", UUID, key=True),
        column("object", TEXT),
        column("record_id", UUID),
        column("principal", TEXT),
        column("access", TEXT),
        column("cause", TEXT),
        column("team_role", TEXT, null=True),
        column("created_at", DATETIME),
        column("created_by", UUID, null=True),
        column("expires_at", DATETIME, null=True),
        sa.Index("uq_trellis_share_record_id_principal_cause", "record_id", "principal", "cause", unique=True),
        sa.Index("ix_trellis_share_principal_object_record_id", "principal", "object", "record_id"),
    )
    return {"share": share}
