"""What earlier data keys sealed, sealed anew with the current one: batch after batch by a timer, while everything else goes on.

A row is changed only if it is still as it was read, so that nobody's save is undone; versions and history stay as they are, for the
values do.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from metamodel.fields.field import Field
from trellis.automation.hooks import SaveContext
from trellis.automation.timing.handler import DueTimer, Fired
from trellis.automation.timing.timers import Timer, write_timers
from trellis.query.sealed import sealed_purpose
from trellis.records.shape import object_table
from trellis.security.encryption.errors import CannotUnseal
from trellis.security.encryption.keyring import MARK
from trellis.security.encryption.plain_secrets import SECRET_PURPOSE
from trellis.security.second_factor.store import PURPOSE as TOTP_PURPOSE
from trellis.storage.column_types import UUID
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

RESEAL = "reseal"
BATCH = 500
NOT_YET = timedelta(seconds=5)
_OF_PLATFORM = {
    ":secret": ("secret", "name", "value", SECRET_PURPOSE),
    ":totp": ("totp", "user_id", "secret", TOTP_PURPOSE),
}
"""Places in the platform's own tables, before those of fields: table, key, column, and what its values are sealed for."""
_FIRST_ID = "00000000-0000-0000-0000-000000000000"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far it has come: `place` is "object.field", or one of the platform's; `after`: the key of the last row that was looked at
    there."""

    place: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A column of sealed text, the key of its rows, and what its values are sealed for."""

    name: str
    purpose: str
    find: Statement
    change: Statement
    first: str


class ResealTimers:
    """Implements trellis.automation.timing.handler.TimerHandler: a batch, then a timer for the next one."""

    async def fire(self, context: SaveContext, timers: Sequence[DueTimer]) -> Fired:
        again: list[Timer] = []
        for timer in timers:
            number = int(timer.payload["key"])
            if context.compiled.keys.current < number:
                # This process learns of the new key soon.
                again.append(reseal_timer(number, context.now + NOT_YET, timer.payload))
                continue
            position = Position(place=timer.payload["place"], after=timer.payload["after"])
            further = await reseal_batch(context.transaction, context.compiled, position)
            if further is not None:
                payload = {"place": further.place, "after": further.after}
                again.append(reseal_timer(number, context.now, payload))
        await write_timers(context, again)
        return Fired(count=len(timers))


def reseal_timer(number: int, due_at: Any, position: Mapping[str, Any] | None = None) -> Timer:
    """`number`: the data key that everything is to be sealed with."""
    where = position or {"place": "", "after": ""}
    payload = {"key": number, "place": where["place"], "after": where["after"]}
    return Timer(key=RESEAL, kind=RESEAL, due_at=due_at, payload=payload)


async def reseal_batch(transaction: Transaction, compiled: CompiledModel, position: Position) -> Position | None:
    """Where to go on, None when it has come to the end. Two statements. Raises NoMasterKey, UnknownDataKey."""
    names = [*_OF_PLATFORM, *sorted(_places(compiled))]
    place_name = next((name for name in names if name >= position.place), None)
    if place_name is None:
        return None
    place = compiled.prepared(("records", "reseal", place_name), lambda: _place(compiled, place_name))
    after = position.after if place_name == position.place and position.after else place.first
    current = f"{MARK}{compiled.keys.current}:%"
    rows = await transaction.fetch(place.find, {"after": after, "current": current, "sealed": f"{MARK}%"})
    changes = [change for row in rows if (change := _resealed(compiled, place, row)) is not None]
    if changes:
        await transaction.execute_many(place.change, changes)
    if len(rows) == BATCH:
        return Position(place=place_name, after=str(rows[-1][0]))
    following = next((name for name in names if name > place_name), None)
    return None if following is None else Position(place=following)


async def is_resealing(transaction: Transaction, schema: str | None) -> bool:
    """Whether it is still under way."""
    table = platform_tables(schema).timer
    statement = prepare(sa.select(table.c.id).where(table.c.key == sa.bindparam("its_key")), transaction.dialect)
    return await transaction.fetch_one(statement, {"its_key": RESEAL}) is not None


def _resealed(compiled: CompiledModel, place: _Place, row: Row) -> dict[str, Any] | None:
    """None for a value that does not open: it stays as it is, for whoever looks into it."""
    key, sealed = str(row[0]), row[1]
    try:
        value = compiled.keys.open(place.purpose, sealed, about=key)
    except CannotUnseal as error:
        logger.error("%s of %s: %s", place.name, key, error.message)
        return None
    return {"its_key": key, "old": sealed, "new": compiled.keys.seal(place.purpose, value, about=key)}


def _places(compiled: CompiledModel) -> dict[str, tuple[str, Field]]:
    return {
        f"{owner.name}.{field.name}": (owner.name, field)
        for owner in compiled.model.objects.values()
        for field in owner.fields.values()
        if field.encrypted
    }


def _place(compiled: CompiledModel, name: str) -> _Place:
    if name in _OF_PLATFORM:
        table_name, key, value, purpose = _OF_PLATFORM[name]
        own: sa.Table = getattr(platform_tables(compiled.schema), table_name)
        return _statements(own, own.c[key], own.c[value], compiled.dialect, name=name, purpose=purpose)
    object_name, field = _places(compiled)[name]
    table = object_table(compiled.model.object(object_name), compiled.schema)
    column = table.c[field.columns[0].name]
    purpose = sealed_purpose(compiled, object_name, field)
    return _statements(table, table.c.id, column, compiled.dialect, name=name, purpose=purpose)


def _statements(table: Any, key: Any, value: Any, dialect: DialectName, *, name: str, purpose: str) -> _Place:
    kind = key.type
    after, sealed, current = (
        sa.bindparam(name, type_=type_)
        for name, type_ in (("after", kind), ("sealed", sa.Text()), ("current", sa.Text()))
    )
    is_earlier = value.like(sealed) & sa.not_(value.like(current))
    limit = sa.literal_column(str(BATCH), sa.Integer())
    find = sa.select(key, value).where(key > after, is_earlier).order_by(key).limit(limit)
    is_still = (key == sa.bindparam("its_key", type_=kind)) & (value == sa.bindparam("old", type_=sa.Text()))
    change = sa.update(table).where(is_still).values({value.name: sa.bindparam("new", type_=sa.Text())})
    first = _FIRST_ID if isinstance(kind, type(UUID)) else ""
    return _Place(name=name, purpose=purpose, find=prepare(find, dialect), change=prepare(change, dialect), first=first)
