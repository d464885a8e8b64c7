"""Slows down guessing: failures are counted in the tenant's database, so that all its processes count together.

An attempt is counted before it is known how it ends, so that guesses sent all at once count too; success takes it back. What was typed
as a user name is kept as a hash: some people type their password there.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metamodel.columns import ColumnKind
from trellis.security.sign_in.backoff import Failures, Limit, one_less, one_more, wait_left
from trellis.security.throttle import TooManyAttempts
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ANY = ""

# One user from one place; one user from anywhere; anybody from one place.
AT_ONE_PLACE = Limit(free=5, longest_wait=timedelta(minutes=5), forgotten_after=DAY)
FROM_ANYWHERE = Limit(free=10, longest_wait=timedelta(minutes=15), forgotten_after=DAY)
OF_ANYBODY = Limit(free=50, longest_wait=timedelta(minutes=15), forgotten_after=HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """`subject`: a hash of what was typed, or whose code or password is guessed at; ANY of the two is everyone, or everywhere."""

    subject: str
    address: str

    @property
    def limit(self) -> Limit:
        if self.subject == ANY:
            return OF_ANYBODY
        return FROM_ANYWHERE if self.address == ANY else AT_ONE_PLACE


def sign_in_keys(login: str, address: str) -> tuple[Key, ...]:
    """The narrowest first. Of a caller whose address nobody knows, the user alone is counted."""
    return keys_of_subject(login_subject(login), address)


def keys_of_subject(subject: str, address: str) -> tuple[Key, ...]:
    """The same by the hash of what was typed."""
    place = network_of(address)
    keys = (Key(subject=subject, address=place), Key(subject=subject, address=ANY), Key(subject=ANY, address=place))
    return keys if place else keys[1:2]


def own_keys(what: str, user_id: str) -> tuple[Key, ...]:
    """For guesses by somebody known, such as at the current `password`."""
    return (Key(subject=f"{what}:{user_id}", address=ANY),)


def login_subject(login: str) -> str:
    return hashlib.sha256(login.casefold().encode("utf-8", "surrogatepass")).hexdigest()


def network_of(address: str) -> str:
    """The address; of IPv6 its /64, which one customer has all of."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    if found.version == 4:
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((found, 64), strict=False))


async def reserve(tenant: Tenant, transaction: Transaction, keys: Iterable[Key], *, now: datetime) -> None:
    """Counts one more failure for each. Raises TooManyAttempts, and then counts nothing."""
    statements = _statements(tenant.database.schema, tenant.database.dialect)
    ordered = sorted(keys, key=_order)
    for key in ordered:
        await transaction.execute(statements.begin, _values(key) | {"last_at": _moment(tenant, now)})
    found = {key: await _fetch(tenant, transaction, statements.get, key) for key in ordered}
    waits = [wait for failures in found.values() if (wait := wait_left(failures, now))]
    if waits:
        raise TooManyAttempts(math.ceil(max(waits).total_seconds()))
    for key, failures in found.items():
        await _set(tenant, transaction, key, one_more(key.limit, failures, now))


async def succeeded(tenant: Tenant, transaction: Transaction, keys: Iterable[Key]) -> None:
    """Forgets the failures; those of a place only this once, or who may come in could go on guessing for others."""
    statements = _statements(tenant.database.schema, tenant.database.dialect)
    for key in sorted(keys, key=_order):
        if key.subject != ANY:
            await transaction.execute(statements.forget, _values(key))
        elif failures := await _fetch(tenant, transaction, statements.get, key):
            await _set(tenant, transaction, key, one_less(key.limit, failures))


async def is_blocked(tenant: Tenant, transaction: Transaction, keys: Iterable[Key], *, now: datetime) -> bool:
    find = _statements(tenant.database.schema, tenant.database.dialect).find
    return any([wait_left(await _fetch(tenant, transaction, find, key), now) for key in keys])


