"""What was deployed is told again, and any revision can be returned to, with what records hold."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.factory import add_user, administrator
from tests.trellis.schema.rows import apply, insert, lead, other, plan, run, structure, values
from trellis.errors import AccessDenied, InvalidMetadata, NotFound, PlanRefused
from trellis.schema.deploy import Deployment, Rollback, SourceChange, deploy, plan_deploy, pull, rollback_summary
from trellis.schema.history import get_deployed, list_deployed
from trellis.schema.plan import Plan
from trellis.security.access import AdministratorAccess
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

ACCESS = AdministratorAccess()
SCORE = "score: {type: number, label: Score}"


async def plan_back(tenant: Tenant, revision: int) -> Plan:
    return await plan_deploy(tenant, await administrator(tenant), Rollback(revision=revision))


async def back(tenant: Tenant, revision: int, *, accept: bool = True) -> Deployment:
    return await deploy(
        tenant,
        await administrator(tenant),
        Rollback(revision=revision),
        accept_destruction=accept,
        summary=rollback_summary(revision),
    )


async def _live_structure(tenant: Tenant) -> dict[str, Any]:
    """Without what is in the bin."""
    tables = {name: table for name, table in (await structure(tenant)).items() if not name.startswith("trellis_bin")}
    for table in tables.values():
        table["columns"] = [column for column in table["columns"] if not column[0].startswith("trellis_bin")]
    return tables


def test_the_history_tells_who_deployed_what_and_why(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        actor = await administrator(tenant)
        await insert(tenant, "lead", {"name": "Ada"}, {"name": "Bo"})
        await apply(tenant, lead(SCORE, "paid: {type: checkbox, label: Paid}"), summary="Scoring")
        await apply(tenant, lead(), summary="")
        newest, scoring, first, made = await list_deployed(tenant, ACCESS, actor)
        assert [one.revision for one in (newest, scoring, first, made)] == [3, 2, 1, 0]
        assert [one.is_current for one in (newest, scoring, first, made)] == [True, False, False, False]
        assert (scoring.summary, scoring.author, scoring.author_name) == ("Scoring", actor.user_id, actor.name)
        assert (made.author, made.steps, made.summary) == (None, (), "Created")
        assert newest.deployed_at > scoring.deployed_at > made.deployed_at
        assert [(step.cost, step.target, step.rows) for step in scoring.steps] == [
            ("instant", "lead.score", 0),
            ("backfill", "lead.paid", 2),
        ]
        assert newest.steps[0].summary.startswith("Remove number field lead.score")
        assert await get_deployed(tenant, ACCESS, actor, 2) == scoring
        assert [one.revision for one in await list_deployed(tenant, ACCESS, actor, limit=2, before=3)] == [2, 1]

    run(database_url, lead(), body)


@pytest.mark.parametrize("revision", [-1, 2, 2**31 - 1, 2**40])
def test_a_revision_that_there_is_not(revision: int, database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        with pytest.raises(NotFound):
            await get_deployed(tenant, ACCESS, await administrator(tenant), revision)
        if 0 < revision < 2**31:
            with pytest.raises(NotFound):
                await plan_back(tenant, revision)
            with pytest.raises(NotFound):
                await pull(tenant, revision=revision)

    run(database_url, lead(), body)


def test_only_who_may_customize_reads_the_history_and_goes_back(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        clerk = replace(await administrator(tenant), user_id=await add_user(tenant, "clerk"), is_admin=False)
        with pytest.raises(AccessDenied):
            await list_deployed(tenant, ACCESS, clerk)
        with pytest.raises(AccessDenied):
            await get_deployed(tenant, ACCESS, clerk, 1)
        with pytest.raises(AccessDenied):
            await plan_deploy(tenant, clerk, Rollback(revision=0))
        with pytest.raises(AccessDenied):
            await deploy(tenant, clerk, Rollback(revision=0))

    run(database_url, lead(), body)


def test_going_back_is_a_deploy_of_everything_as_it_was(database_url: str) -> None:
    first = {**lead(SCORE), **other("task", "lead: {type: lookup, label: Lead, object: lead}")}

    async def body(tenant: Tenant) -> None:
        before = await _live_structure(tenant)
        (ada,) = await insert(tenant, "lead", {"name": "Ada", "score": Decimal(7)})
        await insert(tenant, "task", {"name": "Call", "lead": ada})
        await apply(tenant, {**lead("city: {type: text, label: City}"), **other("note")}, replace=True)
        assert (await plan_back(tenant, 1)).is_destructive
        with pytest.raises(PlanRefused, match="note"):
            await back(tenant, 1, accept=False)
        done = await back(tenant, 1)
        assert done.revision == 3
        assert await _live_structure(tenant) == before
        assert await values(tenant, "lead", "score") == [7]
        assert await values(tenant, "task", "name", "lead") == [("Call", ada)]
        assert await pull(tenant) == await pull(tenant, revision=1) == first
        assert await pull(tenant, revision=2) != first
        latest = await get_deployed(tenant, ACCESS, await administrator(tenant), 3)
        assert latest.summary == "Back to revision 1"
        assert (await back(tenant, 1)).plan.is_empty
        assert (await plan_back(tenant, 3)).is_empty

    run(database_url, first, body)


def test_names_that_were_changed_are_changed_back_and_records_keep_what_they_hold(database_url: str) -> None:
    renamed = {
        "objects/lead.yaml": None,
        **{
            path.replace("lead", "person"): source.replace("  score:", "  points:").replace(
                "label: Score", "label: Points, renamed_from: [score]"
            )
            + "renamed_from: [lead]\n"
            for path, source in lead(SCORE).items()
        },
    }

    async def body(tenant: Tenant) -> Any:
        before = await structure(tenant)
        await insert(tenant, "lead", {"name": "Ada", "score": Decimal(7)})
        await apply(tenant, renamed)
        assert await values(tenant, "person", "points") == [7]
        made = await plan_back(tenant, 1)
        assert [step.summary for step in made.steps][:2] == [
            "Rename object person to lead",
            "Rename field lead.points to score",
        ]
        assert not made.is_destructive
        await back(tenant, 1)
        assert await values(tenant, "lead", "score") == [7]
        assert await structure(tenant) == before
        await apply(tenant, renamed)
        assert await values(tenant, "person", "points") == [7]

    run(database_url, lead(SCORE), body)


def test_packages_come_and_go_with_the_revision(database_url: str) -> None:
    package = {"package.yaml": "name: fleet\nnamespace: fleet\nversion: 1.0.0\nlabel: Fleet\n", **other("fleet__car")}

    async def body(tenant: Tenant) -> None:
        actor = await administrator(tenant)
        await deploy(tenant, actor, SourceChange(files=package, owner="fleet"))
        await insert(tenant, "fleet__car", {"name": "Mini"})
        await back(tenant, 1)
        assert "fleet__car" not in (await tenant.compiled()).model.objects
        await back(tenant, 2)
        assert "fleet" in (await tenant.compiled()).model.packages
        assert await values(tenant, "fleet__car", "name") == ["Mini"]
        assert await pull(tenant, "fleet") == package

    run(database_url, lead(), body)


def test_what_this_version_does_not_accept_is_not_returned_to(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        await apply(tenant, lead(SCORE))
        table = tenant.tables.component
        broken = sa.update(table).where(table.c.source == lead()["objects/lead.yaml"]).values(source="label: Lead\n")
        statement = prepare(broken, tenant.database.dialect)
        await tenant.database.write(lambda transaction: transaction.execute(statement))
        with pytest.raises(InvalidMetadata):
            await plan_back(tenant, 1)
        assert (await plan(tenant, lead(SCORE))).is_empty

    run(database_url, lead(), body)
