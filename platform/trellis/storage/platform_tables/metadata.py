"""What the tenant's metadata is, and was."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table


def metadata_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    state = table(metadata, "trellis_state", column("revision", INTEGER))
    revision = table(
        metadata,
        "trellis_revision",
        column("number", INTEGER, key=True, autoincrement=False),
        column("created_at", DATETIME),
        column("author_id", UUID, null=True),
        column("summary", TEXT),
        column("manifest", TEXT),
        column("plan", TEXT),
    )
    component = table(
        metadata,
        "trellis_component",
        column("hash", TEXT, key=True),
        column("kind", TEXT),
        column("path", TEXT),
        column("source", TEXT),
    )
    draft = table(
        metadata,
        "trellis_draft",
        column("path", TEXT, key=True),
        column("source", TEXT, null=True),
        column("updated_by", UUID, null=True),
        column("updated_at", DATETIME),
    )
    dropped = table(
        metadata,
        "trellis_bin",
        column("number", INTEGER, key=True, autoincrement=False),
        column("object", TEXT),
        column("field", TEXT, null=True),
        column("content", TEXT),
        column("revision", INTEGER),
        column("removed_at", DATETIME),
        column("removed_by", UUID, null=True),
        column("expires_at", DATETIME),
        sa.Index("ix_trellis_bin_object_field", "object", "field"),
    )
    package = table(
        metadata,
        "trellis_package",
        column("name", TEXT, key=True),
        column("version", TEXT),
        column("archive_hash", TEXT),
        column("installed_at", DATETIME),
        column("installed_by", UUID, null=True),
    )
    return {
        "state": state,
        "revision": revision,
        "component": component,
        "draft": draft,
        "bin": dropped,
        "package": package,
    }
