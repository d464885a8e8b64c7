"""trellis_master_key in the directory: the ids of the master keys that tenants' keys are wrapped by, so that a server with another
one is told at its start."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metamodel.columns import ColumnKind
from trellis.security.encryption.errors import WrongMasterKey
from trellis.security.encryption.master_key import MasterKeys
from trellis.storage.codecs import encoder
from trellis.storage.column_types import DATETIME, TEXT
from trellis.storage.database import Database
from trellis.storage.prepare import prepare


async def check_master_keys(database: Database, masters: MasterKeys | None, now: datetime) -> None:
    """Notes the current one. Raises WrongMasterKey when keys are in use and none of them is among `masters`."""
    known = await fetch_known_masters(database)
    if masters is None:
        if known:
            raise WrongMasterKey(
                f"What is sealed here needs the master key {' or '.join(known)}, and this server has none.",
                hint="Set TRELLIS_MASTER_KEY_FILE, TRELLIS_MASTER_KEY or TRELLIS_MASTER_KEY_COMMAND.",
            )
        return
    if known and not set(known) & set(masters.ids):
        raise WrongMasterKey(
            f"What is sealed here needs the master key {' or '.join(known)}; this server has {', '.join(masters.ids)}.",
            hint="Give it the key that was in use; several keys may follow one another, the first of them wraps.",
        )
    if masters.current.id not in known:
        table = _table(database.schema)
        values = {"id": masters.current.id, "known_since": encoder(ColumnKind.DATETIME, database.dialect)(now)}
        insert: Any = (postgresql if database.dialect == "postgresql" else sqlite).insert(table)
        given = {name: sa.bindparam(name, type_=table.c[name].type) for name in values}
        statement = prepare(insert.values(given).on_conflict_do_nothing(), database.dialect)
        await database.write(lambda transaction: transaction.execute(statement, values))


async def fetch_known_masters(database: Database) -> tuple[str, ...]:
    """Their ids, the oldest first."""
    table = _table(database.schema)
    statement = prepare(sa.select(table.c.id).order_by(table.c.known_since, table.c.id), database.dialect)
    rows = await database.read(lambda transaction: transaction.fetch(statement))
    return tuple(row[0] for row in rows)


async def forget_master_keys(database: Database, kept: str) -> None:
    """All but the one that wraps everything by now."""
    table = _table(database.schema)
    statement = prepare(sa.delete(table).where(table.c.id != sa.bindparam("kept")), database.dialect)
    await database.write(lambda transaction: transaction.execute(statement, {"kept": kept}))


def _table(schema: str | None) -> sa.Table:
    return sa.Table(
        "trellis_master_key",
        sa.MetaData(schema=schema),
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("known_since", DATETIME, nullable=False),
    )
