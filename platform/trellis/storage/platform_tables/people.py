"""Who may come in, and who sits at which queue. `trellis_user` is also the object `user` of every model."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.storage.column_types import BOOLEAN, DATETIME, INTEGER, TEXT, UUID, text_type
from trellis.storage.platform_tables.parts import column, table, to_user


def people_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    user = table(
        metadata,
        "trellis_user",
        column("id", UUID, key=True),
        column("username", text_type(255)),
        column("name", text_type(255)),
        column("email", text_type(255)),
        column("password_hash", TEXT, null=True),
        column("language", text_type(20)),
        column("time_zone", text_type(64)),
        column("manager", UUID, to_user("SET NULL", metadata), null=True),
        column("is_active", BOOLEAN),
        column("is_admin", BOOLEAN),
        column("created_at", DATETIME),
        column("updated_at", DATETIME),
        column("version", INTEGER),
        column("deleted_at", DATETIME, null=True),
        column("phone", text_type(40), null=True),
        column("chat_id", text_type(255), null=True),
        column("grants", TEXT, server_default="{}"),
        column("access_version", INTEGER, server_default="0"),
    )
    sa.Index("uq_trellis_user_username", user.c.username, unique=True)
    sa.Index("uq_trellis_user_email", sa.func.lower(user.c.email), unique=True)
    sa.Index("ix_trellis_user_manager", user.c.manager)
    credential = table(
        metadata,
        "trellis_credential",
        column("id", UUID, key=True),
        column("kind", TEXT),
        column("user_id", UUID, to_user("CASCADE", metadata)),
        column("token_hash", TEXT),
        column("name", TEXT),
        column("csrf_token", TEXT, null=True),
        column("created_at", DATETIME),
        column("expires_at", DATETIME, null=True),
        column("revoked_at", DATETIME, null=True),
        column("last_used_at", DATETIME, null=True),
        column("address", TEXT, null=True),
        column("agent", TEXT, null=True),
        column("scopes", TEXT, null=True),
        column("prefix", TEXT, null=True),
        column("networks", TEXT, null=True),
        column("replaced_at", DATETIME, null=True),
        column("authenticated_at", DATETIME, null=True),
        column("ends_at", DATETIME, null=True),
        column("rotated_at", DATETIME, null=True),
        column("previous_hash", TEXT, null=True),
        column("next_hash", TEXT, null=True),
        column("offered_at", DATETIME, null=True),
        sa.Index("uq_trellis_credential_token_hash", "token_hash", unique=True),
        sa.Index("ix_trellis_credential_user_id", "user_id"),
        sa.Index("ix_trellis_credential_previous_hash", "previous_hash"),
        sa.Index("ix_trellis_credential_next_hash", "next_hash"),
    )
    invitation = table(
        metadata,
        "trellis_invitation",
        column("user_id", UUID, to_user("CASCADE", metadata), key=True),
        column("token_hash", TEXT),
        column("created_at", DATETIME),
        column("expires_at", DATETIME),
        sa.Index("uq_trellis_invitation_token_hash", "token_hash", unique=True),
    )
    queue_member = table(
        metadata,
        "trellis_queue_member",
        column("queue", TEXT, key=True),
        column("user_id", UUID, to_user("CASCADE", metadata), key=True),
        column("position", INTEGER),
        column("weight", INTEGER),
        column("capacity", INTEGER, null=True),
        column("is_absent", BOOLEAN),
        sa.Index("ix_trellis_queue_member_user_id", "user_id"),
    )
    return {"user": user, "credential": credential, "invitation": invitation, "queue_member": queue_member}
