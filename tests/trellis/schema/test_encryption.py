"""What deploys may do with encrypted fields that hold values."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from metamodel.fields.sealed import HIDDEN
from tests.trellis.factory import administrator, opened_tenant
from trellis.automation.silent import SilentAutomation
from trellis.errors import InvalidRecord, PlanRefused
from trellis.query.query import Query
from trellis.query.service import Queries
from trellis.records.service import RecordChange, Records
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.access import GrantedAccess
from trellis.tenancy.tenant import Tenant


def _person(*fields: str, renamed_from: str = "", name: str = "person", history: bool = False) -> dict[str, str]:
    lines = ["label: P", "plural_label: Ps", "name_field: name", "fields:", "  name: {type: text, label: N}"]
    lines += [f"  {field}" for field in fields]
    lines += ["history: true"] if history else []
    return {f"objects/{name}.yaml": "\n".join([*lines, *([renamed_from] if renamed_from else [])]) + "\n"}


PLAIN = "tax_id: {type: text, label: T}"
SEALED = "tax_id: {type: text, label: T, encrypted: true, unique: true}"
RENAMED = "vat_id: {type: text, label: T, encrypted: true, unique: true, renamed_from: [tax_id]}"
TWICE = "number: {type: text, label: T, encrypted: true, unique: true, renamed_from: [tax_id, vat_id]}"


def test_values_open_after_renames_and_a_rename_that_would_lose_them_is_refused(database_url: str) -> None:
    async def run() -> None:
        async with opened_tenant(database_url, _person(SEALED)) as tenant:
            actor, access = await administrator(tenant), GrantedAccess()
            records, queries = Records(tenant, SilentAutomation(), access), Queries(tenant, access)
            (saved,) = await records.create(actor, "person", [{"name": "Eve", "tax_id": "DE1"}])
            await deploy(tenant, actor, SourceChange(files=_person(RENAMED), replace=True))
            with pytest.raises(PlanRefused):
                await deploy(
                    tenant, actor, SourceChange(files=_person(RENAMED.replace("[tax_id]", "[]")), replace=True)
                )
            await deploy(tenant, actor, SourceChange(files=_person(TWICE), replace=True))
            human = _person(TWICE, name="human", renamed_from="renamed_from: [person]")
            await deploy(tenant, actor, SourceChange(files=human, replace=True))
            assert await queries.reveal(actor, "human", saved.id, ("number",)) == {"number": "DE1"}

    asyncio.run(run())


@pytest.mark.parametrize("unique", [", unique: true", ""])
def test_values_are_sealed_and_opened_by_a_deploy(database_url: str, unique: str) -> None:
    async def run() -> None:
        plain = _person(PLAIN.replace("}", f"{unique}}}"), history=True)
        sealed = _person(PLAIN.replace("}", f", encrypted: true{unique}}}"), history=True)
        async with opened_tenant(database_url, plain) as tenant:
            actor, access = await administrator(tenant), GrantedAccess()
            records, queries = Records(tenant, SilentAutomation(), access), Queries(tenant, access)
            saved = await records.create(actor, "person", [{"name": "Eve", "tax_id": "DE1"}, {"name": "Bo"}])
            await records.update(actor, "person", [RecordChange(id=saved[0].id, values={"tax_id": "DE2"})])
            deployed = await deploy(tenant, actor, SourceChange(files=sealed, replace=True))
            (step, *_) = deployed.plan.steps
            assert (step.cost, step.rows) == ("backfill", 1)
            assert not {"DE1", "DE2"} & set(await _texts(tenant))
            assert (await queries.row(actor, "person", saved[0].id, ("tax_id",))) == {"tax_id": HIDDEN}
            assert await queries.reveal(actor, "person", saved[0].id, ("tax_id",)) == {"tax_id": "DE2"}
            found = await queries.rows(actor, Query(object="person", fields=("name",), filter='tax_id = "DE2"'))
            assert found == [{"name": "Eve"}]
            if unique:
                with pytest.raises(InvalidRecord, match="taken"):
                    await records.create(actor, "person", [{"name": "Twin", "tax_id": "DE2"}])
            await deploy(tenant, actor, SourceChange(files=plain, replace=True))
            assert (await queries.row(actor, "person", saved[0].id, ("tax_id",))) == {"tax_id": "DE2"}
            assert (await queries.row(actor, "person", saved[1].id, ("tax_id",))) == {"tax_id": None}
            if unique:
                with pytest.raises(InvalidRecord, match="taken"):
                    await records.create(actor, "person", [{"name": "Twin", "tax_id": "DE2"}])

    asyncio.run(run())


async def _texts(tenant: Tenant) -> list[str]:
    """What the records and their history hold."""
    person = sa.table("person", sa.column("tax_id"), schema=tenant.database.schema)
    history = tenant.tables.field_history

    def read(connection: sa.Connection) -> list[str]:
        told = connection.execute(sa.select(history.c.before, history.c.after)).all()
        return [
            *connection.scalars(sa.select(person.c.tax_id)),
            *(text.strip('"') for row in told for text in row if text),
        ]

    return await tenant.database.run(read)


@pytest.mark.parametrize(
    "after",
    [SEALED.replace("type: text", "type: text, length: 100"), SEALED.replace("unique", "required")],
)
def test_nothing_else_of_the_field_changes_with_it(after: str) -> None:
    async def run() -> None:
        async with opened_tenant("", _person(PLAIN)) as tenant:
            with pytest.raises(PlanRefused, match="a deploy of its own"):
                await deploy(tenant, await administrator(tenant), SourceChange(files=_person(after), replace=True))

    asyncio.run(run())
