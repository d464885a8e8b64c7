"""What a credential is confined to, how an API key is told from another, and when a session's user last proved who they are."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, TEXT

revision = "0012"
down_revision = "0011"

COLUMNS = (
    ("scopes", TEXT),
    ("prefix", TEXT),
    ("networks", TEXT),
    ("replaced_at", DATETIME),
    ("authenticated_at", DATETIME),
)


def upgrade(op: Operations) -> None:
    for name, kind in COLUMNS:
        op.add_column("trellis_credential", sa.Column(name, kind, nullable=True))


def downgrade(op: Operations) -> None:
    for name, _ in reversed(COLUMNS):
        op.drop_column("trellis_credential", name)
