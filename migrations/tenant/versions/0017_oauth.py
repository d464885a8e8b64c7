"""Programs that act for users by OAuth: which there are, what they were allowed, and what their tokens hang on."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, TEXT, UUID

revision = "0017"
down_revision = "0016"


def upgrade(op: Operations) -> None:
    op.create_table(
        "trellis_oauth_client",
        sa.Column("id", UUID, primary_key=True, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("secret_hash", TEXT, nullable=True),
        sa.Column("redirect_uris", TEXT, nullable=False),
        sa.Column("scopes", TEXT, nullable=False),
        sa.Column("service_user", UUID, sa.ForeignKey("trellis_user.id", ondelete="SET NULL"), nullable=True),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("updated_at", DATETIME, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_oauth_client_service_user", "trellis_oauth_client", ["service_user"])
    op.create_table(
        "trellis_oauth_grant",
        sa.Column("id", UUID, primary_key=True, nullable=False),
        sa.Column("client_id", UUID, sa.ForeignKey("trellis_oauth_client.id", ondelete="CASCADE"), nullable=False),
        sa.Column("user_id", UUID, sa.ForeignKey("trellis_user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("scopes", TEXT, nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("authenticated_at", DATETIME, nullable=True),
        sa.Column("revoked_at", DATETIME, nullable=True),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_oauth_grant_client_id", "trellis_oauth_grant", ["client_id"])
    op.create_index("ix_trellis_oauth_grant_user_id", "trellis_oauth_grant", ["user_id"])
    op.create_table(
        "trellis_oauth_code",
        sa.Column("code_hash", TEXT, primary_key=True, nullable=False),
        sa.Column("grant_id", UUID, sa.ForeignKey("trellis_oauth_grant.id", ondelete="CASCADE"), nullable=False),
        sa.Column("redirect_uri", TEXT, nullable=False),
        sa.Column("nonce", TEXT, nullable=True),
        sa.Column("challenge", TEXT, nullable=False),
        sa.Column("expires_at", DATETIME, nullable=False),
        sa.Column("used_at", DATETIME, nullable=True),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_oauth_code_grant_id", "trellis_oauth_code", ["grant_id"])
    op.create_index("ix_trellis_oauth_code_expires_at", "trellis_oauth_code", ["expires_at"])
    op.create_table(
        "trellis_oauth_refresh",
        sa.Column("token_hash", TEXT, primary_key=True, nullable=False),
        sa.Column("grant_id", UUID, sa.ForeignKey("trellis_oauth_grant.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("expires_at", DATETIME, nullable=False),
        sa.Column("used_at", DATETIME, nullable=True),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_oauth_refresh_grant_id", "trellis_oauth_refresh", ["grant_id"])
    op.create_index("ix_trellis_oauth_refresh_expires_at", "trellis_oauth_refresh", ["expires_at"])
    op.create_table(
        "trellis_oauth_access",
        sa.Column(
            "credential_id",
            UUID,
            sa.ForeignKey("trellis_credential.id", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
        ),
        sa.Column("grant_id", UUID, sa.ForeignKey("trellis_oauth_grant.id", ondelete="CASCADE"), nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_trellis_oauth_access_grant_id", "trellis_oauth_access", ["grant_id"])
    op.create_table(
        "trellis_oauth_key",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("public_key", TEXT, nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("retired_at", DATETIME, nullable=True),
        sqlite_strict=True,
    )


def downgrade(op: Operations) -> None:
    for name in ("key", "access", "refresh", "code", "grant", "client"):
        op.drop_table(f"trellis_oauth_{name}")