async def fetch_blocked_until(tenant: Tenant, subjects: Iterable[str], *, now: datetime) -> datetime | None:
    """Until when somebody with one of these subjects has to wait, at any place; None when nobody has."""
    database = tenant.database
    statement = _statements(database.schema, database.dialect).of_subject
    moment = decoder(ColumnKind.DATETIME, database.dialect)

    async def find(transaction: Transaction) -> list[datetime]:
        rows = [row for subject in subjects for row in await transaction.fetch(statement, {"subject": subject})]
        return [moment(row[0]) for row in rows]

    return max((until for until in await database.read(find) if until > now), default=None)


async def forget(tenant: Tenant, transaction: Transaction, subjects: Iterable[str]) -> int:
    """At all places; gives how many counts there were."""
    statement = _statements(tenant.database.schema, tenant.database.dialect).forget_subject
    return sum([await transaction.execute(statement, {"subject": subject}) for subject in subjects])


async def forget_old_attempts(tenant: Tenant, *, now: datetime) -> int:
    """Those that count no longer."""
    statement = _statements(tenant.database.schema, tenant.database.dialect).forget_old
    before = {"before": _moment(tenant, now - DAY)}
    return await tenant.database.write(lambda transaction: transaction.execute(statement, before))


def _order(key: Key) -> tuple[str, str]:
    """Everybody locks rows in the same order."""
    return key.subject, key.address


async def _fetch(tenant: Tenant, transaction: Transaction, statement: Statement, key: Key) -> Failures | None:
    row: Row | None = await transaction.fetch_one(statement, _values(key))
    if row is None:
        return None
    moment = decoder(ColumnKind.DATETIME, tenant.database.dialect)
    return Failures(count=row[0], last_at=moment(row[1]), blocked_until=moment(row[2]))


async def _set(tenant: Tenant, transaction: Transaction, key: Key, failures: Failures) -> None:
    values = {
        "failures": failures.count,
        "last_at": _moment(tenant, failures.last_at),
        "blocked_until": _moment(tenant, failures.blocked_until),
    }
    await transaction.execute(_statements(tenant.database.schema, tenant.database.dialect).set, _values(key) | values)


def _values(key: Key) -> dict[str, Any]:
    return {"subject": key.subject, "address": key.address}


def _moment(tenant: Tenant, value: datetime | None) -> Any:
    return encoder(ColumnKind.DATETIME, tenant.database.dialect)(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statements:
    begin: Statement
    find: Statement
    get: Statement
    set: Statement
    forget: Statement
    of_subject: Statement
    forget_subject: Statement
    forget_old: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    table = platform_tables(schema).attempt
    given = {name: sa.bindparam(name, type_=table.c[name].type) for name in ("subject", "address", "last_at")}
    insert: Any = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    begin = insert.values({**given, "failures": 0}).on_conflict_do_nothing(index_elements=["subject", "address"])
    is_it = sa.and_(table.c.subject == given["subject"], table.c.address == given["address"])
    of_subject = table.c.subject == given["subject"]
    find = sa.select(table.c.failures, table.c.last_at, table.c.blocked_until).where(is_it)
    changed = {name: sa.bindparam(name, type_=table.c[name].type) for name in ("failures", "last_at", "blocked_until")}
    is_old = table.c.last_at < sa.bindparam("before", type_=table.c.last_at.type)
    blocked = sa.select(table.c.blocked_until).where(of_subject, table.c.blocked_until.is_not(None))
    return _Statements(
        begin=prepare(begin, dialect),
        find=prepare(find, dialect),
        get=prepare(find.with_for_update(), dialect),
        set=prepare(sa.update(table).where(is_it).values(changed), dialect),
        forget=prepare(sa.delete(table).where(is_it), dialect),
        of_subject=prepare(blocked, dialect),
        forget_subject=prepare(sa.delete(table).where(of_subject), dialect),
        forget_old=prepare(sa.delete(table).where(is_old), dialect),
    )
