"""What a directory outside calls users here, and whom it has taken away."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import BOOLEAN, TEXT, UUID

revision = "0022"
down_revision = "0021"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_scim_user",
        sa.Column(
            "user_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="CASCADE"), primary_key=True, nullable=False
        ),
        sa.Column("external_id", TEXT, nullable=True),
        sa.Column("is_gone", BOOLEAN, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_scim_user_external_id", "trellis_scim_user", ["external_id"])


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_scim_user")
