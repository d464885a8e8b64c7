"""What an administrator does with dead outbox rows: mends what one says or whom it is for, puts rows back in line, or drops them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from metamodel.model import Model
from trellis.automation.dead_rows import Chosen, Shape, get_dead, is_chosen, no_dead_row
from trellis.automation.payload import dump_payload, load_payload
from trellis.automation.people import Person, fetch_people, people_by_id, people_by_username
from trellis.errors import Conflict, FieldError, InvalidRecord
from trellis.ids import is_id
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

logger = logging.getLogger(__name__)
MAX_TEXT = 100_000
LONG_TEXTS = ("text", "body")
"""The entries of a payload that may have several lines."""


async def replay(tenant: Tenant, access: Access, actor: Actor, chosen: Chosen | None = None, *, now: datetime) -> int:
    """Puts the chosen ones back in line, to be tried as often as new ones, and gives how many. Their keys stay: a channel knows what
    it delivered before. One statement."""
    require(access, actor, "administer")
    chosen = chosen or Chosen()
    return await _change(tenant, _statements_for(tenant, chosen).replay, chosen, {"now": _moment(tenant, now)})


async def replay_one(tenant: Tenant, access: Access, actor: Actor, row_id: str, *, now: datetime) -> None:
    """The same for one. Raises NotFound, also for a row that is not dead."""
    if not await replay(tenant, access, actor, Chosen(ids=(row_id,)), now=now):
        raise no_dead_row(row_id)


async def drop(tenant: Tenant, access: Access, actor: Actor, chosen: Chosen, *, now: datetime) -> int:
    """Settles the chosen ones as never to be delivered, and gives how many; they are forgotten when delivered ones are."""
    require(access, actor, "administer")
    note = f"dropped by {actor.name or actor.user_id}; it had failed with: "
    values = {"now": _moment(tenant, now), "note": note}
    count = await _change(tenant, _statements_for(tenant, chosen).drop, chosen, values)
    if count:
        logger.warning("tenant %s: %s dropped %d messages that had been given up", tenant.name, actor.name, count)
    return count


async def drop_one(tenant: Tenant, access: Access, actor: Actor, row_id: str, *, now: datetime) -> None:
    """The same for one. Raises NotFound, also for a row that is not dead."""
    if not await drop(tenant, access, actor, Chosen(ids=(row_id,)), now=now):
        raise no_dead_row(row_id)


async def mend(tenant: Tenant, access: Access, actor: Actor, row_id: str, changes: Mapping[str, Any]) -> None:
    """Changes what a dead row says or whom it is for, and leaves it dead. `changes`: entries of its payload that hold a text or
    nothing, by name; `user` by id or user name. Raises NotFound, Conflict when somebody else mended it meanwhile, InvalidRecord."""
    detail = await get_dead(tenant, access, actor, row_id)
    if detail.payload is None:
        raise Conflict("What this message says cannot be read, so it cannot be mended.", hint="Drop it.")
    database = tenant.database
    chosen = Chosen(ids=(row_id,))
    statements, values = _statements_for(tenant, chosen), chosen.values(database.dialect)
    compiled = await tenant.compiled()

    async def work(transaction: Transaction) -> int:
        found = await transaction.fetch_one(statements.payload, values)
        if found is None:
            raise no_dead_row(row_id)
        person = await _find_person(transaction, database.schema, changes.get("user"))
        payload = load_payload(found[0])
        payload |= _checked(changes, payload, compiled.model, person)
        after = {**values, "before": found[0], "after": dump_payload(payload)}
        return await transaction.execute(statements.mend, after)

    if not await database.write(work):
        raise Conflict("Somebody else has changed this message meanwhile.", hint="Look at it again.")


def mendable(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the entries that `mend` takes."""
    return tuple(name for name, value in payload.items() if value is None or isinstance(value, str))


def _checked(
    changes: Mapping[str, Any], payload: Mapping[str, Any], model: Model, person: Person | None
) -> Mapping[str, Any]:
    """Raises InvalidRecord with every finding."""
    known = mendable(payload)
    findings = [found for name, value in changes.items() if (found := _finding(name, value, known, model, person))]
    if findings:
        raise InvalidRecord(findings[0].message, fields=tuple(findings))
    return {name: person.id if name == "user" and person else value for name, value in changes.items()}


