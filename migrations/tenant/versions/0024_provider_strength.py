"""By what a provider outside says that somebody showed a second factor there."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import TEXT

revision = "0024"
down_revision = "0023"


def upgrade(op: Operations) -> None:
    op.add_column("trellis_provider", sa.Column("second_factor_values", TEXT, nullable=False, server_default=""))


def downgrade(op: Operations) -> None:
    op.drop_column("trellis_provider", "second_factor_values")
