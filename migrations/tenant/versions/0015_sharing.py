"""What each user was granted, kept with the user; records that were shared."""

import json

import sqlalchemy as sa
from alembic.operations import Operations

from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID

revision = "0015"
down_revision = "0014"

KEYS = {"role": "roles", "team": "teams"}


def upgrade(op: Operations) -> None:
    op.add_column("trellis_user", sa.Column("grants", TEXT, nullable=False, server_default="{}"))
    op.add_column("trellis_user", sa.Column("access_version", INTEGER, nullable=False, server_default="0"))
    op.create_table(
        "trellis_share",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("object", TEXT, nullable=False),
        sa.Column("record_id", UUID, nullable=False),
        sa.Column("principal", TEXT, nullable=False),
        sa.Column("access", TEXT, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("team_role", TEXT, nullable=True),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("created_by", UUID, nullable=True),
        sa.Column("expires_at", DATETIME, nullable=True),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_trellis_share_record_id_principal_cause", "trellis_share", ["record_id", "principal", "cause"], unique=True
    )
    op.create_index(
        "ix_trellis_share_principal_object_record_id", "trellis_share", ["principal", "object", "record_id"]
    )
    _keep_memberships(op)


def downgrade(op: Operations) -> None:
    op.drop_table("trellis_share")
    op.drop_column("trellis_user", "access_version")
    op.drop_column("trellis_user", "grants")


def _keep_memberships(op: Operations) -> None:
    """As trellis.security.grants.grants_text would have written them."""
    connection = op.get_bind()
    found: dict[str, dict[str, set[str]]] = {}
    for user_id, kind, name in connection.execute(sa.text("SELECT user_id, kind, name FROM trellis_group_member")):
        found.setdefault(str(user_id), {}).setdefault(KEYS[kind], set()).add(name)
    for user_id, queue in connection.execute(sa.text("SELECT user_id, queue FROM trellis_queue_member")):
        found.setdefault(str(user_id), {}).setdefault("queues", set()).add(queue)
    user = sa.table("trellis_user", sa.column("id", UUID), sa.column("grants", TEXT))
    for user_id, groups in found.items():
        text = json.dumps({key: sorted(groups[key]) for key in sorted(groups)}, separators=(",", ":"))
        connection.execute(sa.update(user).where(user.c.id == user_id).values(grants=text))
