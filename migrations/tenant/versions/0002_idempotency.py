"""What was answered to requests that carried an Idempotency-Key."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, TEXT, UUID

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_idempotency",
        sa.Column(
            "user_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="CASCADE"), primary_key=True, nullable=False
        ),
        sa.Column("key", TEXT, primary_key=True, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("answer", TEXT, nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_idempotency_created_at", "trellis_idempotency", ["created_at"])


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_idempotency")
