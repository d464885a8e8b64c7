"""Authenticator apps, recovery codes, and sign-ins that wait for their second step."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID

revision = "0019"
down_revision = "0018"


def _user(*, key: bool) -> sa.Column[str]:
    return sa.Column(
        "user_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="CASCADE"), primary_key=key, nullable=False
    )


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_totp",
        _user(key=True),
        sa.Column("secret", TEXT, nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("confirmed_at", DATETIME, nullable=True),
        sa.Column("last_step", INTEGER, nullable=True),
        sqlite_strict=True,
    )
    op.create_table(
        "trellis_recovery_code",
        _user(key=True),
        sa.Column("code_hash", TEXT, primary_key=True, nullable=False),
        sa.Column("used_at", DATETIME, nullable=True),
        sqlite_strict=True,
    )
    op.create_table(
        "trellis_pending_sign_in",
        sa.Column("token_hash", TEXT, primary_key=True, nullable=False),
        _user(key=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("failures", INTEGER, nullable=False),
        sa.Column("expires_at", DATETIME, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_pending_sign_in_user_id", "trellis_pending_sign_in", ["user_id"])


def downgrade(op: Operations) -> None:
    for name in ("pending_sign_in", "recovery_code", "totp"):
        op.drop_table(f"trellis_{name}")
