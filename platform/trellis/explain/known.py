"""What people call the users and records that explanations name: looked up for all of them before a sentence is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from metamodel.columns import ColumnKind
from trellis.automation.people import fetch_people, people_by_id
from trellis.errors import TrellisError
from trellis.ids import is_id
from trellis.query.query import Query
from trellis.query.service import Queries
from trellis.security.actor import Actor
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

MOST_RECORDS = 50
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Names by (object, id). Those that the reader may not see, or that are gone, are missing."""

    names: Mapping[Key, str] = field(default_factory=dict)

    def find(self, object_name: str, record_id: str) -> str | None:
        return self.names.get((object_name, record_id))


async def fetch_known(tenant: Tenant, queries: Queries, actor: Actor, wanted: Collection[Key]) -> Known:
    """One query for users, and one for each other record, at most 50."""
    compiled = await tenant.compiled()
    users = {record_id for object_name, record_id in wanted if object_name == "user" and is_id(record_id)}
    names = dict(await _users(tenant, compiled, users))
    others = sorted(key for key in wanted if key[0] != "user" and is_id(key[1]))
    for object_name, record_id in others[:MOST_RECORDS]:
        found = await _record(compiled, queries, actor, object_name, record_id)
        if found is not None:
            names[object_name, record_id] = found
    return Known(names=names)


async def _users(tenant: Tenant, compiled: CompiledModel, ids: Collection[str]) -> Mapping[Key, str]:
    if not ids:
        return {}
    query = compiled.prepared(("automation", "people by id"), lambda: people_by_id(compiled.schema, compiled.dialect))

    async def read(transaction: Transaction) -> Mapping[Key, str]:
        people = await fetch_people(transaction, query, set(ids), ColumnKind.UUID)
        return {("user", person.id): person.name for person in people.values()}

    return await tenant.database.read(read)


async def _record(
    compiled: CompiledModel, queries: Queries, actor: Actor, object_name: str, record_id: str
) -> str | None:
    thing = compiled.model.find_object(object_name)
    if thing is None:
        return None
    query = Query(object=object_name, fields=(thing.name_field,), equals=(("id", record_id),), limit=1)
    try:
        rows = await queries.rows(actor, query)
    except TrellisError:
        return None
    return str(rows[0][thing.name_field] or "") if rows else None
