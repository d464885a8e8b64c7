"""Records that were submitted for approval, who is asked, and what came of it."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID

revision = "0006"
down_revision = "0005"

PENDING = sa.text("status = 'pending'")


def upgrade(op: Operations) -> None:
    _make_requests(op)
    _make_votes(op)
    _make_events(op)


def _make_requests(op: Operations) -> None:
    op.create_table(
        "trellis_approval_request",
        sa.Column("id", UUID, primary_key=True, nullable=False),
        sa.Column("approval", TEXT, nullable=False),
        sa.Column("object", TEXT, nullable=False),
        sa.Column("record_id", UUID, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=True),
        sa.Column("round", INTEGER, nullable=False),
        sa.Column("needed", INTEGER, nullable=False),
        sa.Column("comment", TEXT, nullable=True),
        sa.Column("submitted_by", UUID, sa.ForeignKey("trellis_user.id", ondelete="SET NULL"), nullable=True),
        sa.Column("submitted_at", DATETIME, nullable=False),
        sa.Column("ended_at", DATETIME, nullable=True),
        sa.Column("revision", INTEGER, nullable=False),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_trellis_approval_request_pending",
        "trellis_approval_request",
        ["record_id"],
        unique=True,
        postgresql_where=PENDING,
        sqlite_where=PENDING,
    )
    op.create_index("ix_trellis_approval_request_record_id", "trellis_approval_request", ["record_id", "submitted_at"])
    op.create_index(
        "ix_trellis_approval_request_submitted_by", "trellis_approval_request", ["submitted_by", "submitted_at"]
    )


def _make_votes(op: Operations) -> None:
    op.create_table(
        "trellis_approval_vote",
        sa.Column("id", UUID, primary_key=True, nullable=False),
        sa.Column("request_id", UUID, sa.ForeignKey("trellis_approval_request.id", ondelete="CASCADE"), nullable=False),
        sa.Column("round", INTEGER, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("user_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("asked_at", DATETIME, nullable=False),
        sa.Column("decided_at", DATETIME, nullable=True),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_trellis_approval_vote_request_id_round_user_id",
        "trellis_approval_vote",
        ["request_id", "round", "user_id"],
        unique=True,
    )
    op.create_index("ix_trellis_approval_vote_user_id_state", "trellis_approval_vote", ["user_id", "state", "asked_at"])


def _make_events(op: Operations) -> None:
    op.create_table(
        "trellis_approval_event",
        sa.Column("id", UUID, primary_key=True, nullable=False),
        sa.Column("request_id", UUID, sa.ForeignKey("trellis_approval_request.id", ondelete="CASCADE"), nullable=False),
        sa.Column("round", INTEGER, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=True),
        sa.Column("user_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="SET NULL"), nullable=True),
        sa.Column("other_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="SET NULL"), nullable=True),
        sa.Column("comment", TEXT, nullable=True),
        sa.Column("happened_at", DATETIME, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_approval_event_request_id", "trellis_approval_event", ["request_id", "id"])


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_approval_event")
    op.drop_table("trellis_approval_vote")
    op.drop_table("trellis_approval_request")
