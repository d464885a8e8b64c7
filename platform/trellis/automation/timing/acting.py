"""In whose name timers act: the user whose save set them, else the tenant's first administrator, by the organization's clock."""

from __future__ import annotations

import sqlalchemy as sa

from trellis.errors import NotFound
from trellis.security.actor import Actor
from trellis.security.grants import read_grants
from trellis.security.permissions import with_grants
from trellis.storage.database import Statement, Transaction
from trellis.storage.expressions import is_flag
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

_COLUMNS = ("id", "name", "email", "language", "time_zone", "is_admin", "grants")


async def fetch_acting(transaction: Transaction, compiled: CompiledModel, user_id: str | None) -> Actor:
    """Who stands in for a user that is not active any more has no rights of an administrator. Raises NotFound when nobody can."""
    statement = compiled.prepared(("timing", "acting"), lambda: _statement(compiled))
    row = await transaction.fetch_one(statement, {"user_id": user_id})
    if row is None:
        raise NotFound("The tenant has no active administrator in whose name timers could act.")
    found = dict(zip(_COLUMNS, row, strict=True))
    if found["id"] == user_id:
        actor = _actor(found, is_admin=bool(found["is_admin"]))
        return with_grants(actor, read_grants(found["grants"]), compiled.model)
    organization = compiled.model.organization
    ours = {"language": organization.language, "time_zone": organization.time_zone}
    return _actor({**found, **ours}, is_admin=user_id is None)


def _actor(found: dict[str, str], *, is_admin: bool) -> Actor:
    return Actor(
        user_id=found["id"],
        name=found["name"],
        email=found["email"],
        is_admin=is_admin,
        channel="job",
        language=found["language"],
        time_zone=found["time_zone"],
    )


def _statement(compiled: CompiledModel) -> Statement:
    user = platform_tables(compiled.schema).user
    wanted = user.c.id == sa.bindparam("user_id", type_=user.c.id.type, required=True)
    is_active = is_flag(user.c.is_active, True, compiled.dialect) & user.c.deleted_at.is_(None)
    is_there = is_active & (wanted | is_flag(user.c.is_admin, True, compiled.dialect))
    first = sa.case((wanted, 0), else_=1)
    chosen = sa.select(*(user.c[name] for name in _COLUMNS)).where(is_there)
    return prepare(chosen.order_by(first, user.c.created_at, user.c.id).limit(1), compiled.dialect)
