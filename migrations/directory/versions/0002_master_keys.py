"""Which master keys the keys of tenants are wrapped by."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, TEXT

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_master_key",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("known_since", DATETIME, nullable=False),
        sqlite_strict=True,
    )


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_master_key")
