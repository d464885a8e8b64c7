"""The platform's own tables in a tenant's database, as SQLAlchemy tables for building statements. migrations/tenant makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from trellis.storage.column_types import BOOLEAN, DATETIME, INTEGER, TEXT, UUID, SqlType, text_type


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformTables:
    """One attribute for each table, named as the table without `trellis_`."""

    metadata: sa.MetaData
    state: sa.Table
    revision: sa.Table
    component: sa.Table
    user: sa.Table
    credential: sa.Table
    queue_member: sa.Table
    counter: sa.Table
    outbox: sa.Table
    notification: sa.Table
    draft: sa.Table
    bin: sa.Table
    package: sa.Table
    idempotency: sa.Table
    cleared_link: sa.Table


def platform_tables(schema: str | None) -> PlatformTables:
    """The tables as they are named in `schema` (None on SQLite)."""
    metadata = sa.MetaData(schema=schema)
    return PlatformTables(
        metadata=metadata,
        **_metadata_tables(metadata),
        **_people_tables(metadata),
        **_work_tables(metadata),
    )


def _column(
    name: str, kind: SqlType, *arguments: Any, null: bool = False, key: bool = False, **options: Any
) -> sa.Column[Any]:
    return sa.Column(name, kind, *arguments, nullable=null, primary_key=key, **options)


def _to_user(on_delete: str, metadata: sa.MetaData) -> sa.ForeignKey:
    table = "trellis_user" if metadata.schema is None else f"{metadata.schema}.trellis_user"
    return sa.ForeignKey(f"{table}.id", ondelete=on_delete)


def _table(metadata: sa.MetaData, name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, metadata, *parts, sqlite_strict=True)


def _metadata_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """What the tenant's metadata is, and was."""
    state = _table(metadata, "trellis_state", _column("revision", INTEGER))
    revision = _table(
        metadata,
        "trellis_revision",
        _column("number", INTEGER, key=True, autoincrement=False),
        _column("created_at", DATETIME),
        _column("author_id", UUID, null=True),
        _column("summary", TEXT),
        _column("manifest", TEXT),
        _column("plan", TEXT),
    )
    component = _table(
        metadata,
        "trellis_component",
        _column("hash", TEXT, key=True),
        _column("kind", TEXT),
        _column("path", TEXT),
        _column("source", TEXT),
    )
    draft = _table(
        metadata,
        "trellis_draft",
        _column("path", TEXT, key=True),
        _column("source", TEXT, null=True),
        _column("updated_by", UUID, null=True),
        _column("updated_at", DATETIME),
    )
    dropped = _table(
        metadata,
        "trellis_bin",
        _column("number", INTEGER, key=True, autoincrement=False),
        _column("object", TEXT),
        _column("field", TEXT, null=True),
        _column("content", TEXT),
        _column("revision", INTEGER),
        _column("removed_at", DATETIME),
        _column("removed_by", UUID, null=True),
        _column("expires_at", DATETIME),
        sa.Index("ix_trellis_bin_object_field", "object", "field"),
    )
    package = _table(
        metadata,
        "trellis_package",
        _column("name", TEXT, key=True),
        _column("version", TEXT),
        _column("archive_hash", TEXT),
        _column("installed_at", DATETIME),
        _column("installed_by", UUID, null=True),
    )
    return {
        "state": state,
        "revision": revision,
        "component": component,
        "draft": draft,
        "bin": dropped,
        "package": package,
    }


