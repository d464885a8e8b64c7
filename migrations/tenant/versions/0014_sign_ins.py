"""The history of sign-ins, and the counts of those that failed."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID

revision = "0014"
down_revision = "0013"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_sign_in",
        sa.Column("id", UUID, primary_key=True, nullable=False),
        sa.Column("user_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="CASCADE"), nullable=True),
        sa.Column("at", DATETIME, nullable=False),
        sa.Column("method", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=True),
        sa.Column("agent", TEXT, nullable=True),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_sign_in_user_id", "trellis_sign_in", ["user_id", "id"])
    op.create_table(
        "trellis_attempt",
        sa.Column("subject", TEXT, primary_key=True, nullable=False),
        sa.Column("address", TEXT, primary_key=True, nullable=False),
        sa.Column("failures", INTEGER, nullable=False),
        sa.Column("last_at", DATETIME, nullable=False),
        sa.Column("blocked_until", DATETIME, nullable=True),
        sqlite_strict=True,
    )


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_attempt")
    op.drop_table("trellis_sign_in")
