"""Who may deliver which outbox rows now: claims under a lease, and what became of each row. SQL only; no decision about messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.automation.retry import MAX_ATTEMPTS
from trellis.storage.codecs import encoder, list_encoder
from trellis.storage.database import Database, DialectName, Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare

LEASE_S = 20.0
KEPT_FOR = timedelta(days=30)
FORGOTTEN_AT_ONCE = 1_000
MAX_ERROR = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedRow:
    """An outbox row this worker may deliver until its lease ends. `attempts`: how often it failed, or was left behind, before."""

    id: str
    kind: str
    payload: str
    object: str
    record_id: str
    rule: str
    key: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one row. `retry_at`: None when it is settled; `error`: None when all went well; `is_dead`: given up."""

    row: ClaimedRow
    error: str | None = None
    retry_at: datetime | None = None
    is_dead: bool = False

    @property
    def is_plain(self) -> bool:
        """It was delivered, and there is nothing to tell of it."""
        return self.error is None and self.retry_at is None and not self.is_dead


class Claims:
    """The outbox of one tenant, as one worker sees it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql = _Statements.build(database.dialect, database.schema)
        self._encode = encoder(ColumnKind.DATETIME, database.dialect)
        self._encode_ids = list_encoder(ColumnKind.UUID, database.dialect)

    async def has_work(self, now: datetime) -> bool:
        """One indexed read."""
        found = await self._database.read(
            lambda transaction: transaction.fetch_one(self._sql.due, {"now": self._encode(now)})
        )
        return found is not None

    async def claim(self, lease_owner: str, now: datetime, limit: int) -> tuple[ClaimedRow, ...]:
        """Up to `limit` due rows, oldest first. When none are due: one row whose lease has ended, alone, so that a row that kills its
        worker takes no other along; being left behind counts as an attempt, and too many of them make it dead."""
        values = {
            "now": self._encode(now),
            "holder": lease_owner,
            "until": self._encode(now + timedelta(seconds=LEASE_S)),
        }

        async def work(transaction: Transaction) -> tuple[ClaimedRow, ...]:
            rows = await transaction.fetch(self._sql.claim_due, {**values, "size": limit})
            if not rows:
                await transaction.execute(self._sql.bury_abandoned, {"now": values["now"]})
                rows = await transaction.fetch(self._sql.claim_abandoned, {**values, "size": 1})
            claimed = (ClaimedRow(**dict(zip(_ROW, row, strict=True))) for row in rows)
            return tuple(sorted(claimed, key=lambda row: row.id))

        return await self._database.write(work)

    async def extend(self, lease_owner: str, now: datetime) -> None:
        values = {"holder": lease_owner, "until": self._encode(now + timedelta(seconds=LEASE_S))}
        await self._database.write(lambda transaction: transaction.execute(self._sql.extend, values))

    async def settle(self, lease_owner: str, outcomes: Sequence[Outcome], now: datetime) -> None:
        if outcomes:
            await self._database.write(lambda transaction: self.settle_in(transaction, lease_owner, outcomes, now))

    async def settle_in(
        self, transaction: Transaction, lease_owner: str, outcomes: Sequence[Outcome], now: datetime
    ) -> None:
        """Within a transaction of the caller's: one statement for all that went well, one for each of the others. A row whose lease
        another worker took over meanwhile is left to it."""
        well = [outcome.row.id for outcome in outcomes if outcome.is_plain]
        if well:
            values = {"ids": self._encode_ids(well), "holder": lease_owner, "now": self._encode(now)}
            await transaction.execute(self._sql.settle_done, values)
        others = [outcome for outcome in outcomes if not outcome.is_plain]
        if others:
            await transaction.execute_many(self._sql.settle, self._settled(lease_owner, others, now))

    def _settled(self, lease_owner: str, outcomes: Sequence[Outcome], now: datetime) -> list[dict[str, Any]]:
        return [
            {
                "row_id": outcome.row.id,
                "holder": lease_owner,
                "to_status": "pending" if outcome.retry_at else "dead" if outcome.is_dead else "done",
                "to_attempts": outcome.row.attempts
                + (1 if outcome.error and (outcome.retry_at or outcome.is_dead) else 0),
                "to_next_attempt_at": self._encode(outcome.retry_at or now),
                "to_last_error": outcome.error[:MAX_ERROR] if outcome.error else None,
                "to_done_at": None if outcome.retry_at else self._encode(now),
            }
            for outcome in outcomes
        ]

    async def forget_done(self, now: datetime) -> int:
        """Deletes some of the rows that were done long ago; gives how many. Dead ones stay until somebody has looked at them."""
        values = {"now": self._encode(now - KEPT_FOR)}
        return await self._database.write(lambda transaction: transaction.execute(self._sql.forget, values))

    async def still_held(self, lease_owner: str) -> frozenset[str]:
        """The ids of the rows that this lease covers and nobody settled."""
        rows = await self._database.read(lambda transaction: transaction.fetch(self._sql.held, {"holder": lease_owner}))
        return frozenset(row[0] for row in rows)


_ROW = ("id", "kind", "payload", "object", "record_id", "rule", "key", "attempts")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statements:
    due: Statement
    claim_due: Statement
    claim_abandoned: Statement
    bury_abandoned: Statement
    extend: Statement
    settle: Statement
    settle_done: Statement
    held: Statement
    forget: Statement

    @staticmethod
    def build(dialect: DialectName, schema: str | None) -> _Statements:
        table = platform_tables(schema).outbox
        moment = table.c.next_attempt_at.type
        now = sa.bindparam("now", type_=moment)
        is_due = (table.c.status == "pending") & (table.c.next_attempt_at <= now)
        is_abandoned = (table.c.status == "leased") & (table.c.lease_until <= now)
        is_mine = (table.c.status == "leased") & (table.c.lease_owner == sa.bindparam("holder", type_=sa.Text()))
        free = {"lease_owner": None, "lease_until": None}

        def claim(condition: sa.ColumnElement[bool], attempts: sa.ColumnElement[int]) -> Statement:
            # A CTE with FOR UPDATE runs once; a plain sub-select may run again for each row and claim more than `size`.
            free_rows = (
                sa.select(table.c.id)
                .where(condition)
                .order_by(table.c.next_attempt_at, table.c.id)
                .limit(sa.bindparam("size", type_=sa.BigInteger()))
                .with_for_update(skip_locked=True)
                .cte("free_rows")
            )
            statement = (
                sa.update(table)
                .where(table.c.id.in_(sa.select(free_rows.c.id)))
                .values(
                    status="leased",
                    lease_owner=sa.bindparam("holder", type_=sa.Text()),
                    lease_until=sa.bindparam("until", type_=moment),
                    attempts=attempts,
                )
                .returning(
                    *(table.c.id, table.c.kind, table.c.payload, table.c.object, table.c.record_id, table.c.rule),
                    *(table.c.idempotency_key, table.c.attempts),
                )
            )
            return prepare(statement, dialect)

        return _Statements(
            due=prepare(
                sa.select(sa.literal_column("1")).select_from(table).where(is_due | is_abandoned).limit(1), dialect
            ),
            claim_due=claim(is_due, table.c.attempts),
            claim_abandoned=claim(is_abandoned & (table.c.attempts < MAX_ATTEMPTS), table.c.attempts + 1),
            bury_abandoned=prepare(
                sa.update(table)
                .where(is_abandoned & (table.c.attempts >= MAX_ATTEMPTS))
                .values(
                    status="dead",
                    last_error=f"its worker ended {MAX_ATTEMPTS} times while it was being delivered",
                    done_at=now,
                    **free,
                ),
                dialect,
            ),
            extend=prepare(
                sa.update(table).where(is_mine).values(lease_until=sa.bindparam("until", type_=moment)), dialect
            ),
            settle=prepare(
                sa.update(table)
                .where((table.c.id == sa.bindparam("row_id", type_=table.c.id.type)) & is_mine)
                .values(
                    **{name: sa.bindparam(f"to_{name}", type_=table.c[name].type) for name in _SETTLED},
                    **free,
                ),
                dialect,
            ),
            settle_done=prepare(
                sa.update(table)
                .where(any_of(table.c.id, "ids", dialect) & is_mine)
                .values(status="done", next_attempt_at=now, last_error=None, done_at=now, **free),
                dialect,
            ),
            # A settled row's next_attempt_at is when it was settled, so that the one index serves this too.
            forget=prepare(
                sa.delete(table).where(
                    table.c.id.in_(
                        sa.select(table.c.id)
                        .where(table.c.status == "done", table.c.next_attempt_at < now)
                        .limit(FORGOTTEN_AT_ONCE)
                    )
                ),
                dialect,
            ),
            held=prepare(sa.select(table.c.id).where(is_mine), dialect),
        )


_SETTLED = ("status", "attempts", "next_attempt_at", "last_error", "done_at")
