"""Links by which people set their password."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, TEXT, UUID

revision = "0010"
down_revision = "0009"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_invitation",
        sa.Column(
            "user_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="CASCADE"), primary_key=True, nullable=False
        ),
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("expires_at", DATETIME, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("uq_trellis_invitation_token_hash", "trellis_invitation", ["token_hash"], unique=True)


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_invitation")
