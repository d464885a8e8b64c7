"""Idempotency-Key: a create, or an event, that is repeated with the same key within a day gets the first answer again and does nothing.

The key is claimed in the transaction of the work itself, so that a crash leaves both or neither. A repeat that comes while the
first still runs waits for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metamodel.columns import ColumnKind
from trellis.api.call import Call
from trellis.api.errors import IdempotencyKeyReused, InvalidParameter
from trellis.automation.hooks import SaveContext
from trellis.records import service
from trellis.records.service import Saved
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.errors import ConstraintViolation
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

KEPT = timedelta(days=1)
MAX_KEY = 255


async def create_once(
    call: Call, key: str, object_name: str, payloads: Sequence[Mapping[str, Any]]
) -> tuple[Saved, ...]:
    """Creates the records, or gives what the first request with the key created. Raises IdempotencyKeyReused when that asked for
    something else."""

    async def create(context: SaveContext) -> list[tuple[str, int]]:
        runtime = call.runtime
        saved = await service.create(context, runtime.automation, runtime.access, object_name, payloads)
        return [(one.id, one.version) for one in saved]

    answer = await do_once(call, key, [object_name, list(payloads)], create)
    return tuple(Saved(id=record_id, version=version) for record_id, version in answer)


async def do_once(call: Call, key: str, content: Any, work: Callable[[SaveContext], Awaitable[Any]]) -> Any:
    """What `work` gives, which JSON can hold; or what it gave when the key was first used for the same content. Raises
    IdempotencyKeyReused."""
    if not (1 <= len(key) <= MAX_KEY and key.isprintable()):
        raise InvalidParameter(f"Idempotency-Key must have 1 to {MAX_KEY} printable characters.")
    await call.confirm()  # A repeat is answered without the statement that checks the credential.
    claim = _Claim(user_id=call.actor.user_id, key=key, fingerprint=_fingerprint(content))
    database = call.tenant.database
    statements = _statements(database.schema, database.dialect)

    async def once(context: SaveContext) -> Any:
        earlier = await claim.take(context.transaction, statements, context.now)
        if earlier is not None:
            return earlier
        answer = await work(context)
        await claim.keep(context.transaction, statements, answer)
        return answer

    return await do_now(call, once)


async def do_now(call: Call, work: Callable[[SaveContext], Awaitable[Any]]) -> Any:
    """What `work` gives, in one transaction."""
    now = datetime.now(UTC)

    async def run(transaction: Transaction, compiled: CompiledModel) -> Any:
        return await work(SaveContext(transaction=transaction, compiled=compiled, actor=call.actor, now=now))

    try:
        answer = await call.tenant.write(run)
    except ConstraintViolation:  # Somebody took a unique value between the check and the write: now the check finds it.
        answer = await call.tenant.write(run)
    call.runtime.automation.committed(call.tenant.name)
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """One user's use of one key, for one content."""

    user_id: str
    key: str
    fingerprint: str

    async def take(self, transaction: Transaction, statements: _Statements, now: datetime) -> Any:
        """None when the key is ours now; else what was answered when it was first used."""
        moment = encoder(ColumnKind.DATETIME, transaction.dialect)
        whose = {"user_id": self.user_id, "key": self.key}
        await transaction.execute(statements.forget, {"before": moment(now - KEPT)})
        claim = {**whose, "fingerprint": self.fingerprint, "answer": "", "created_at": moment(now)}
        if await transaction.execute(statements.claim, claim) == 1:
            return None
        row = await transaction.fetch_one(statements.find, whose)
        if row is None or row[0] != self.fingerprint:
            raise IdempotencyKeyReused(
                f"The Idempotency-Key {self.key} was used for another request.",
                hint="Use a new key for each new request.",
            )
        return orjson.loads(row[1])

    async def keep(self, transaction: Transaction, statements: _Statements, answer: Any) -> None:
        text = orjson.dumps(answer).decode()
        await transaction.execute(statements.keep, {"user_id": self.user_id, "key": self.key, "answer": text})


def _fingerprint(content: Any) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


@dataclass(frozen=True, slots=True)
class _Statements:
    forget: Statement
    claim: Statement
    find: Statement
    keep: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    table = platform_tables(schema).idempotency
    is_ours = sa.and_(table.c.user_id == sa.bindparam("user_id"), table.c.key == sa.bindparam("key"))
    values: dict[str, sa.BindParameter[Any]] = {
        name: sa.bindparam(name) for name in ("user_id", "key", "fingerprint", "answer", "created_at")
    }
    forget = sa.delete(table).where(table.c.created_at < sa.bindparam("before"))
    claim = (
        (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table).values(values).on_conflict_do_nothing()
    )
    find = sa.select(table.c.fingerprint, table.c.answer).where(is_ours)
    keep = sa.update(table).where(is_ours).values(answer=sa.bindparam("answer"))
    return _Statements(*(prepare(statement, dialect) for statement in (forget, claim, find, keep)))
