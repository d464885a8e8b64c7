"""Records that were submitted for approval, who is asked, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table, to_user

PENDING = sa.text("status = 'pending'")


def approval_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    request = table(
        metadata,
        "trellis_approval_request",
        column("id", UUID, key=True),
        column("approval", TEXT),
        column("object", TEXT),
        column("record_id", UUID),
        column("title", TEXT),
        column("status", TEXT),
        column("step", TEXT, null=True),
        column("round", INTEGER),
        column("needed", INTEGER),
        column("comment", TEXT, null=True),
        column("submitted_by", UUID, to_user("SET NULL", metadata), null=True),
        column("submitted_at", DATETIME),
        column("ended_at", DATETIME, null=True),
        column("revision", INTEGER),
        sa.Index(
            "uq_trellis_approval_request_pending",
            "record_id",
            unique=True,
            postgresql_where=PENDING,
            sqlite_where=PENDING,
        ),
        sa.Index("ix_trellis_approval_request_record_id", "record_id", "submitted_at"),
        sa.Index("ix_trellis_approval_request_submitted_by", "submitted_by", "submitted_at"),
    )
    vote = table(
        metadata,
        "trellis_approval_vote",
        column("id", UUID, key=True),
        column("request_id", UUID, _to_request(metadata)),
        column("round", INTEGER),
        column("step", TEXT),
        column("user_id", UUID, to_user("CASCADE", metadata)),
        column("state", TEXT),
        column("asked_at", DATETIME),
        column("decided_at", DATETIME, null=True),
        sa.Index("uq_trellis_approval_vote_request_id_round_user_id", "request_id", "round", "user_id", unique=True),
        sa.Index("ix_trellis_approval_vote_user_id_state", "user_id", "state", "asked_at"),
    )
    event = table(
        metadata,
        "trellis_approval_event",
        column("id", UUID, key=True),
        column("request_id", UUID, _to_request(metadata)),
        column("round", INTEGER),
        column("kind", TEXT),
        column("step", TEXT, null=True),
        column("user_id", UUID, to_user("SET NULL", metadata), null=True),
        column("other_id", UUID, to_user("SET NULL", metadata), null=True),
        column("comment", TEXT, null=True),
        column("happened_at", DATETIME),
        sa.Index("ix_trellis_approval_event_request_id", "request_id", "id"),
    )
    return {"approval_request": request, "approval_vote": vote, "approval_event": event}


def _to_request(metadata: sa.MetaData) -> sa.ForeignKey:
    schema = "" if metadata.schema is None else f"{metadata.schema}."
    return sa.ForeignKey(f"{schema}trellis_approval_request.id", ondelete="CASCADE")
