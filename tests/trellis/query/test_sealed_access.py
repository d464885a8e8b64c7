"""Who sees what of an encrypted field: nothing, its mask, or its value when they ask."""

from __future__ import annotations

import asyncio

import pytest

from tests.trellis.factory import add_user, administrator, opened_tenant
from trellis.automation.silent import SilentAutomation
from trellis.errors import AccessDenied
from trellis.query.query import Query
from trellis.query.service import Queries
from trellis.records.service import RecordChange, Records
from trellis.security.access import GrantedAccess
from trellis.security.actor import Actor
from trellis.security.grants import Grants

FILES = {
    "objects/person.yaml": """\
label: P
plural_label: Ps
name_field: name
sharing: read_write
fields:
  name: {type: text, label: N}
  tax_id: {type: text, label: T, encrypted: true}
  iban: {type: text, label: I, encrypted: true, mask: last4}
""",
    "permissions/clerk.yaml": "label: C\nobjects: {person: {rights: [read, edit]}}\n",
    "permissions/payer.yaml": 'label: P\nobjects: {person: {rights: [read], fields: {"*": read, iban: read}}}\n',
    "permissions/keeper.yaml": "label: K\nobjects: {person: {rights: [read, edit], fields: {tax_id: edit}}}\n",
    "permissions/blind.yaml": 'label: B\nobjects: {person: {rights: [read], fields: {"*": read, iban: none}}}\n',
}
IBAN, TAX_ID = "DE89370400440532013000", "DE-814"


def test_the_mask_for_who_reads_all_and_the_value_for_whom_it_was_granted_by_name(database_url: str) -> None:
    async def run() -> None:
        async with opened_tenant(database_url, FILES) as tenant:
            access = GrantedAccess()
            records, queries = Records(tenant, SilentAutomation(), access), Queries(tenant, access)
            admin = await administrator(tenant)
            (saved,) = await records.create(admin, "person", [{"name": "Eve", "tax_id": TAX_ID, "iban": IBAN}])
            user = await add_user(tenant, "cleo")

            def having(*names: str) -> Actor:
                grants = Grants(permission_sets=names)
                return Actor(user_id=user, name="Cleo", email="c@x.org", is_admin=False, channel="api", grants=grants)

            async def seen(actor: Actor) -> dict[str, object]:
                row = await queries.row(actor, "person", saved.id)
                return {name: row[name] for name in ("tax_id", "iban") if name in row}

            async def found(actor: Actor, condition: str) -> int:
                return len(await queries.rows(actor, Query(object="person", fields=("name",), filter=condition)))

            clerk, payer, keeper, blind = (having(name) for name in ("clerk", "payer", "keeper", "blind"))
            assert await seen(clerk) == {"iban": "••••3000"}
            assert await seen(payer) == {"iban": "••••3000"}
            assert await seen(keeper) == {"tax_id": "••••••••"}
            assert await seen(blind) == {}
            assert await seen(having("clerk", "keeper")) == {"tax_id": "••••••••", "iban": "••••3000"}

            assert await queries.reveal(payer, "person", saved.id, ("iban",)) == {"iban": IBAN}
            assert await queries.reveal(keeper, "person", saved.id, ("tax_id",)) == {"tax_id": TAX_ID}
            for actor, field in ((clerk, "iban"), (clerk, "tax_id"), (keeper, "iban"), (blind, "iban")):
                with pytest.raises(AccessDenied):
                    await queries.reveal(actor, "person", saved.id, (field,))

            assert await found(payer, f'iban = "{IBAN}"') == 1
            assert await found(clerk, "ISBLANK(iban)") == 0
            for actor, condition in ((clerk, f'iban = "{IBAN}"'), (payer, f'tax_id = "{TAX_ID}"')):
                with pytest.raises(AccessDenied):
                    await found(actor, condition)

            change = RecordChange(id=saved.id, values={"tax_id": "DE-1"})
            for actor in (clerk, payer):
                with pytest.raises(AccessDenied):
                    await records.update(actor, "person", [change])
            await records.update(keeper, "person", [change])

    asyncio.run(run())
