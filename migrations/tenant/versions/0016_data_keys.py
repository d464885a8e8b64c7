"""The keys that secrets and encrypted fields are sealed with, wrapped by the operator's master key."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, INTEGER, TEXT

revision = "0016"
down_revision = "0015"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_data_key",
        sa.Column("use", TEXT, primary_key=True, nullable=False),
        sa.Column("number", INTEGER, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("master", TEXT, nullable=False),
        sa.Column("wrapped", TEXT, nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("used_from", DATETIME, nullable=False),
        sqlite_strict=True,
    )


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_data_key")
