"""What people consented to, and what they took back."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import BOOLEAN, DATETIME, TEXT, UUID

revision = "0023"
down_revision = "0022"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_consent",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("object", TEXT, nullable=False),
        sa.Column("record_id", UUID, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("is_given", BOOLEAN, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("said_at", DATETIME, nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("created_by", UUID, nullable=True),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_consent_record_id", "trellis_consent", ["record_id"])


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_consent")
