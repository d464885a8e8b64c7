"""Why things happened: what rules decided about records, and what became of tracked fields."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID

revision = "0005"
down_revision = "0004"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_ledger",
        sa.Column("id", UUID, primary_key=True, nullable=False),
        sa.Column("object", TEXT, nullable=False),
        sa.Column("record_id", UUID, nullable=False),
        sa.Column("decided_at", DATETIME, nullable=False),
        sa.Column("actor_id", UUID, nullable=True),
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_ledger_record_id", "trellis_ledger", ["record_id"])
    op.create_table(
        "trellis_ledger_block",
        sa.Column("id", UUID, primary_key=True, nullable=False),
        sa.Column("object", TEXT, nullable=False),
        sa.Column("first_id", UUID, nullable=False),
        sa.Column("last_id", UUID, nullable=False),
        sa.Column("decided_at", DATETIME, nullable=False),
        sa.Column("actor_id", UUID, nullable=True),
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_ledger_block_object_last_id", "trellis_ledger_block", ["object", "last_id"])
    op.create_table(
        "trellis_field_history",
        sa.Column("id", UUID, primary_key=True, nullable=False),
        sa.Column("object", TEXT, nullable=False),
        sa.Column("record_id", UUID, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("before", TEXT, nullable=True),
        sa.Column("after", TEXT, nullable=True),
        sa.Column("changed_at", DATETIME, nullable=False),
        sa.Column("changed_by", UUID, nullable=True),
        sa.Column("rule", TEXT, nullable=True),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("revision", INTEGER, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_field_history_record_id", "trellis_field_history", ["record_id"])
    op.create_index("ix_trellis_field_history_object_changed_at", "trellis_field_history", ["object", "changed_at"])


def downgrade(op: Operations) -> None:
    for name in ("trellis_field_history", "trellis_ledger_block", "trellis_ledger"):
        op.drop_table(name)
