"""A tenant's platform tables: metadata revisions, people, and the work that automation leaves behind."""

from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import BOOLEAN, DATETIME, INTEGER, TEXT, UUID, text_type

revision = "0001"
down_revision = None

TABLES = (
    "trellis_notification",
    "trellis_outbox",
    "trellis_counter",
    "trellis_queue_member",
    "trellis_credential",
    "trellis_user",
    "trellis_package",
    "trellis_bin",
    "trellis_draft",
    "trellis_component",
    "trellis_revision",
    "trellis_state",
)


def upgrade(op: Operations) -> None:
    create_metadata_tables(op)
    create_people_tables(op)
    create_work_tables(op)


def downgrade(op: Operations) -> None:
    for table in TABLES:
        op.drop_table(table)


def create_metadata_tables(op: Operations) -> None:
    table(op, "trellis_state", needed("revision", INTEGER))
    table(
        op,
        "trellis_revision",
        key("number", INTEGER),
        needed("created_at", DATETIME),
        sa.Column("author_id", UUID),
        needed("summary", TEXT),
        needed("manifest", TEXT),
        needed("plan", TEXT),
    )
    table(
        op, "trellis_component", key("hash", TEXT), needed("kind", TEXT), needed("path", TEXT), needed("source", TEXT)
    )
    table(
        op,
        "trellis_draft",
        key("path", TEXT),
        sa.Column("source", TEXT),
        sa.Column("updated_by", UUID),
        needed("updated_at", DATETIME),
    )
    table(
        op,
        "trellis_bin",
        key("number", INTEGER),
        needed("object", TEXT),
        sa.Column("field", TEXT),
        needed("content", TEXT),
        needed("revision", INTEGER),
        needed("removed_at", DATETIME),
        sa.Column("removed_by", UUID),
        needed("expires_at", DATETIME),
    )
    op.create_index("ix_trellis_bin_object_field", "trellis_bin", ["object", "field"])
    table(
        op,
        "trellis_package",
        key("name", TEXT),
        needed("version", TEXT),
        needed("archive_hash", TEXT),
        needed("installed_at", DATETIME),
        sa.Column("installed_by", UUID),
    )


def create_people_tables(op: Operations) -> None:
    table(
        op,
        "trellis_user",
        key("id", UUID),
        needed("username", text_type(255)),
        needed("name", text_type(255)),
        needed("email", text_type(255)),
        sa.Column("password_hash", TEXT),
        needed("language", text_type(20)),
        needed("time_zone", text_type(64)),
        sa.Column("manager", UUID, sa.ForeignKey("trellis_user.id", ondelete="SET NULL")),
        needed("is_active", BOOLEAN),
        needed("is_admin", BOOLEAN),
        needed("created_at", DATETIME),
        needed("updated_at", DATETIME),
        needed("version", INTEGER),
        sa.Column("deleted_at", DATETIME),
    )
    op.create_index("uq_trellis_user_username", "trellis_user", ["username"], unique=True)
    op.create_index("uq_trellis_user_email", "trellis_user", [sa.text("lower(email)")], unique=True)
    op.create_index("ix_trellis_user_manager", "trellis_user", ["manager"])
    table(
        op,
        "trellis_credential",
        key("id", UUID),
        needed("kind", TEXT),
        to_user("user_id"),
        needed("token_hash", TEXT),
        needed("name", TEXT),
        sa.Column("csrf_token", TEXT),
        needed("created_at", DATETIME),
        sa.Column("expires_at", DATETIME),
        sa.Column("revoked_at", DATETIME),
        sa.Column("last_used_at", DATETIME),
    )
    op.create_index("uq_trellis_credential_token_hash", "trellis_credential", ["token_hash"], unique=True)
    op.create_index("ix_trellis_credential_user_id", "trellis_credential", ["user_id"])
    table(
        op,
        "trellis_queue_member",
        key("queue", TEXT),
        to_user("user_id", primary_key=True),
        needed("position", INTEGER),
        needed("weight", INTEGER),
        sa.Column("capacity", INTEGER),
        needed("is_absent", BOOLEAN),
    )
    op.create_index("ix_trellis_queue_member_user_id", "trellis_queue_member", ["user_id"])


def create_work_tables(op: Operations) -> None:
    table(op, "trellis_counter", key("name", TEXT), needed("value", INTEGER))
    table(
        op,
        "trellis_outbox",
        key("id", UUID),
        needed("kind", TEXT),
        needed("payload", TEXT),
        sa.Column("object", TEXT),
        sa.Column("record_id", UUID),
        sa.Column("rule", TEXT),
        needed("revision", INTEGER),
        needed("idempotency_key", TEXT),
        needed("status", TEXT),
        needed("attempts", INTEGER),
        needed("next_attempt_at", DATETIME),
        sa.Column("lease_owner", TEXT),
        sa.Column("lease_until", DATETIME),
        sa.Column("last_error", TEXT),
        needed("created_at", DATETIME),
        sa.Column("done_at", DATETIME),
    )
    op.create_index("uq_trellis_outbox_idempotency_key", "trellis_outbox", ["idempotency_key"], unique=True)
    op.create_index("ix_trellis_outbox_status_next_attempt_at", "trellis_outbox", ["status", "next_attempt_at"])
    table(
        op,
        "trellis_notification",
        key("id", UUID),
        to_user("user_id"),
        needed("title", TEXT),
        needed("body", TEXT),
        sa.Column("object", TEXT),
        sa.Column("record_id", UUID),
        needed("created_at", DATETIME),
        sa.Column("read_at", DATETIME),
        needed("idempotency_key", TEXT),
    )
    op.create_index("uq_trellis_notification_idempotency_key", "trellis_notification", ["idempotency_key"], unique=True)
    op.create_index("ix_trellis_notification_user_id_created_at", "trellis_notification", ["user_id", "created_at"])


def table(op: Operations, name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(name, *columns, sqlite_strict=True)


def needed(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def key(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def to_user(name: str, *, primary_key: bool = False) -> sa.Column[Any]:
    reference = sa.ForeignKey("trellis_user.id", ondelete="CASCADE")
    return sa.Column(name, UUID, reference, primary_key=primary_key, nullable=False)
