"""Passkeys, and the challenges that are waiting to be answered by one."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import BOOLEAN, DATETIME, INTEGER, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table, to_user


def passkey_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    passkey = table(
        metadata,
        "trellis_passkey",
        column("id", UUID, key=True),
        column("user_id", UUID, to_user("CASCADE", metadata)),
        column("credential_id", TEXT),
        column("public_key", TEXT),
        column("sign_count", INTEGER),
        column("party", TEXT),
        column("name", TEXT),
        column("is_backed_up", BOOLEAN),
        column("created_at", DATETIME),
        column("last_used_at", DATETIME, null=True),
        sa.Index("uq_trellis_passkey_credential_id", "credential_id", unique=True),
        sa.Index("ix_trellis_passkey_user_id", "user_id"),
    )
    passkey_challenge = table(
        metadata,
        "trellis_passkey_challenge",
        column("challenge_hash", TEXT, key=True),
        column("purpose", TEXT),
        column("user_id", UUID, to_user("CASCADE", metadata), null=True),
        column("expires_at", DATETIME),
        sa.Index("ix_trellis_passkey_challenge_expires_at", "expires_at"),
    )
    return {"passkey": passkey, "passkey_challenge": passkey_challenge}
