"""Secrets that sign messages, addresses that nothing is sent to any more, and how to reach users by phone and chat."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, TEXT, UUID, text_type

revision = "0008"
down_revision = "0007"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_secret",
        sa.Column("name", TEXT, primary_key=True, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("updated_at", DATETIME, nullable=False),
        sa.Column("updated_by", UUID, nullable=True),
        sqlite_strict=True,
    )
    op.create_table(
        "trellis_suppression",
        sa.Column("address", TEXT, primary_key=True, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=True),
        sa.Column("created_at", DATETIME, nullable=False),
        sqlite_strict=True,
    )
    op.add_column("trellis_user", sa.Column("phone", text_type(40), nullable=True))
    op.add_column("trellis_user", sa.Column("chat_id", text_type(255), nullable=True))


def downgrade(op: Operations) -> None:
    op.drop_column("trellis_user", "chat_id")
    op.drop_column("trellis_user", "phone")
    op.drop_table("trellis_suppression")
    op.drop_table("trellis_secret")
