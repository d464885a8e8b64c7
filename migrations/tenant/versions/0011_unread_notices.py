"""Unread notices are counted by an index over them alone, however many were read."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0011"
down_revision = "0010"

NAME = "ix_trellis_notification_unread"
UNREAD = sa.text("read_at IS NULL")


def upgrade(op: Operations) -> None:
    op.create_index(
        NAME, "trellis_notification", ["user_id", "created_at"], postgresql_where=UNREAD, sqlite_where=UNREAD
    )


def downgrade(op: Operations) -> None:
    op.drop_index(NAME, "trellis_notification")
