"""Passkeys, and the challenges that are waiting to be answered by one."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import BOOLEAN, DATETIME, INTEGER, TEXT, UUID

revision = "0021"
down_revision = "0020"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_passkey",
        sa.Column("id", UUID, primary_key=True, nullable=False),
        sa.Column("user_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("credential_id", TEXT, nullable=False),
        sa.Column("public_key", TEXT, nullable=False),
        sa.Column("sign_count", INTEGER, nullable=False),
        sa.Column("party", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("is_backed_up", BOOLEAN, nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("last_used_at", DATETIME, nullable=True),
        sqlite_strict=True,
    )
    op.create_index("uq_trellis_passkey_credential_id", "trellis_passkey", ["credential_id"], unique=True)
    op.create_index("ix_trellis_passkey_user_id", "trellis_passkey", ["user_id"])
    op.create_table(
        "trellis_passkey_challenge",
        sa.Column("challenge_hash", TEXT, primary_key=True, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("user_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="CASCADE"), nullable=True),
        sa.Column("expires_at", DATETIME, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_passkey_challenge_expires_at", "trellis_passkey_challenge", ["expires_at"])


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_passkey_challenge")
    op.drop_table("trellis_passkey")
