"""What sending to the outside needs: secrets that sign, and addresses that nothing is sent to any more."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import DATETIME, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table


def message_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    secret = table(
        metadata,
        "trellis_secret",
        column("name", TEXT, key=True),
        column("value", TEXT),
        column("updated_at", DATETIME),
        column("updated_by", UUID, null=True),
    )
    suppression = table(
        metadata,
        "trellis_suppression",
        column("address", TEXT, key=True),
        column("reason", TEXT),
        column("detail", TEXT, null=True),
        column("created_at", DATETIME),
    )
    return {"secret": secret, "suppression": suppression}
