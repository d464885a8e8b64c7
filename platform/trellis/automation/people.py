"""Users as automation needs them: who a message goes to, and who a name in a rule stands for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.ids import is_id
from trellis.security.grants import NO_GRANTS, Grants, read_grants
from trellis.storage.codecs import decoder, list_encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

_FIELDS = ("id", "username", "name", "email", "language", "time_zone", "is_active", "phone", "chat_id")
_RIGHTS = ("is_admin", "grants")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user. `is_active`: may sign in, be assigned records and be told things; `chat_id`: how they are known in the chat."""

    id: str
    username: str
    name: str
    email: str
    language: str
    time_zone: str
    is_active: bool
    phone: str | None = None
    chat_id: str | None = None
    is_admin: bool = False
    grants: Grants = NO_GRANTS


def people_by_id(schema: str | None, dialect: DialectName) -> Statement:
    """The query for `fetch_people`, by the parameter `wanted`."""
    return _query(schema, dialect, "id")


def people_by_username(schema: str | None, dialect: DialectName) -> Statement:
    return _query(schema, dialect, "username")


def _query(schema: str | None, dialect: DialectName, column: str) -> Statement:
    table = platform_tables(schema).user
    chosen = sa.select(*(table.c[name] for name in (*_FIELDS, *_RIGHTS))).where(
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
    people = (
        Person(
            **{**dict(zip(_FIELDS, row, strict=False)), "is_active": as_boolean(row[6])},
            is_admin=bool(as_boolean(row[-2])),
            grants=read_grants(row[-1]),
        )
        for row in rows
    )
    return {person.id: person for person in people}


async def find_people(
    transaction: Transaction, compiled: CompiledModel, called: Collection[str]
) -> Mapping[str, Person]:
    """By what they are called: an id, or a user name in any letter case; who is not there is missing. Two queries at most."""
    named = set(called)
    ids = {name for name in named if is_id(name)}
    # What no user can be called is not even asked for: PostgreSQL refuses some of it as a parameter.
    logins = {name: name.casefold() for name in named - ids if name.isascii() and name.isprintable()}
    by_id = compiled.prepared(("automation", "by id"), lambda: people_by_id(compiled.schema, compiled.dialect))
    by_login = compiled.prepared(
        ("automation", "by login"), lambda: people_by_username(compiled.schema, compiled.dialect)
    )
    found = dict(await fetch_people(transaction, by_id, ids, ColumnKind.UUID))
    known = await fetch_people(transaction, by_login, set(logins.values()), ColumnKind.TEXT)
    by_username = {person.username: person for person in known.values()}
    return found | {name: by_username[login] for name, login in logins.items() if login in by_username}
