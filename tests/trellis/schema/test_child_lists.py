"""Deploying what formulas name besides fields: child lists, labels, settings, currencies, the organization."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.trellis.factory import administrator
from tests.trellis.schema.rows import apply, insert, other, plan, run
from trellis.errors import InvalidMetadata
from trellis.query.query import Query
from trellis.query.service import Queries
from trellis.schema.deploy import pull
from trellis.security.access import AdministratorAccess
from trellis.tenancy.tenant import Tenant

PARENT = other(
    "tree",
    "leaves: {type: formula, label: L, returns: number, scale: 1, formula: 'SUM(branches, leaves) + $Setup.forest.more'}",
    "sign: {type: formula, label: S, returns: text, formula: '$Label.sign & $Org.name & TEXT(CURRENCYRATE(\"USD\"))'}",
)
CHILD = other("branch", "tree: {type: lookup, label: T, object: tree}", "leaves: {type: number, label: L, scale: 1}")
SHARED = {
    "labels.yaml": "sign: 'Tree of '\n",
    "organization.yaml": "name: Forest\n",
    "currencies.yaml": "corporate: EUR\nrates: {USD: 1.5}\n",
    "settings/forest.yaml": "label: Forest\nfields:\n  more: {type: number, label: M, scale: 1, default: 0.5}\n",
}
FILES = {**PARENT, **CHILD, **SHARED}


async def _shown(tenant: Tenant) -> dict[str, Any]:
    (row,) = await Queries(tenant, AdministratorAccess()).rows(
        await administrator(tenant), Query(object="tree", fields=("leaves", "sign"))
    )
    return {name: str(value) for name, value in row.items()}


def test_they_are_deployed_pulled_and_deployed_again_byte_for_byte(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        pulled = await pull(tenant)
        assert {path: pulled[path] for path in SHARED} == SHARED
        assert (await apply(tenant, pulled)).plan.is_empty

    run(database_url, FILES, body)


def test_a_new_value_is_in_force_with_the_next_revision(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        (tree,) = await insert(tenant, "tree", {"name": "Oak"})
        await insert(tenant, "branch", {"name": "b", "tree": tree, "leaves": Decimal("2.5")})
        assert await _shown(tenant) == {"leaves": "3.0", "sign": "Tree of Forest1.5"}

        changed = {
            "settings/forest.yaml": SHARED["settings/forest.yaml"] + "values: {more: 10}\n",
            "labels.yaml": "sign: 'Baum: '\n",
            "currencies.yaml": "corporate: EUR\nrates: {USD: 2}\n",
        }
        text = (await plan(tenant, {**FILES, **changed})).to_text()
        assert "forest" in text.lower()
        await apply(tenant, {**FILES, **changed})
        assert await _shown(tenant) == {"leaves": "12.5", "sign": "Baum: Forest2"}

    run(database_url, FILES, body)


def test_a_list_that_takes_another_name_needs_no_change_of_tables(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        path, source = next(iter(CHILD.items()))
        renamed = {path: source.replace("object: tree", "object: tree, children_name: boughs")}
        with pytest.raises(InvalidMetadata, match="SUM needs a list of child records"):
            await plan(tenant, {**FILES, **renamed})
        both = {**FILES, **renamed, **{path: text.replace("branches", "boughs") for path, text in PARENT.items()}}
        await apply(tenant, both)
        (tree,) = await insert(tenant, "tree", {"name": "Oak"})
        await insert(tenant, "branch", {"name": "b", "tree": tree, "leaves": Decimal(1)})
        assert (await _shown(tenant))["leaves"] == "1.5"

    run(database_url, FILES, body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("leaves: {type: number, label: L, scale: 1}", "fruits: {type: number, label: L, scale: 1}"),
        (
            "leaves: {type: number, label: L, scale: 1}",
            "fruits: {type: number, label: L, scale: 1, renamed_from: [leaves]}",
        ),
    ],
)
def test_a_child_field_that_an_aggregate_reads_stays(database_url: str, old: str, new: str) -> None:
    async def body(tenant: Tenant) -> None:
        path, source = next(iter(CHILD.items()))
        with pytest.raises(InvalidMetadata, match='has no field "leaves"'):
            await apply(tenant, {**FILES, path: source.replace(old, new)})

    run(database_url, FILES, body)


def test_labels_follow_the_language_of_who_asks(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "tree", {"name": "Oak"})
        actor = replace(await administrator(tenant), language="zh-Hans")
        query = Query(object="tree", fields=("sign",), filter='BEGINS(sign, "树")')
        assert [row["sign"] for row in await Queries(tenant, AdministratorAccess()).rows(actor, query)] == [
            "树Forest1.5"
        ]

    run(database_url, {**FILES, "translations/zh-Hans.yaml": "labels: {sign: 树}\n"}, body)
