"""Which lookups the deletion of a record has cleared, so that a restore puts them back."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import TEXT, UUID

revision = "0003"
down_revision = "0002"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_cleared_link",
        sa.Column("target_id", UUID, primary_key=True, nullable=False),
        sa.Column("object", TEXT, primary_key=True, nullable=False),
        sa.Column("field", TEXT, primary_key=True, nullable=False),
        sa.Column("record_id", UUID, primary_key=True, nullable=False),
        sqlite_strict=True,
    )


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_cleared_link")
