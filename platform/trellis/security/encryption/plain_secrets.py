"""The values of trellis_secret: sealed, but for those from before they were, which are sealed when a server first sees them with a key."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from trellis.security.encryption.keyring import MARK, KeyRing, is_sealed
from trellis.storage.database import Database
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare

SECRET_PURPOSE = "secret"


def unsealed_secret(keys: KeyRing, name: str, value: str) -> str:
    """Raises CannotUnseal."""
    return keys.open(SECRET_PURPOSE, value, about=name).decode() if is_sealed(value) else value


def sealed_secret(keys: KeyRing, name: str, value: str) -> str:
    """Raises NoMasterKey."""
    return keys.seal(SECRET_PURPOSE, value.encode(), about=name)


async def find_plain_secrets(database: Database) -> Mapping[str, str]:
    """By name, those that are not sealed."""
    table = platform_tables(database.schema).secret
    is_plain = sa.not_(table.c.value.startswith(MARK))
    statement = prepare(sa.select(table.c.name, table.c.value).where(is_plain), database.dialect)
    rows = await database.read(lambda transaction: transaction.fetch(statement))
    return {row[0]: row[1] for row in rows}


async def seal_plain_secrets(database: Database, keys: KeyRing) -> int:
    """How many there were. One query when there is nothing to do; nothing is done while there is no key."""
    plain = await find_plain_secrets(database) if keys.can_seal else {}
    if not plain:
        return 0
    table = platform_tables(database.schema).secret
    values = {name: sa.bindparam(f"its_{name}", type_=sa.Text()) for name in ("name", "plain", "sealed")}
    is_it = (table.c.name == values["name"]) & (table.c.value == values["plain"])
    replace = prepare(sa.update(table).where(is_it).values(value=values["sealed"]), database.dialect)
    rows = [
        {"its_name": name, "its_plain": value, "its_sealed": sealed_secret(keys, name, value)}
        for name, value in plain.items()
    ]
    await database.write(lambda transaction: transaction.execute_many(replace, rows))
    return len(rows)