def _finding(name: str, value: Any, known: tuple[str, ...], model: Model, person: Person | None) -> FieldError | None:
    def refused(code: str, message: str) -> FieldError:
        return FieldError(field=name, code=code, message=message)

    if name not in known:
        nearest = get_close_matches(name[:100], known, n=1)
        suggestion = f" Did you mean {nearest[0]}?" if nearest else ""
        return refused(
            "unknown_field", f'This message has no text "{name[:60]}".{suggestion} It has: {", ".join(known)}.'
        )
    if value is None:
        return None
    if not isinstance(value, str):
        return refused("not_text", f"{name} must be a text or null.")
    if len(value) > MAX_TEXT:
        return refused("too_long", f"{name} has {len(value):,} characters; at most {MAX_TEXT:,} are possible.")
    if not _is_clean(value, has_lines=name in LONG_TEXTS):
        return refused("bad_character", f"{name} holds a line break or another control character.")
    if name == "template" and value not in model.templates:
        return refused("not_found", f'There is no template "{value[:60]}".')
    if name == "webhook" and value not in model.webhooks:
        return refused("not_found", f'There is no webhook "{value[:60]}".')
    if name == "user" and person is None:
        return refused("not_found", f'There is no user "{value[:100]}".')
    if name == "user" and person and not person.is_active:
        return refused("not_active", f"{person.name} is not active any more.")
    return None


def _is_clean(value: str, *, has_lines: bool) -> bool:
    allowed = "\n\t" if has_lines else ""
    return all(
        (ord(letter) >= 32 and letter != "\x7f" and not 0xD800 <= ord(letter) <= 0xDFFF) or letter in allowed
        for letter in value
    )


async def _find_person(transaction: Transaction, schema: str | None, called: Any) -> Person | None:
    """The user with that id or user name."""
    if not isinstance(called, str) or not _is_clean(called, has_lines=False):
        return None
    query, kind = (
        (people_by_id(schema, transaction.dialect), ColumnKind.UUID)
        if is_id(called)
        else (people_by_username(schema, transaction.dialect), ColumnKind.TEXT)
    )
    people = await fetch_people(transaction, query, {called if is_id(called) else called.casefold()}, kind)
    return next(iter(people.values()), None)


def _moment(tenant: Tenant, now: datetime) -> Any:
    return encoder(ColumnKind.DATETIME, tenant.database.dialect)(now)


async def _change(tenant: Tenant, statement: Statement, chosen: Chosen, values: Mapping[str, Any]) -> int:
    given = {**chosen.values(tenant.database.dialect), **values}
    return await tenant.database.write(lambda transaction: transaction.execute(statement, given))


def _statements_for(tenant: Tenant, chosen: Chosen) -> _Statements:
    return _statements(tenant.database.schema, tenant.database.dialect, chosen.shape)


@dataclass(frozen=True, slots=True)
class _Statements:
    replay: Statement
    drop: Statement
    payload: Statement
    mend: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName, shape: Shape) -> _Statements:
    table = platform_tables(schema).outbox
    condition = is_chosen(table, shape, dialect)
    now = sa.bindparam("now", type_=table.c.next_attempt_at.type)
    replay = sa.update(table).where(condition).values(status="pending", attempts=0, next_attempt_at=now, done_at=None)
    note = sa.bindparam("note", type_=sa.Text())
    drop = (
        sa.update(table)
        .where(condition)
        .values(
            status="done", next_attempt_at=now, done_at=now, last_error=note + sa.func.coalesce(table.c.last_error, "")
        )
    )
    payload = sa.select(table.c.payload).where(condition)
    mend = (
        sa.update(table)
        .where(condition, table.c.payload == sa.bindparam("before", type_=sa.Text()))
        .values(payload=sa.bindparam("after", type_=sa.Text()))
    )
    return _Statements(*(prepare(statement, dialect) for statement in (replay, drop, payload, mend)))
