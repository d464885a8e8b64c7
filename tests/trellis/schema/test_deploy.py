"""Deploying metadata: tables as the model says, all or nothing, one deploy after the other."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.trellis.factory import add_user, administrator, opened_tenant
from tests.trellis.schema.rows import HEAD, apply, insert, lead, other, plan, run, structure, values
from trellis.errors import AccessDenied, Conflict, InvalidMetadata
from trellis.schema import deploy as deploying
from trellis.schema.deploy import SourceChange, plan_deploy, pull
from trellis.schema.purge import list_bin
from trellis.security.access import AdministratorAccess, Decision
from trellis.tenancy.model_cache import ModelCache
from trellis.tenancy.tenant import Tenant


def test_objects_that_point_to_each_other_in_a_circle(database_url: str) -> None:
    files = {
        **other(
            "hen", "egg: {type: lookup, label: Egg, object: egg}", "self_ref: {type: lookup, label: S, object: hen}"
        ),
        **other("egg", "hen: {type: lookup, label: Hen, object: hen, on_delete: restrict}"),
    }

    async def body(tenant: Tenant) -> Any:
        (hen,) = await insert(tenant, "hen", {"name": "Berta"})
        (egg,) = await insert(tenant, "egg", {"name": "One", "hen": hen})
        keys = {name: table["keys"] for name, table in (await structure(tenant)).items()}
        assert ("hen", "hen", "RESTRICT") in keys["egg"]
        assert ("egg", "egg", "SET NULL") in keys["hen"]
        assert ("self_ref", "hen", "SET NULL") in keys["hen"]
        assert ("owner", "trellis_user", "RESTRICT") in keys["hen"]
        return egg

    assert run(database_url, files, body)


def test_the_same_files_again_are_the_same_revision(database_url: str) -> None:
    files = lead("status: {type: text, label: Status}")

    async def body(tenant: Tenant) -> None:
        before = await structure(tenant)
        again = await apply(tenant, files)
        assert (again.revision, again.plan.is_empty) == (1, True)
        assert (await plan(tenant, files)).to_text().startswith("Nothing to do")
        assert await structure(tenant) == before

    run(database_url, files, body)


def test_a_plan_warns_of_rules_that_are_hardly_meant_when_they_are_new(database_url: str) -> None:
    files = lead("status: {type: text, label: Status}")
    rule = 'rule "Never" on lead\nwhen created\nif status = "a" && status = "b"\nthen\n    set status = "c"\nend\n'

    async def body(tenant: Tenant) -> None:
        planned = await plan(tenant, {**files, "rules/never.rule": rule})
        assert [warning.code for warning in planned.warnings] == ["never_true"]
        assert 'warning      "Never" on lead, line 1: The condition never holds.' in planned.to_text()
        [told] = planned.to_json()["warnings"]
        assert (told["finding"], told["wording"]["template"]) == ("never_true", "The condition never holds.")
        await apply(tenant, {**files, "rules/never.rule": rule})
        again = await plan(tenant, {**files, "rules/never.rule": f"-- seen\n{rule}"})
        assert again.warnings == ()

    run(database_url, files, body)


def test_only_who_may_customize_plans_and_deploys(database_url: str) -> None:
    class EverybodyMay(AdministratorAccess):
        def decide(self, *_: object) -> Decision:
            return Decision(True, "a holiday")

    async def body(tenant: Tenant) -> None:
        clerk = replace(await administrator(tenant), user_id=await add_user(tenant, "clerk"), is_admin=False)
        change = SourceChange(files=other("task"))
        with pytest.raises(AccessDenied, match="customize"):
            await plan_deploy(tenant, clerk, change)
        with pytest.raises(AccessDenied, match="customize"):
            await deploying.deploy(tenant, clerk, change)
        assert (await tenant.refresh()).revision == 1
        assert "task" not in await structure(tenant)
        assert not (await plan_deploy(tenant, clerk, change, access=EverybodyMay())).is_empty
        assert (await deploying.deploy(tenant, clerk, change, access=EverybodyMay())).revision == 2

    run(database_url, lead(), body)


def test_what_was_deployed_is_pulled_byte_for_byte(database_url: str) -> None:
    source = (
        lead("status: {type: text, label: 'État \U0001f600'}   # a comment")["objects/lead.yaml"]
        + "\n\n# the end, no line feed"
    )
    crlf = source.replace("\n", "\r\n")
    files = {"objects/lead.yaml": crlf, **other("task")}

    async def body(tenant: Tenant) -> dict[str, str]:
        return await pull(tenant)

    assert run(database_url, files, body) == files


def test_a_comment_is_a_new_revision_without_steps(database_url: str) -> None:
    files = lead()

    async def body(tenant: Tenant) -> None:
        commented = {"objects/lead.yaml": files["objects/lead.yaml"] + "# why\n"}
        done = await apply(tenant, commented)
        assert (done.revision, done.plan.steps) == (2, ())
        assert await pull(tenant) == commented

    run(database_url, files, body)


def test_a_plan_says_what_a_change_of_permissions_opens(database_url: str) -> None:
    rep = "label: Rep\nobjects:\n  lead: {rights: [read]}\nsystem: [export]\n"
    files = {**lead(), "permissions/rep.yaml": rep}

    async def body(tenant: Tenant) -> None:
        wider = rep.replace("[read]", "[read, delete]").replace("system: [export]\n", "")
        planned = await plan(tenant, {**files, "permissions/rep.yaml": wider})
        (step,) = planned.steps
        assert (step.cost, step.opens) == ("instant", True)
        lines = planned.to_text().splitlines()
        assert lines[0].endswith("Change permission set rep (Rep)")
        assert lines[1:3] == ["      opens: gives lead: delete", "      takes away export"]
        (gives, takes) = planned.to_json()["steps"][0]["notes"]
        assert (gives["text"], gives["opens"], gives["wording"]["values"]["what"]) == (
            "gives lead: delete",
            True,
            {"template": "%(text)s", "values": {"text": "lead"}},
        )
        assert (takes["text"], takes["opens"]) == ("takes away export", False)
        assert (await pull(tenant))["permissions/rep.yaml"] == rep

    run(database_url, files, body)


def test_renaming_keeps_data_indexes_and_references(database_url: str) -> None:
    old = {
        **lead("f: {type: text, label: F, unique: true}", "t: {type: lookup, label: T, object: task}"),
        **other("task"),
    }
    renamed = {
        "objects/lead.yaml": None,
        "objects/prospect.yaml": lead(
            "g: {type: text, label: F, unique: true, renamed_from: [f]}",
            "u: {type: lookup, label: T, object: task, renamed_from: [t]}",
            head=HEAD.replace("fields:", "renamed_from: [lead]\nfields:"),
        )["objects/lead.yaml"],
    }

    async def body(tenant: Tenant) -> None:
        (task,) = await insert(tenant, "task", {"name": "T"})
        await insert(tenant, "lead", {"name": "a", "f": "1", "t": task})
        made = await plan(tenant, renamed)
        assert {step.cost for step in made.steps} == {"instant"}
        await apply(tenant, renamed, accept_destruction=False)
        assert await values(tenant, "prospect", "name", "g", "u") == [("a", "1", task)]
        async with opened_tenant(
            database_url, {**other("task"), "objects/prospect.yaml": str(renamed["objects/prospect.yaml"])}
        ) as fresh:
            assert await structure(fresh) == await structure(tenant)

    run(database_url, old, body)


def test_sql_words_and_long_names_are_fine_as_names(database_url: str) -> None:
    long = "a" * 40
    files = {
        **other(
            "order", "select: {type: text, label: S, indexed: true}", "group: {type: lookup, label: G, object: table}"
        ),
        **other("table", f"{long}: {{type: text, label: L, unique: true}}"),
        **other(long, f"{long}: {{type: geolocation, label: L}}", "user: {type: lookup, label: U, object: order}"),
    }

    async def body(tenant: Tenant) -> None:
        await insert(tenant, "order", {"name": "x", "select": "y"})
        await apply(tenant, {}, replace=True)
        await apply(tenant, files)
        assert await values(tenant, "order", "select") == ["y"]

    run(database_url, files, body)


def test_metadata_that_does_not_hold_together_touches_nothing(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        before = await structure(tenant)
        broken = {
            **lead("a: {type: lookup, label: A, object: nowhere}"),
            **other("task", "b: {type: nonsense, label: B}"),
        }
        with pytest.raises(InvalidMetadata) as refused:
            await apply(tenant, broken)
        assert refused.value.problems
        assert (await structure(tenant), (await tenant.refresh()).revision) == (before, 1)

    run(database_url, lead(), body)


def test_a_crash_in_the_middle_of_a_deploy_leaves_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = lead("f: {type: text, label: F, indexed: true}", "t: {type: lookup, label: T, object: task}")

    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", {"name": "a", "f": "1"})
        before = await structure(tenant)
        changed = {**lead("f: {type: text_area, label: F}", "g: {type: checkbox, label: G}"), **other("new")}

        def crash(*arguments: Any, **options: Any) -> None:
            raise ZeroDivisionError("the power went")

        with monkeypatch.context() as patch:
            patch.setattr(deploying, "save_revision", crash)
            with pytest.raises(ZeroDivisionError):
                await apply(tenant, changed)
        assert (await structure(tenant), await values(tenant, "lead", "f"), await list_bin(tenant)) == (
            before,
            ["1"],
            (),
        )
        assert (await tenant.refresh()).revision == 1
        await apply(tenant, changed)
        assert await values(tenant, "lead", "f", "g") == [("1", False)]

    run(database_url, {**files, **other("task")}, body)


def test_of_two_deploys_at_the_same_time_the_second_sees_a_conflict(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        second = Tenant(name=tenant.name, label="", database=tenant.database, models=ModelCache())
        results = await asyncio.gather(
            apply(tenant, lead("f: {type: text, label: F}")),
            apply(second, lead("g: {type: text, label: G}")),
            return_exceptions=True,
        )
        refused = [result for result in results if isinstance(result, Exception)]
        assert len(refused) == 1
        assert isinstance(refused[0], Conflict)
        assert (await tenant.refresh()).revision == 2
        assert len({"f", "g"} & set((await tenant.compiled()).model.object("lead").fields)) == 1

    run(database_url, lead(), body)


def test_a_plan_made_before_somebody_elses_deploy_is_not_applied(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        made = await plan(tenant, lead("f: {type: text, label: F}"))
        await apply(tenant, lead("g: {type: text, label: G}"))
        with pytest.raises(Conflict, match="revision 1, but the tenant is at revision 2"):
            await apply(tenant, lead("f: {type: text, label: F}"), base_revision=made.revision_from)

    run(database_url, lead(), body)


def test_the_owner_may_be_switched_off_and_on(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        before = await structure(tenant)
        await apply(tenant, lead(head=HEAD.replace("fields:", "owned: false\nfields:")))
        assert "owner" not in {name for name, _ in (await structure(tenant))["lead"]["columns"]}
        await apply(tenant, lead())
        assert await structure(tenant) == before

    run(database_url, lead(), body)


def test_a_packages_files_and_the_tenants_own_are_kept_apart(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        await apply(tenant, other("task"), replace=True)
        assert set(await pull(tenant)) == {"objects/task.yaml"}

    run(database_url, lead(), body)
