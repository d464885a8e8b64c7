"""What is to happen at a time of its own: delays, dates, schedules, reminders."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID

revision = "0007"
down_revision = "0006"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_timer",
        sa.Column("id", UUID, primary_key=True, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("object", TEXT),
        sa.Column("record_id", UUID),
        sa.Column("rule", TEXT),
        sa.Column("actor_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="SET NULL")),
        sa.Column("payload", TEXT, nullable=False),
        sa.Column("due_at", DATETIME, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("attempts", INTEGER, nullable=False),
        sa.Column("next_attempt_at", DATETIME, nullable=False),
        sa.Column("last_error", TEXT),
        sa.Column("created_at", DATETIME, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("uq_trellis_timer_key", "trellis_timer", ["key"], unique=True)
    op.create_index("ix_trellis_timer_status_next_attempt_at", "trellis_timer", ["status", "next_attempt_at"])
    op.create_index("ix_trellis_timer_record_id", "trellis_timer", ["record_id"])
    op.create_index("ix_trellis_timer_actor_id", "trellis_timer", ["actor_id"])


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_timer")
