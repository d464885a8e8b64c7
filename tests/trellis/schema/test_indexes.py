"""The indexes that a deploy makes serve the lists that everybody opens."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.schema.rows import apply, insert, lead, run, structure
from trellis.storage.column_types import TEXT
from trellis.storage.expressions import ignoring_case
from trellis.tenancy.tenant import Tenant


def _plan_of(connection: sa.Connection, query: sa.Select[Any]) -> str:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        prefix = "EXPLAIN "
    else:
        prefix = "EXPLAIN QUERY PLAN "
    text = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
    return "\n".join(str(row) for row in connection.exec_driver_sql(prefix + text))


@pytest.mark.parametrize("order", ["by name", "newest first", "by equality"])
def test_a_list_reads_its_index_and_sorts_nothing(database_url: str, order: str) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", *({"name": str(number), "country": "DE"} for number in range(5)))
        columns = [sa.column(name, TEXT) for name in ("id", "name", "country", "created_at", "deleted_at")]
        table = sa.table("lead", *columns)
        live = sa.select(table).where(table.c.deleted_at.is_(None)).limit(3)
        queries = {
            "by name": live.order_by(ignoring_case(table.c.name, tenant.database.dialect), table.c.id),
            "newest first": live.order_by(table.c.created_at.desc(), table.c.id.desc()),
            "by equality": live.where(table.c.country == "DE"),
        }
        plan = await tenant.database.run(lambda connection: _plan_of(connection, queries[order]))
        wanted = {"by name": "sort_lead_name", "newest first": "ix_lead_created_at", "by equality": "ix_lead_country"}
        assert wanted[order] in plan
        assert "Sort" not in plan
        assert "TEMP B-TREE" not in plan

    run(database_url, lead("country: {type: text, label: Country, indexed: true}"), body)


def test_indexes_follow_the_model(database_url: str) -> None:
    async def names(tenant: Tenant) -> list[str]:
        return [name.rpartition("_")[0] for name, _ in (await structure(tenant))["lead"]["indexes"]]

    async def body(tenant: Tenant) -> None:
        always = ["ix_lead_created_at_id", "ix_lead_owner", "sort_lead_name_id"]
        assert await names(tenant) == always
        both = "indexes:\n  - {fields: [a, b]}\n  - {fields: [b, a], unique: true}\n"
        await apply(
            tenant,
            lead(
                "a: {type: text, label: A, indexed: true}",
                "b: {type: text, label: B, unique: true, external_id: true}",
                tail=both,
            ),
        )
        assert await names(tenant) == sorted([*always, "ix_lead_a", "ix_lead_a_b", "uq_lead_b", "uq_lead_b_a"])
        await apply(tenant, lead("a: {type: text, label: A}", "b: {type: text, label: B}"))
        assert await names(tenant) == always

    run(database_url, lead("a: {type: text, label: A}", "b: {type: text, label: B}"), body)


def test_names_that_look_alike_when_joined_do_not_clash(database_url: str) -> None:
    head = "label: X\nplural_label: X\nname_field: name\nfields:\n  name: {type: text, label: N}\n"
    files = {
        "objects/a_b.yaml": head + "  c: {type: text, label: C, indexed: true}\n",
        "objects/a.yaml": head + "  b_c: {type: text, label: C, indexed: true}\n",
    }

    async def body(tenant: Tenant) -> None:
        assert {"a", "a_b"} <= set(await structure(tenant))

    run(database_url, files, body)
