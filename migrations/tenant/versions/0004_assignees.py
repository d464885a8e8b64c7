"""Who has which role and belongs to which team, and who owned records before their present owners."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import INTEGER, TEXT, UUID

revision = "0004"
down_revision = "0003"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_group_member",
        sa.Column("kind", TEXT, primary_key=True, nullable=False),
        sa.Column("name", TEXT, primary_key=True, nullable=False),
        sa.Column(
            "user_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="CASCADE"), primary_key=True, nullable=False
        ),
        sa.Column("position", INTEGER, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_group_member_user_id", "trellis_group_member", ["user_id"])
    op.create_table(
        "trellis_previous_owner",
        sa.Column("record_id", UUID, primary_key=True, nullable=False),
        sa.Column("object", TEXT, nullable=False),
        sa.Column("owner", UUID, sa.ForeignKey("trellis_user.id", ondelete="CASCADE"), nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_previous_owner_owner", "trellis_previous_owner", ["owner"])


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_previous_owner")
    op.drop_table("trellis_group_member")
