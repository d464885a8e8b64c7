"""What a directory outside calls users here, and whom it has taken away."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import BOOLEAN, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table, to_user


def scim_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    scim_user = table(
        metadata,
        "trellis_scim_user",
        column("user_id", UUID, to_user("CASCADE", metadata), key=True),
        column("external_id", TEXT, null=True),
        column("is_gone", BOOLEAN),
        sa.Index("ix_trellis_scim_user_external_id", "external_id"),
    )
    return {"scim_user": scim_user}
