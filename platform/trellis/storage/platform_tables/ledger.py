"""What rules decided about records, and what became of tracked fields."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table


def ledger_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """`ledger`: a row tells of one record in one transaction. `ledger_block`: of many records of one transaction, those whose ids are
    from `first_id` to `last_id` being among them. `field_history`: one change of one tracked field, its values as typed JSON."""
    ledger = table(
        metadata,
        "trellis_ledger",
        column("id", UUID, key=True),
        column("object", TEXT),
        column("record_id", UUID),
        column("decided_at", DATETIME),
        column("actor_id", UUID, null=True),
        column("revision", INTEGER),
        column("content", TEXT),
        sa.Index("ix_trellis_ledger_record_id", "record_id"),
    )
    ledger_block = table(
        metadata,
        "trellis_ledger_block",
        column("id", UUID, key=True),
        column("object", TEXT),
        column("first_id", UUID),
        column("last_id", UUID),
        column("decided_at", DATETIME),
        column("actor_id", UUID, null=True),
        column("revision", INTEGER),
        column("content", TEXT),
        sa.Index("ix_trellis_ledger_block_object_last_id", "object", "last_id"),
    )
    field_history = table(
        metadata,
        "trellis_field_history",
        column("id", UUID, key=True),
        column("object", TEXT),
        column("record_id", UUID),
        column("field", TEXT),
        column("before", TEXT, null=True),
        column("after", TEXT, null=True),
        column("changed_at", DATETIME),
        column("changed_by", UUID, null=True),
        column("rule", TEXT, null=True),
        column("version", INTEGER),
        column("revision", INTEGER),
        sa.Index("ix_trellis_field_history_record_id", "record_id"),
        sa.Index("ix_trellis_field_history_object_changed_at", "object", "changed_at"),
    )
    return {"ledger": ledger, "ledger_block": ledger_block, "field_history": field_history}
