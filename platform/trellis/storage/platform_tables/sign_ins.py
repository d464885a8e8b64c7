"""Who signed in or tried to, how often somebody failed, and second factors."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table, to_user


def sign_in_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    sign_in = table(
        metadata,
        "trellis_sign_in",
        column("id", UUID, key=True),
        column("user_id", UUID, to_user("CASCADE", metadata), null=True),
        column("at", DATETIME),
        column("method", TEXT),
        column("outcome", TEXT),
        column("address", TEXT, null=True),
        column("agent", TEXT, null=True),
        sa.Index("ix_trellis_sign_in_user_id", "user_id", "id"),
    )
    attempt = table(
        metadata,
        "trellis_attempt",
        column("subject", TEXT, key=True),
        column("address", TEXT, key=True),
        column("failures", INTEGER),
        column("last_at", DATETIME),
        column("blocked_until", DATETIME, null=True),
    )
    totp = table(
        metadata,
        "trellis_totp",
        column("user_id", UUID, to_user("CASCADE", metadata), key=True),
        column("secret", TEXT),
        column("created_at", DATETIME),
        column("confirmed_at", DATETIME, null=True),
        column("last_step", INTEGER, null=True),
    )
    recovery_code = table(
        metadata,
        "trellis_recovery_code",
        column("user_id", UUID, to_user("CASCADE", metadata), key=True),
        column("code_hash", TEXT, key=True),
        column("used_at", DATETIME, null=True),
    )
    pending_sign_in = table(
        metadata,
        "trellis_pending_sign_in",
        column("token_hash", TEXT, key=True),
        column("user_id", UUID, to_user("CASCADE", metadata)),
        column("step", TEXT),
        column("subject", TEXT),
        column("failures", INTEGER),
        column("expires_at", DATETIME),
        sa.Index("ix_trellis_pending_sign_in_user_id", "user_id"),
    )
    return {
        "sign_in": sign_in,
        "attempt": attempt,
        "totp": totp,
        "recovery_code": recovery_code,
        "pending_sign_in": pending_sign_in,
    }
