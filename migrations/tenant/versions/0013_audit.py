"""The audit: a chain of rows that is only ever added to, and its head."""

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, INTEGER, TEXT

revision = "0013"
down_revision = "0012"

START = "0" * 64
APPEND_ONLY = "the audit is append-only"


def upgrade(op: Operations) -> None:
    _create_tables(op)
    for name, columns in (
        ("occurred_at", ["occurred_at"]),
        ("event", ["event", "number"]),
        ("actor_id", ["actor_id", "number"]),
        ("subject_id", ["subject_id", "number"]),
    ):
        op.create_index(f"ix_trellis_audit_{name}", "trellis_audit", columns)
    head = sa.table("trellis_audit_head", *(sa.column(name) for name in _HEAD))
    op.execute(sa.insert(head).values(id=1, number=0, hash=START, pruned_number=0, pruned_hash=START))
    guards = _SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL_GUARDS
    for statement in guards:
        op.execute(statement)


def downgrade(op: Operations) -> None:
    for name in ("trellis_audit", "trellis_audit_head"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        for name in ("trellis_audit_guard", "trellis_audit_head_guard"):
            op.execute(f"DROP FUNCTION {name}()")


_HEAD = ("id", "number", "hash", "pruned_number", "pruned_hash")


def _create_tables(op: Operations) -> None:
    op.create_table(
        "trellis_audit",
        sa.Column("number", INTEGER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("occurred_at", DATETIME, nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.Column("actor_id", TEXT, nullable=True),
        sa.Column("actor_name", TEXT, nullable=True),
        sa.Column("channel", TEXT, nullable=True),
        sa.Column("credential_id", TEXT, nullable=True),
        sa.Column("address", TEXT, nullable=True),
        sa.Column("subject_kind", TEXT, nullable=True),
        sa.Column("subject_id", TEXT, nullable=True),
        sa.Column("subject_name", TEXT, nullable=True),
        sa.Column("details", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "trellis_audit_head",
        sa.Column("id", INTEGER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("pruned_number", INTEGER, nullable=False),
        sa.Column("pruned_hash", TEXT, nullable=False),
        sqlite_strict=True,
    )


# Rows go only once the head says that they were pruned, and the head only ever moves on.
_SQLITE_GUARDS = (
    f"""CREATE TRIGGER trellis_audit_no_update BEFORE UPDATE ON trellis_audit
BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END""",
    f"""CREATE TRIGGER trellis_audit_no_delete BEFORE DELETE ON trellis_audit
WHEN OLD.number > (SELECT max(pruned_number) FROM trellis_audit_head)
BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END""",
    f"""CREATE TRIGGER trellis_audit_head_no_return BEFORE UPDATE ON trellis_audit_head
WHEN NEW.number < OLD.number OR NEW.pruned_number < OLD.pruned_number OR NEW.id <> OLD.id
BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END""",
    f"""CREATE TRIGGER trellis_audit_head_no_delete BEFORE DELETE ON trellis_audit_head
BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END""",
)

_POSTGRESQL_GUARDS = (
    f"""CREATE FUNCTION trellis_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE pruned bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN
    EXECUTE format('SELECT max(pruned_number) FROM %I.trellis_audit_head', TG_TABLE_SCHEMA) INTO pruned;
    IF OLD.number <= pruned THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION '{APPEND_ONLY}';
END $$""",
    f"""CREATE FUNCTION trellis_audit_head_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND NEW.number >= OLD.number AND NEW.pruned_number >= OLD.pruned_number THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '{APPEND_ONLY}';
END $$""",
    "CREATE TRIGGER trellis_audit_guard BEFORE UPDATE OR DELETE ON trellis_audit"
    " FOR EACH ROW EXECUTE FUNCTION trellis_audit_guard()",
    "CREATE TRIGGER trellis_audit_truncate_guard BEFORE TRUNCATE ON trellis_audit"
    " FOR EACH STATEMENT EXECUTE FUNCTION trellis_audit_guard()",
    "CREATE TRIGGER trellis_audit_head_guard BEFORE UPDATE OR DELETE ON trellis_audit_head"
    " FOR EACH ROW EXECUTE FUNCTION trellis_audit_head_guard()",
    "CREATE TRIGGER trellis_audit_head_truncate_guard BEFORE TRUNCATE ON trellis_audit_head"
    " FOR EACH STATEMENT EXECUTE FUNCTION trellis_audit_head_guard()",
)
