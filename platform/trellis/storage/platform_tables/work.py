"""What automation counts, still has to do, and has told people."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table, to_user

UNREAD = sa.text("read_at IS NULL")


def work_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    counter = table(metadata, "trellis_counter", column("name", TEXT, key=True), column("value", INTEGER))
    outbox = table(
        metadata,
        "trellis_outbox",
        column("id", UUID, key=True),
        column("kind", TEXT),
        column("payload", TEXT),
        column("object", TEXT, null=True),
        column("record_id", UUID, null=True),
        column("rule", TEXT, null=True),
        column("revision", INTEGER),
        column("idempotency_key", TEXT),
        column("status", TEXT),
        column("attempts", INTEGER),
        column("next_attempt_at", DATETIME),
        column("lease_owner", TEXT, null=True),
        column("lease_until", DATETIME, null=True),
        column("last_error", TEXT, null=True),
        column("created_at", DATETIME),
        column("done_at", DATETIME, null=True),
        sa.Index("uq_trellis_outbox_idempotency_key", "idempotency_key", unique=True),
        sa.Index("ix_trellis_outbox_status_next_attempt_at", "status", "next_attempt_at"),
    )
    notification = table(
        metadata,
        "trellis_notification",
        column("id", UUID, key=True),
        column("user_id", UUID, to_user("CASCADE", metadata)),
        column("title", TEXT),
        column("body", TEXT),
        column("object", TEXT, null=True),
        column("record_id", UUID, null=True),
        column("created_at", DATETIME),
        column("read_at", DATETIME, null=True),
        column("idempotency_key", TEXT),
        sa.Index("uq_trellis_notification_idempotency_key", "idempotency_key", unique=True),
        sa.Index("ix_trellis_notification_user_id_created_at", "user_id", "created_at"),
        sa.Index(
            "ix_trellis_notification_unread",
            "user_id",
            "created_at",
            postgresql_where=UNREAD,
            sqlite_where=UNREAD,
        ),
    )
    idempotency = table(
        metadata,
        "trellis_idempotency",
        column("user_id", UUID, to_user("CASCADE", metadata), key=True),
        column("key", TEXT, key=True),
        column("fingerprint", TEXT),
        column("answer", TEXT),
        column("created_at", DATETIME),
        sa.Index("ix_trellis_idempotency_created_at", "created_at"),
    )
    cleared_link = table(
        metadata,
        "trellis_cleared_link",
        column("target_id", UUID, key=True),
        column("object", TEXT, key=True),
        column("field", TEXT, key=True),
        column("record_id", UUID, key=True),
    )
    return {
        "counter": counter,
        "outbox": outbox,
        "notification": notification,
        "idempotency": idempotency,
        "cleared_link": cleared_link,
    }
