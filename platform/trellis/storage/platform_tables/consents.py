"""What people consented to, and what they took back. Rows are added; the newest of a record and a purpose is what holds."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import BOOLEAN, DATETIME, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table


def consent_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """`said_at`: when the person said so; `created_at`: when it was written down; `source`: how it is known."""
    consent = table(
        metadata,
        "trellis_consent",
        column("id", UUID, key=True),
        column("object", TEXT),
        column("record_id", UUID),
        column("purpose", TEXT),
        column("is_given", BOOLEAN),
        column("source", TEXT),
        column("said_at", DATETIME),
        column("created_at", DATETIME),
        column("created_by", UUID, null=True),
        sa.Index("ix_trellis_consent_record_id", "record_id"),
    )
    return {"consent": consent}
