"""Forgets what is old: rows of the ledger, the history of fields and of sign-ins, the audit, each after its own time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.security.audit.prune import forget_old_audit
from trellis.security.sign_in.attempts import forget_old_attempts
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Statement
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

EVERY = timedelta(hours=1)
AT_ONCE = 1_000
MOST_BATCHES = 50
_MOMENTS: Mapping[str, str] = {
    "ledger": "decided_at",
    "ledger_block": "decided_at",
    "field_history": "changed_at",
    "sign_in": "at",
}


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Pruning:
    """Of all tenants, each once an hour. `ledger_days`, `history_days`, `sign_in_days`, `audit_days`: how long rows are kept, 0 for ever.
    `at_once`: how many go in one transaction."""

    ledger_days: int
    history_days: int
    sign_in_days: int = 0
    audit_days: int = 0
    clock: Callable[[], datetime] = utc_now
    at_once: int = AT_ONCE
    _asked_at: dict[str, datetime] = field(default_factory=dict)
    _pruned_at: dict[str, datetime] = field(default_factory=dict)

    def is_due(self, tenant: str) -> bool:
        """Whether nobody was told so within the hour."""
        return self._is_first(self._asked_at, tenant)

    async def run(self, tenant: Tenant) -> int:
        """Gives how many rows are gone; does nothing when it did within the hour. What is too much for one run is left to the next."""
        if not self._is_first(self._pruned_at, tenant.name):
            return 0
        ledger, history = self.ledger_days, self.history_days
        days = {"ledger": ledger, "ledger_block": ledger, "field_history": history, "sign_in": self.sign_in_days}
        await forget_old_attempts(tenant, now=self.clock())
        gone = sum([await self._prune(tenant, table, days[table]) for table in _MOMENTS if days[table] > 0])
        return gone + await forget_old_audit(tenant, days=self.audit_days, now=self.clock())

    def _is_first(self, known: dict[str, datetime], tenant: str) -> bool:
        now = self.clock()
        before = known.get(tenant)
        if before is not None and now - before < EVERY:
            return False
        known[tenant] = now
        return True

    async def _prune(self, tenant: Tenant, table: str, days: int) -> int:
        database = tenant.database
        statement = _statement(database.schema, database.dialect, table)
        moment = encoder(ColumnKind.DATETIME, database.dialect)(self.clock() - timedelta(days=days))
        gone = 0
        for _ in range(MOST_BATCHES):
            values = {"before": moment, "limit": self.at_once}
            count = await database.write(lambda transaction, values=values: transaction.execute(statement, values))  # type: ignore[misc]
            gone += count
            if count < self.at_once:
                break
        return gone


@lru_cache(maxsize=256)
def _statement(schema: str | None, dialect: DialectName, name: str) -> Statement:
    """Ids are made in order, so that the oldest rows are found without an index of their own."""
    table: sa.Table = getattr(platform_tables(schema), name)
    moment = table.c[_MOMENTS[name]]
    oldest = sa.select(table.c.id, moment).order_by(table.c.id).limit(sa.bindparam("limit", type_=sa.Integer()))
    part = oldest.subquery()
    old = sa.select(part.c.id).where(part.c[moment.name] < sa.bindparam("before", type_=moment.type))
    return prepare(sa.delete(table).where(table.c.id.in_(old)), dialect)
