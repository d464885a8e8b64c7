"""What every read carries back with its data: the tenant's revision, and whether the actor's session or key still holds.

So a stale model or a revoked session costs no statement of its own, and no cache has to be told.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.errors import NotAuthenticated, StaleModel
from trellis.security.actor import Actor
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Row
from trellis.storage.platform_tables import PlatformTables

STAMP_SIZE = 2


def stamp_columns(tables: PlatformTables, *, with_credential: bool) -> list[sa.ColumnElement[Any]]:
    """Scalar subqueries, first in the row that check_stamp gets; parameters: credential_values when with_credential."""
    revision = sa.select(tables.state.c.revision).scalar_subquery().label("revision")
    holds = credential_holds(tables) if with_credential else sa.literal_column("1")
    return [revision, holds.label("holds")]


def credential_holds(tables: PlatformTables) -> sa.ColumnElement[Any]:
    """1 when the credential is neither revoked nor expired and its user is active, with the grants that the actor was found with; else
    NULL."""
    credential, user = tables.credential, tables.user
    now = sa.bindparam("stamp_now", type_=credential.c.expires_at.type)
    return (
        sa.select(sa.literal_column("1"))
        .select_from(credential.join(user, user.c.id == credential.c.user_id))
        .where(
            credential.c.id == sa.bindparam("credential_id", type_=credential.c.id.type),
            credential.c.revoked_at.is_(None),
            sa.or_(credential.c.expires_at.is_(None), credential.c.expires_at > now),
            user.c.is_active == sa.true(),
            user.c.is_admin == sa.bindparam("stamp_is_admin", type_=user.c.is_admin.type),
            user.c.access_version == sa.bindparam("stamp_access", type_=user.c.access_version.type),
            user.c.deleted_at.is_(None),
        )
        .scalar_subquery()
    )


def credential_values(actor: Actor, now: datetime, dialect: DialectName) -> dict[str, Any]:
    """The parameters of credential_holds."""
    return {
        "credential_id": actor.credential_id,
        "stamp_now": encoder(ColumnKind.DATETIME, dialect)(now),
        "stamp_is_admin": encoder(ColumnKind.BOOLEAN, dialect)(actor.is_admin),
        "stamp_access": actor.access_version,
    }


def check_stamp(row: Row, revision: int) -> None:
    """Raises NotAuthenticated or StaleModel; of both, the first, so that a revoked session learns nothing."""
    if row[1] is None:
        raise not_authenticated()
    if row[0] != revision:
        raise StaleModel(row[0])


def not_authenticated() -> NotAuthenticated:
    return NotAuthenticated("Your session or key is no longer valid.", hint="Sign in again.")
