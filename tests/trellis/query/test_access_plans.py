"""A member's list, count and record are answered by indexes: the database never reads a table from one end to the other for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from metamodel.columns import ColumnKind
from metamodel.definitions import Sort
from tests.trellis.records.crm import Crm, open_crm
from tests.trellis.records.test_sharing import FILES, People
from trellis.ids import new_id
from trellis.query.fetch import reading_of
from trellis.query.plan import count_statement, page_statement, record_statement
from trellis.query.query import Query
from trellis.records.shares import NewShare, share_record
from trellis.security.access import GrantedAccess
from trellis.security.actor import Actor
from trellis.storage.codecs import encoder
from trellis.storage.database import Statement, Transaction
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

ROWS, OWNERS = 4_000, 400
BY_AGE = (Sort(field="created_at", descending=True),)
EXPLAIN = {"postgresql": "EXPLAIN (FORMAT JSON) ", "sqlite": "EXPLAIN QUERY PLAN "}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crm(request: pytest.FixtureRequest) -> Iterator[Crm]:
    """Few of many accounts are those of the north; one is shared with somebody who has none."""
    url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_crm(url, FILES) as found:
        found.access = GrantedAccess()
        yield found


@pytest.fixture(scope="module")
def people(crm: Crm) -> People:
    people = People(crm)
    owners = [people.ids["ned"], *_hire(crm)]
    payloads = [
        {"name": f"Account {number}", "region": f"R{number % 500}", "owner": owners[number % len(owners)]}
        for number in range(ROWS)
    ]
    crm.run(crm.records.create(crm.actor, "account", payloads))
    first = crm.rows("account", "id", limit=1)[0]["id"]
    share = NewShare(principal="team:audit")
    crm.run(share_record(crm.tenant, crm.access, crm.actor, "account", first, share, now=datetime.now(UTC)))
    crm.run(crm.tenant.database.run(lambda connection: connection.execute(sa.text("ANALYZE"))))
    return people


def _hire(crm: Crm) -> list[str]:
    """Many others, in one write."""
    dialect = crm.tenant.database.dialect
    now, flag = encoder(ColumnKind.DATETIME, dialect)(crm.now), encoder(ColumnKind.BOOLEAN, dialect)
    given = {
        "language": "en",
        "time_zone": "UTC",
        "is_active": flag(True),
        "is_admin": flag(False),
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    people = [
        {"id": new_id(), "username": f"o{one}", "name": f"Owner {one}", "email": f"o{one}@example.org", **given}
        for one in range(OWNERS)
    ]
    insert = prepare(sa.insert(crm.tenant.tables.user).values({key: sa.bindparam(key) for key in people[0]}), dialect)
    crm.run(crm.tenant.database.write(lambda transaction: transaction.execute_many(insert, people)))
    return [str(one["id"]) for one in people]


def explain(crm: Crm, actor: Actor, kind: str) -> str:
    """What the database means to do, as its own words."""
    query = Query(object="account", limit=20, sort=BY_AGE if kind == "newest" else ())

    async def work(transaction: Transaction, compiled: CompiledModel) -> str:
        reading = reading_of(transaction, compiled, crm.access, actor, query, datetime.now(UTC))
        make = {"count": count_statement, "record": record_statement}.get(kind, page_statement)
        statement: Statement | None = make(compiled, reading.plan, reading.shape)
        assert statement is not None
        values = await reading.values(statement, {"record_id": new_id()} if kind == "record" else {})
        asked = replace(statement, sql=EXPLAIN[compiled.dialect] + statement.sql)
        rows = await transaction.fetch(asked, values)
        return "\n".join(str(tuple(row)) for row in rows)

    return crm.run(crm.tenant.read(work))


def scanned(crm: Crm, plan: str) -> list[str]:
    """The tables of objects that are read whole."""
    if crm.dialect == "sqlite":
        return [line for line in plan.splitlines() if re.search(r"'SCAN [a-z_0-9]*\d'", line)]
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("Node Type") == "Seq Scan" and node["Relation Name"] == "account":
                found.append(node["Relation Name"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    start, end = plan.index("["), plan.rindex("]") + 1
    walk(json.loads(plan[start:end].replace("\\n", " ").replace("\\'", "'")))
    return found


@pytest.mark.parametrize("kind", ["list", "newest", "count", "record"])
@pytest.mark.parametrize("who", ["ned", "nina", "sam", "ava"])
def test_no_table_is_read_whole_for_a_member(crm: Crm, people: People, kind: str, who: str) -> None:
    plan = explain(crm, people[who], kind)

    assert scanned(crm, plan) == [], plan
