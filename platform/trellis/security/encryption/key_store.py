"""trellis_data_key: a tenant's data keys, wrapped by the master key, into its key ring; new ones, and the same under another master."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metamodel.columns import ColumnKind
from trellis.security.encryption.errors import NoMasterKey, WrongMasterKey
from trellis.security.encryption.keyring import DataKey, KeyRing, KeyUse
from trellis.security.encryption.master_key import KEY_BYTES, MasterKeys
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import Database, Row, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare

SPREADING = timedelta(seconds=15)
"""How long a new data key waits before it seals: by then every process has read it (see TRUSTED_S of trellis.tenancy.directory)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInfo:
    """What is told of a data key. `master`: the id of the master key that it is wrapped by."""

    use: KeyUse
    number: int
    master: str
    created_at: datetime
    used_from: datetime


class KeyStore:
    """`masters`: None where this server was given none; then nothing is sealed, and what is sealed cannot be opened."""

    def __init__(self, database: Database, ring: KeyRing, masters: MasterKeys | None) -> None:
        self.ring = ring
        self.masters = masters
        self._database = database
        table = platform_tables(database.schema).data_key
        dialect = database.dialect
        given: dict[str, Any] = {column.name: sa.bindparam(column.name, type_=column.type) for column in table.c}
        insert: Any = (postgresql if dialect == "postgresql" else sqlite).insert(table).values(given)
        self._insert = prepare(insert.on_conflict_do_nothing(), dialect)
        self._all = prepare(
            sa.select(*(table.c[name] for name in _COLUMNS)).order_by(table.c.use, table.c.number), dialect
        )
        is_it = (table.c.use == sa.bindparam("its_use")) & (table.c.number == sa.bindparam("its_number"))
        self._rewrap = prepare(
            sa.update(table).where(is_it).values(wrapped=given["wrapped"], master=given["master"]), dialect
        )
        self._encode = encoder(ColumnKind.DATETIME, dialect)
        self._decode = decoder(ColumnKind.DATETIME, dialect)

    async def open(self, now: datetime) -> None:
        """Fills the ring, with first keys where there are none. One query mostly. Raises WrongMasterKey."""
        rows = await self._database.read(self._fetch)
        if not rows and self.masters is not None:
            made = [self._row(use, 1, created_at=now, used_from=now) for use in _USES]
            await self._database.write(lambda transaction: transaction.execute_many(self._insert, made))
            rows = await self._database.read(self._fetch)
        self._hold(rows)

    async def refresh(self) -> None:
        """Learns of keys that other processes made. One query, none without a master key. Raises WrongMasterKey."""
        if self.masters is not None:
            self._hold(await self._database.read(self._fetch, is_brief=True))

    async def list(self) -> tuple[KeyInfo, ...]:
        """By use and number."""
        return tuple(self._info(row) for row in await self._database.read(self._fetch))

    async def add(self, transaction: Transaction, now: datetime) -> KeyInfo:
        """The next data key, used from a little later on; the earlier ones go on opening what they sealed. Raises NoMasterKey."""
        numbers = [int(row[1]) for row in await self._fetch(transaction) if row[0] == "data"]
        values = self._row("data", max(numbers, default=0) + 1, created_at=now, used_from=now + SPREADING)
        await transaction.execute(self._insert, values)
        return KeyInfo(
            use="data", number=values["number"], master=values["master"], created_at=now, used_from=now + SPREADING
        )

    async def rewrap(self, transaction: Transaction) -> int:
        """Wraps with the current master key what another wrapped; gives how many keys that were. Raises NoMasterKey, WrongMasterKey."""
        current = self._required().current
        others = [row for row in await self._fetch(transaction) if row[2] != current.id]
        for row in others:
            key = self._unwrapped(row)
            wrapped = current.wrap(key.secret, self._about(key.use, key.number))
            named = {"its_use": key.use, "its_number": key.number}
            await transaction.execute(self._rewrap, {**named, "wrapped": wrapped, "master": current.id})
        return len(others)

    async def _fetch(self, transaction: Transaction) -> Sequence[Row]:
        return await transaction.fetch(self._all)

    def _hold(self, rows: Sequence[Row]) -> None:
        self.ring.hold([self._unwrapped(row) for row in rows])

    def _unwrapped(self, row: Row) -> DataKey:
        use, number, master_id, wrapped, _, used_from = row
        if self.masters is None:
            raise WrongMasterKey(
                f"What is sealed in the tenant {self.ring.tenant} needs the master key {master_id}, and this server has none.",
                hint="Set TRELLIS_MASTER_KEY_FILE, TRELLIS_MASTER_KEY or TRELLIS_MASTER_KEY_COMMAND.",
            )
        master = self.masters.find(master_id)
        secret = master.unwrap(wrapped, self._about(use, number)) if master is not None else None
        if secret is None:
            raise WrongMasterKey(
                f"What is sealed in the tenant {self.ring.tenant} needs the master key {master_id}; this server has "
                f"{', '.join(self.masters.ids)}.",
                hint="Give it the key that was in use; several keys may follow one another, the first of them wraps.",
            )
        return DataKey(use=use, number=number, secret=secret, used_from=self._decode(used_from))

    def _row(self, use: KeyUse, number: int, *, created_at: datetime, used_from: datetime) -> dict[str, Any]:
        master = self._required().current
        return {
            "use": use,
            "number": number,
            "master": master.id,
            "wrapped": master.wrap(secrets.token_bytes(KEY_BYTES), self._about(use, number)),
            "created_at": self._encode(created_at),
            "used_from": self._encode(used_from),
        }

    def _required(self) -> MasterKeys:
        if self.masters is None:
            raise NoMasterKey(self.ring.tenant)
        return self.masters

    def _about(self, use: str, number: int) -> bytes:
        """A wrapped key opens only as the key that it is, of the tenant that it is of."""
        return f"{self.ring.tenant}:{use}:{number}".encode()

    def _info(self, row: Row) -> KeyInfo:
        use, number, master_id, _, created_at, used_from = row
        moments = {"created_at": self._decode(created_at), "used_from": self._decode(used_from)}
        return KeyInfo(use=use, number=number, master=master_id, **moments)


_USES: tuple[KeyUse, ...] = ("data", "index")
_COLUMNS = ("use", "number", "master", "wrapped", "created_at", "used_from")
