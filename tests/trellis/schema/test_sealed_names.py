"""What deploys may do with encrypted fields that hold values."""

from __future__ import annotations

import asyncio

import pytest

from tests.trellis.factory import administrator, opened_tenant
from trellis.automation.silent import SilentAutomation
from trellis.errors import PlanRefused
from trellis.query.service import Queries
from trellis.records.service import Records
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.access import GrantedAccess


def _person(*fields: str, renamed_from: str = "", name: str = "person") -> dict[str, str]:
    lines = ["label: P", "plural_label: Ps", "name_field: name", "fields:", "  name: {type: text, label: N}"]
    lines += [f"  {field}" for field in fields]
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


@pytest.mark.parametrize(("before", "after"), [(PLAIN, SEALED), (SEALED, PLAIN)])
def test_a_field_neither_becomes_encrypted_nor_stops_being_so(database_url: str, before: str, after: str) -> None:
    async def run() -> None:
        async with opened_tenant(database_url, _person(before)) as tenant:
            with pytest.raises(PlanRefused):
                await deploy(tenant, await administrator(tenant), SourceChange(files=_person(after), replace=True))

    asyncio.run(run())
