"""Who has which role and belongs to which team, and who owned records before their present owners."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import INTEGER, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table, to_user


def assignee_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    group_member = table(
        metadata,
        "trellis_group_member",
        column("kind", TEXT, key=True),
        column("name", TEXT, key=True),
        column("user_id", UUID, to_user("CASCADE", metadata), key=True),
        column("position", INTEGER),
        sa.Index("ix_trellis_group_member_user_id", "user_id"),
    )
    previous_owner = table(
        metadata,
        "trellis_previous_owner",
        column("record_id", UUID, key=True),
        column("object", TEXT),
        column("owner", UUID, to_user("CASCADE", metadata)),
        sa.Index("ix_trellis_previous_owner_owner", "owner"),
    )
    return {"group_member": group_member, "previous_owner": previous_owner}
