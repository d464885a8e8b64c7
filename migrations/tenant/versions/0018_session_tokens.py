"""Sessions end when they are idle, and take new tokens as they go on."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, TEXT

revision = "0018"
down_revision = "0017"

COLUMNS = (
    ("ends_at", DATETIME),
    ("rotated_at", DATETIME),
    ("previous_hash", TEXT),
    ("next_hash", TEXT),
    ("offered_at", DATETIME),
)
INDEXED = ("previous_hash", "next_hash")


def upgrade(op: Operations) -> None:
    for name, kind in COLUMNS:
        op.add_column("trellis_credential", sa.Column(name, kind, nullable=True))
    for name in INDEXED:
        op.create_index(f"ix_trellis_credential_{name}", "trellis_credential", [name])


def downgrade(op: Operations) -> None:
    for name in INDEXED:
        op.drop_index(f"ix_trellis_credential_{name}", "trellis_credential")
    for name, _ in reversed(COLUMNS):
        op.drop_column("trellis_credential", name)
