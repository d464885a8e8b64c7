"""Programs that act for users by OAuth: which there are, what they were allowed, and what their tokens hang on."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import DATETIME, TEXT, UUID
from trellis.storage.platform_tables.parts import column, table, to_user


def oauth_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    client = table(
        metadata,
        "trellis_oauth_client",
        column("id", UUID, key=True),
        column("name", TEXT),
        column("kind", TEXT),
        column("secret_hash", TEXT, null=True),
        column("redirect_uris", TEXT),
        column("scopes", TEXT),
        column("service_user", UUID, to_user("SET NULL", metadata), null=True),
        column("created_at", DATETIME),
        column("updated_at", DATETIME),
        sa.Index("ix_trellis_oauth_client_service_user", "service_user"),
    )
    grant = table(
        metadata,
        "trellis_oauth_grant",
        column("id", UUID, key=True),
        column("client_id", UUID, _to("oauth_client", metadata)),
        column("user_id", UUID, to_user("CASCADE", metadata)),
        column("scopes", TEXT),
        column("created_at", DATETIME),
        column("authenticated_at", DATETIME, null=True),
        column("revoked_at", DATETIME, null=True),
        sa.Index("ix_trellis_oauth_grant_client_id", "client_id"),
        sa.Index("ix_trellis_oauth_grant_user_id", "user_id"),
    )
    code = table(
        metadata,
        "trellis_oauth_code",
        column("code_hash", TEXT, key=True),
        column("grant_id", UUID, _to("oauth_grant", metadata)),
        column("redirect_uri", TEXT),
        column("nonce", TEXT, null=True),
        column("challenge", TEXT),
        column("expires_at", DATETIME),
        column("used_at", DATETIME, null=True),
        sa.Index("ix_trellis_oauth_code_grant_id", "grant_id"),
        sa.Index("ix_trellis_oauth_code_expires_at", "expires_at"),
    )
    refresh = table(
        metadata,
        "trellis_oauth_refresh",
        column("token_hash", TEXT, key=True),
        column("grant_id", UUID, _to("oauth_grant", metadata)),
        column("created_at", DATETIME),
        column("expires_at", DATETIME),
        column("used_at", DATETIME, null=True),
        sa.Index("ix_trellis_oauth_refresh_grant_id", "grant_id"),
        sa.Index("ix_trellis_oauth_refresh_expires_at", "expires_at"),
    )
    access = table(
        metadata,
        "trellis_oauth_access",
        column("credential_id", UUID, _to("credential", metadata), key=True),
        column("grant_id", UUID, _to("oauth_grant", metadata)),
        sa.Index("ix_trellis_oauth_access_grant_id", "grant_id"),
    )
    key = table(
        metadata,
        "trellis_oauth_key",
        column("id", TEXT, key=True),
        column("public_key", TEXT),
        column("created_at", DATETIME),
        column("retired_at", DATETIME, null=True),
    )
    return {
        "oauth_client": client,
        "oauth_grant": grant,
        "oauth_code": code,
        "oauth_refresh": refresh,
        "oauth_access": access,
        "oauth_key": key,
    }


def _to(name: str, metadata: sa.MetaData) -> sa.ForeignKey:
    schema = "" if metadata.schema is None else f"{metadata.schema}."
    return sa.ForeignKey(f"{schema}trellis_{name}.id", ondelete="CASCADE")
