"""Where a session was begun, for its owner to recognise it by."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import TEXT

revision = "0009"
down_revision = "0008"


def upgrade(op: Operations) -> None:
    op.add_column("trellis_credential", sa.Column("address", TEXT, nullable=True))
    op.add_column("trellis_credential", sa.Column("agent", TEXT, nullable=True))


def downgrade(op: Operations) -> None:
    op.drop_column("trellis_credential", "agent")
    op.drop_column("trellis_credential", "address")