def _people_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """Who may come in, and who sits at which queue. `trellis_user` is also the object `user` of every model."""
    user = _table(
        metadata,
        "trellis_user",
        _column("id", UUID, key=True),
        _column("username", text_type(255)),
        _column("name", text_type(255)),
        _column("email", text_type(255)),
        _column("password_hash", TEXT, null=True),
        _column("language", text_type(20)),
        _column("time_zone", text_type(64)),
        _column("manager", UUID, _to_user("SET NULL", metadata), null=True),
        _column("is_active", BOOLEAN),
        _column("is_admin", BOOLEAN),
        _column("created_at", DATETIME),
        _column("updated_at", DATETIME),
        _column("version", INTEGER),
        _column("deleted_at", DATETIME, null=True),
    )
    sa.Index("uq_trellis_user_username", user.c.username, unique=True)
    sa.Index("uq_trellis_user_email", sa.func.lower(user.c.email), unique=True)
    sa.Index("ix_trellis_user_manager", user.c.manager)
    credential = _table(
        metadata,
        "trellis_credential",
        _column("id", UUID, key=True),
        _column("kind", TEXT),
        _column("user_id", UUID, _to_user("CASCADE", metadata)),
        _column("token_hash", TEXT),
        _column("name", TEXT),
        _column("csrf_token", TEXT, null=True),
        _column("created_at", DATETIME),
        _column("expires_at", DATETIME, null=True),
        _column("revoked_at", DATETIME, null=True),
        _column("last_used_at", DATETIME, null=True),
        sa.Index("uq_trellis_credential_token_hash", "token_hash", unique=True),
        sa.Index("ix_trellis_credential_user_id", "user_id"),
    )
    queue_member = _table(
        metadata,
        "trellis_queue_member",
        _column("queue", TEXT, key=True),
        _column("user_id", UUID, _to_user("CASCADE", metadata), key=True),
        _column("position", INTEGER),
        _column("weight", INTEGER),
        _column("capacity", INTEGER, null=True),
        _column("is_absent", BOOLEAN),
        sa.Index("ix_trellis_queue_member_user_id", "user_id"),
    )
    return {"user": user, "credential": credential, "queue_member": queue_member}


def _work_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """What automation counts, still has to do, and has told people."""
    counter = _table(metadata, "trellis_counter", _column("name", TEXT, key=True), _column("value", INTEGER))
    outbox = _table(
        metadata,
        "trellis_outbox",
        _column("id", UUID, key=True),
        _column("kind", TEXT),
        _column("payload", TEXT),
        _column("object", TEXT, null=True),
        _column("record_id", UUID, null=True),
        _column("rule", TEXT, null=True),
        _column("revision", INTEGER),
        _column("idempotency_key", TEXT),
        _column("status", TEXT),
        _column("attempts", INTEGER),
        _column("next_attempt_at", DATETIME),
        _column("lease_owner", TEXT, null=True),
        _column("lease_until", DATETIME, null=True),
        _column("last_error", TEXT, null=True),
        _column("created_at", DATETIME),
        _column("done_at", DATETIME, null=True),
        sa.Index("uq_trellis_outbox_idempotency_key", "idempotency_key", unique=True),
        sa.Index("ix_trellis_outbox_status_next_attempt_at", "status", "next_attempt_at"),
    )
    notification = _table(
        metadata,
        "trellis_notification",
        _column("id", UUID, key=True),
        _column("user_id", UUID, _to_user("CASCADE", metadata)),
        _column("title", TEXT),
        _column("body", TEXT),
        _column("object", TEXT, null=True),
        _column("record_id", UUID, null=True),
        _column("created_at", DATETIME),
        _column("read_at", DATETIME, null=True),
        _column("idempotency_key", TEXT),
        sa.Index("uq_trellis_notification_idempotency_key", "idempotency_key", unique=True),
        sa.Index("ix_trellis_notification_user_id_created_at", "user_id", "created_at"),
    )
    idempotency = _table(
        metadata,
        "trellis_idempotency",
        _column("user_id", UUID, _to_user("CASCADE", metadata), key=True),
        _column("key", TEXT, key=True),
        _column("fingerprint", TEXT),
        _column("answer", TEXT),
        _column("created_at", DATETIME),
        sa.Index("ix_trellis_idempotency_created_at", "created_at"),
    )
    cleared_link = _table(
        metadata,
        "trellis_cleared_link",
        _column("target_id", UUID, key=True),
        _column("object", TEXT, key=True),
        _column("field", TEXT, key=True),
        _column("record_id", UUID, key=True),
    )
    return {
        "counter": counter,
        "outbox": outbox,
        "notification": notification,
        "idempotency": idempotency,
        "cleared_link": cleared_link,
    }
