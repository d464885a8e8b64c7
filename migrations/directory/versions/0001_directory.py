"""The directory: which tenants there are, and where each one's database is."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, TEXT

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_tenant",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("server", TEXT, nullable=False),
        sa.Column("location", TEXT, nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sqlite_strict=True,
    )


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_tenant")
