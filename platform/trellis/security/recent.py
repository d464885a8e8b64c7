"""How long ago the user of a session proved who they are. What would let somebody else in for good asks for it again: an open screen is
not enough to change a password, a factor, a key or what somebody may do."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.errors import AccessDenied
from trellis.security.identity import Identities, Identity
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Statement
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare

RECENT = timedelta(minutes=15)


class RecentSignInNeeded(AccessDenied):
    code = "recent_sign_in_needed"


def is_recent(identity: Identity, *, now: datetime) -> bool:
    """True for API keys and tokens, which prove it with every request."""
    if identity.kind != "session":
        return True
    return identity.authenticated_at is not None and now - identity.authenticated_at <= RECENT


def require_recent(identity: Identity, *, now: datetime) -> None:
    """Raises RecentSignInNeeded."""
    if not is_recent(identity, now=now):
        minutes = RECENT // timedelta(minutes=1)
        raise RecentSignInNeeded(
            f"This needs a sign-in of the last {minutes} minutes.",
            hint="Show the password again at POST /api/v1/session/confirm, or sign in again.",
        )


async def confirm_password(
    identities: Identities, identity: Identity, token: str, password: str, *, now: datetime
) -> None:
    """Of the caller's own session. Raises SignInFailed, TooManyAttempts."""
    await identities.prove_password(identity, password)
    await mark_recent(identity, now=now)
    identities.forget(token)


async def mark_recent(identity: Identity, *, now: datetime) -> None:
    """The user of this session has just proved who they are."""
    database = identity.tenant.database
    moment = encoder(ColumnKind.DATETIME, database.dialect)(now)
    values = {"id": identity.actor.credential_id, "now": moment}
    statement = _mark(database.schema, database.dialect)
    await database.write(lambda transaction: transaction.execute(statement, values))


@lru_cache(maxsize=256)
def _mark(schema: str | None, dialect: DialectName) -> Statement:
    credential = platform_tables(schema).credential
    this = credential.c.id == sa.bindparam("id", type_=credential.c.id.type)
    now = sa.bindparam("now", type_=credential.c.authenticated_at.type)
    is_session = credential.c.kind == "session"
    return prepare(sa.update(credential).where(this, is_session).values(authenticated_at=now), dialect)
