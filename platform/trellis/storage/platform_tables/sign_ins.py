"""Who signed in or tried to, and how often somebody failed."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table, to_user


def sign_in_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    sign_in = table(
        metadata,
        "trellis_sign_in",
        column("id", UUID, key=True),
        column("user_id", UUID, to_user("CASCADE", metadata), null=True),
        column("at", DATETIME),
        column("method", TEXT),
        column("outcome", TEXT),
        column("address", TEXT, null=True),
        column("agent", TEXT, null=True),
        sa.Index("ix_trellis_sign_in_user_id", "user_id", "id"),
    )
    attempt = table(
        metadata,
        "trellis_attempt",
        column("subject", TEXT, key=True),
        column("address", TEXT, key=True),
        column("failures", INTEGER),
        column("last_at", DATETIME),
        column("blocked_until", DATETIME, null=True),
    )
    return {"sign_in": sign_in, "attempt": attempt}
