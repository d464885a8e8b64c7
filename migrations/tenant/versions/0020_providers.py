"""Providers outside that people sign in by, and whom each knows as whom here."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import BOOLEAN, DATETIME, TEXT, UUID

revision = "0020"
down_revision = "0019"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_provider",
        sa.Column("name", TEXT, primary_key=True, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("issuer", TEXT, nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("scopes", TEXT, nullable=False),
        sa.Column("creates_users", BOOLEAN, nullable=False),
        sa.Column("links_by_email", BOOLEAN, nullable=False),
        sa.Column("groups_claim", TEXT, nullable=False),
        sa.Column("groups", TEXT, nullable=False),
        sa.Column("is_active", BOOLEAN, nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("updated_at", DATETIME, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "trellis_outside_identity",
        sa.Column(
            "provider",
            TEXT,
            sa.ForeignKey("trellis_provider.name", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
        ),
        sa.Column("subject", TEXT, primary_key=True, nullable=False),
        sa.Column("user_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_outside_identity_user_id", "trellis_outside_identity", ["user_id"])


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_outside_identity")
    op.drop_table("trellis_provider")
