"""Which revisions a tenant had: what each deploy did, when, by whom, and why it says it was. Rows of trellis_revision as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from rule_engine.wording import Wording
from trellis.errors import NotFound
from trellis.schema.plan import Cost
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.storage.codecs import decoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class PastStep:
    """What one step of the deploy did. `rows`: how many it touched."""

    cost: Cost
    summary: str
    target: str
    rows: int

    def to_json(self) -> dict[str, Any]:
        return {"cost": self.cost, "summary": self.summary, "target": self.target, "rows": self.rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A revision and the deploy that made it. `author` and `author_name`: None when nobody, or somebody who is gone, did it;
    `summary`: what was said of it, "" for nothing. Summaries are wordings where Trellis itself wrote them."""

    revision: int
    deployed_at: datetime
    author: str | None
    author_name: str | None
    summary: str
    steps: tuple[PastStep, ...]
    is_current: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "revision": self.revision,
            "deployed_at": self.deployed_at,
            "author": None if self.author is None else {"id": self.author, "name": self.author_name},
            "summary": self.summary,
            "is_current": self.is_current,
            "steps": [step.to_json() for step in self.steps],
        }


async def list_deployed(
    tenant: Tenant, access: Access, actor: Actor, *, limit: int = 50, before: int | None = None
) -> tuple[Deployed, ...]:
    """The newest first; `before`: only revisions below that number. Two statements. Raises AccessDenied."""
    require(access, actor, "customize")
    values = {"before": 2**31 - 1 if before is None else before, "limit": limit}
    return await _fetch(tenant, values)


async def get_deployed(tenant: Tenant, access: Access, actor: Actor, revision: int) -> Deployed:
    """Raises AccessDenied, NotFound."""
    require(access, actor, "customize")
    if 0 <= revision < 2**31 - 1:
        for one in await _fetch(tenant, {"before": revision + 1, "limit": 1}):
            if one.revision == revision:
                return one
    raise NotFound(f"There is no revision {revision} in {tenant.name}.", hint="`trellis history` lists them.")


async def _fetch(tenant: Tenant, values: Mapping[str, int]) -> tuple[Deployed, ...]:
    current = (await tenant.refresh()).revision
    database = tenant.database
    statement = _statement(database.schema, database.dialect)

    async def read(transaction: Transaction) -> Sequence[Row]:
        return await transaction.fetch(statement, values)

    rows = await database.read(read)
    return tuple(_deployed(row, current, database.dialect) for row in rows)


def _deployed(row: Row, current: int, dialect: DialectName) -> Deployed:
    number, created_at, author_id, summary, plan, author_name = row
    body = json.loads(plan)
    # Revision 0 has no plan, and its steps are none.
    content: Mapping[str, Any] = body if isinstance(body, dict) else {}
    said = content.get("summary")
    return Deployed(
        revision=number,
        deployed_at=decoder(ColumnKind.DATETIME, dialect)(created_at),
        author=None if author_id is None else str(author_id),
        author_name=author_name,
        summary=Wording.from_json(said) if said else summary,
        steps=tuple(_step(step) for step in content.get("steps", ())),
        is_current=number == current,
    )


def _step(body: Mapping[str, Any]) -> PastStep:
    """Deploys of before there were wordings have their summary as text only."""
    wording = body.get("wording")
    return PastStep(
        cost=body["cost"],
        summary=Wording.from_json(wording) if wording else body["summary"],
        target=body["target"],
        rows=body["rows"],
    )


@lru_cache(maxsize=256)
def _statement(schema: str | None, dialect: DialectName) -> Statement:
    tables = platform_tables(schema)
    revision, user = tables.revision, tables.user
    query = (
        sa.select(
            revision.c.number,
            revision.c.created_at,
            revision.c.author_id,
            revision.c.summary,
            revision.c.plan,
            user.c.name,
        )
        .select_from(revision.outerjoin(user, user.c.id == revision.c.author_id))
        .where(revision.c.number < sa.bindparam("before", type_=sa.Integer()))
        .order_by(revision.c.number.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )
    return prepare(query, dialect)
