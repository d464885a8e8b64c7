"""What formulas may know of the moment, of $User and of other globals, for Python and as parameters of SQL. The user's row is read only
when a formula names a field of it that the actor does not carry; nothing else takes a statement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from rule_engine import EvaluationContext, sql_context_values
from trellis.query.global_values import currency_rates, global_values
from trellis.query.needs import Needs
from trellis.query.row_conditions import access_parameters
from trellis.query.source import Source
from trellis.query.values import decoders
from trellis.security.actor import Actor
from trellis.storage.column_types import UUID
from trellis.storage.database import Statement, Transaction
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

CONTEXT_PREFIX = "ctx_"
USER_PREFIX = "ctx_user_"
GLOBAL_PREFIXES = ("ctx_org_", "ctx_profile_", "ctx_label_", "ctx_setup_")
NOTHING = Needs()


async def evaluation_context(
    tx: Transaction, compiled: CompiledModel, actor: Actor, now: datetime, needs: Needs = NOTHING
) -> EvaluationContext:
    """`needs`: of the formulas that will be evaluated. One query when the actor does not carry what they ask of $User, else none.
    `find_value` is for trellis.query.look_ups to add."""
    user = actor_fields(actor)
    missing = tuple(sorted(needs.user - user.keys()))
    if missing:
        user |= await _fetch_user(tx, compiled, actor, missing)
    return EvaluationContext(
        now=now,
        time_zone=time_zone(actor.time_zone),
        user=user,
        globals=global_values(compiled, actor) if needs.global_names else {},
        currency_rates=currency_rates(compiled),
    )


async def formula_parameters(
    tx: Transaction, compiled: CompiledModel, actor: Actor, now: datetime, statement: Statement
) -> Mapping[str, Any]:
    """What the formulas in a statement ask for, the moment and $User as its parameters ctx_…, and what its row filters ask for; nothing
    when it has neither."""
    given = access_parameters(statement, actor, now, compiled.dialect)
    if not any(name.startswith(CONTEXT_PREFIX) for name in statement.names):
        return given
    context = await evaluation_context(tx, compiled, actor, now, _needs_of(statement))
    return {**sql_context_values(context, compiled.dialect), **given}


def _needs_of(statement: Statement) -> Needs:
    user = frozenset(name.removeprefix(USER_PREFIX) for name in statement.names if name.startswith(USER_PREFIX))
    others = frozenset(name for name in statement.names if name.startswith(GLOBAL_PREFIXES))
    return Needs(user=user, global_names=others)


def actor_fields(actor: Actor) -> dict[str, Any]:
    return {
        "id": actor.user_id,
        "name": actor.name,
        "email": actor.email,
        "language": actor.language,
        "time_zone": actor.time_zone,
        "is_admin": actor.is_admin,
    }


@lru_cache(maxsize=1_000)
def time_zone(name: str) -> tzinfo:
    """The zone of that IANA name; UTC for one that is unknown here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


async def _fetch_user(tx: Transaction, compiled: CompiledModel, actor: Actor, names: tuple[str, ...]) -> dict[str, Any]:
    statement, decode = compiled.prepared(("query", "user", names), lambda: _user_statement(compiled, names))
    row = await tx.fetch_one(statement, {"user_id": actor.user_id})
    values = row or (None,) * len(names)
    return {name: convert(value) for name, convert, value in zip(names, decode, values, strict=True)}


def _user_statement(compiled: CompiledModel, names: tuple[str, ...]) -> tuple[Statement, tuple[Any, ...]]:
    source = Source(compiled.model, compiled.dialect, compiled.schema, "user")
    fields = [compiled.model.object("user").fields[name] for name in names]
    columns = [source.columns((field.name,), field)[0] for field in fields]
    chosen = sa.select(*columns).where(source.root.c.id == sa.bindparam("user_id", type_=UUID))
    return prepare(chosen, compiled.dialect), tuple(decoders([field], compiled.dialect)[0] for field in fields)
