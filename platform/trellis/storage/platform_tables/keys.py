"""What seals values at rest: the tenant's data keys, wrapped by the operator's master key."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import DATETIME, INTEGER, TEXT
from trellis.storage.platform_tables.parts import column, table


def key_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """`master`: the id of the master key that wrapped it, which tells nothing of the key."""
    data_key = table(
        metadata,
        "trellis_data_key",
        column("use", TEXT, key=True),
        column("number", INTEGER, key=True, autoincrement=False),
        column("master", TEXT),
        column("wrapped", TEXT),
        column("created_at", DATETIME),
        column("used_from", DATETIME),
    )
    return {"data_key": data_key}
