"""Users as automation needs them: who a message goes to, and who a name in a rule stands for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.storage.codecs import decoder, list_encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare

_FIELDS = ("id", "username", "name", "email", "language", "time_zone", "is_active")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user. `is_active`: may sign in, be assigned records and be told things."""

    id: str
    username: str
    name: str
    email: str
    language: str
    time_zone: str
    is_active: bool


def people_by_id(schema: str | None, dialect: DialectName) -> Statement:
    """The query for `fetch_people`, by the parameter `wanted`."""
    return _query(schema, dialect, "id")


def people_by_username(schema: str | None, dialect: DialectName) -> Statement:
    return _query(schema, dialect, "username")


def _query(schema: str | None, dialect: DialectName, column: str) -> Statement:
    table = platform_tables(schema).user
    chosen = sa.select(*(table.c[name] for name in _FIELDS)).where(
        any_of(table.c[column], "wanted", dialect), table.c.deleted_at.is_(None)
    )
    return prepare(chosen, dialect)


async def fetch_people(
    transaction: Transaction, query: Statement, wanted: Collection[str], kind: ColumnKind
) -> Mapping[str, Person]:
    """By id; those that are not there are missing. One query, none for nobody. `kind`: what column `wanted` holds values of."""
    if not wanted:
        return {}
    encode = list_encoder(kind, transaction.dialect)
    as_boolean = decoder(ColumnKind.BOOLEAN, transaction.dialect)
    rows = await transaction.fetch(query, {"wanted": encode(sorted(wanted))})
    people = (Person(**{**dict(zip(_FIELDS, row, strict=True)), "is_active": as_boolean(row[6])}) for row in rows)
    return {person.id: person for person in people}
