"""Providers outside that people sign in by, and whom each knows as whom here."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import BOOLEAN, DATETIME, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table, to_user


def outside_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    provider = table(
        metadata,
        "trellis_provider",
        column("name", TEXT, key=True),
        column("label", TEXT),
        column("issuer", TEXT),
        column("client_id", TEXT),
        column("scopes", TEXT),
        column("creates_users", BOOLEAN),
        column("links_by_email", BOOLEAN),
        column("groups_claim", TEXT),
        column("groups", TEXT),
        column("second_factor_values", TEXT, server_default=""),
        column("is_active", BOOLEAN),
        column("created_at", DATETIME),
        column("updated_at", DATETIME),
    )
    schema = "" if metadata.schema is None else f"{metadata.schema}."
    outside_identity = table(
        metadata,
        "trellis_outside_identity",
        column("provider", TEXT, sa.ForeignKey(f"{schema}trellis_provider.name", ondelete="CASCADE"), key=True),
        column("subject", TEXT, key=True),
        column("user_id", UUID, to_user("CASCADE", metadata)),
        column("created_at", DATETIME),
        sa.Index("ix_trellis_outside_identity_user_id", "user_id"),
    )
    return {"provider": provider, "outside_identity": outside_identity}
