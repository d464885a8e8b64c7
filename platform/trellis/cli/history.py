"""`trellis history` and `trellis rollback`: the deploys of a tenant, and going back to an earlier one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, REFUSED, print_json, print_table

if TYPE_CHECKING:
    from trellis.runtime import Runtime
    from trellis.schema.deploy import Deployment
    from trellis.schema.history import Deployed
    from trellis.schema.plan import Plan
    from trellis.security.actor import Actor
    from trellis.tenancy.tenant import Tenant

TENANT_OPTION = typer.Option(..., "--tenant", "-t", help="The tenant's name.")


def register(app: typer.Typer) -> None:
    app.command("history")(history)
    app.command("rollback")(rollback)


def history(
    revision: int | None = typer.Argument(None, min=0, help="One revision, with all that its deploy did."),
    tenant: str = TENANT_OPTION,
    limit: int = typer.Option(20, "--limit", min=1, max=200, help="How many revisions, the newest first."),
    as_json: bool = JSON_OPTION,
) -> None:
    """List what was deployed: which revision, when, by whom and why."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.schema.history import get_deployed, list_deployed

    async def work(runtime: Runtime) -> tuple[Deployed, ...]:
        home = await runtime.tenant(tenant)
        actor = await acting(home)
        if revision is not None:
            return (await get_deployed(home, runtime.access, actor, revision),)
        return await list_deployed(home, runtime.access, actor, limit=limit)

    found = run_with_runtime(work)
    if as_json:
        print_json(found[0].to_json() if revision is not None else [one.to_json() for one in found])
    elif revision is not None:
        _print_one(found[0])
    else:
        rows = [(_mark(one), _when(one), one.author_name, len(one.steps), one.summary) for one in found]
        print_table(("revision", "deployed", "by", "changes", "summary"), rows)


def rollback(
    revision: int = typer.Argument(min=0, help="The revision to go back to; `trellis history` lists them."),
    tenant: str = TENANT_OPTION,
    yes: bool = typer.Option(False, "--yes", help="Agree to what the plan removes; it waits in the bin for 30 days."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Show the plan and change nothing."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Deploy everything as it was in an earlier revision, as a new one: what came since goes to the bin, what went comes back from it."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> tuple[Plan, Deployment | None]:
        home = await runtime.tenant(tenant)
        return await _roll_back(home, await acting(home), revision, yes=yes, dry_run=dry_run, ask=not as_json)

    plan, done = run_with_runtime(work)
    if done is None:
        print_json(plan.to_json()) if as_json else None
        raise typer.Exit(REFUSED if plan.is_blocked else 0)
    if as_json:
        print_json({"revision": done.revision, "plan": done.plan.to_json()})
    elif done.plan.is_empty:
        typer.echo(f"{tenant} stays at revision {done.revision}.")
    else:
        typer.echo(f"{tenant} is at revision {done.revision}, which is as revision {revision} was.")


async def _roll_back(
    tenant: Tenant, actor: Actor, revision: int, *, yes: bool, dry_run: bool, ask: bool
) -> tuple[Plan, Deployment | None]:
    """What is applied is the plan that was shown, or nothing."""
    from trellis.schema.deploy import Rollback, deploy, plan_deploy, rollback_summary

    change = Rollback(revision=revision)
    plan = await plan_deploy(tenant, actor, change)
    if ask:
        typer.echo(plan.to_text())
    if dry_run:
        return plan, None
    if plan.is_destructive and not plan.is_blocked and not yes and ask and sys.stdin.isatty():
        typer.confirm("Apply it?", abort=True)
        yes = True
    done = await deploy(
        tenant,
        actor,
        change,
        accept_destruction=yes,
        summary=rollback_summary(revision),
        base_revision=plan.revision_from,
    )
    return plan, done


def _print_one(one: Deployed) -> None:
    by = f" by {one.author_name}" if one.author_name else ""
    typer.echo(f"Revision {_mark(one)}, {_when(one)}{by}{f': {one.summary}' if one.summary else ''}")
    for step in one.steps:
        amount = f" ({step.rows:,} {'row' if step.rows == 1 else 'rows'})" if step.rows else ""
        typer.echo(f"  {step.cost:<11}  {step.summary}{amount}")


def _mark(one: Deployed) -> str:
    return f"{one.revision} (in force)" if one.is_current else str(one.revision)


def _when(one: Deployed) -> str:
    return f"{one.deployed_at:%Y-%m-%d %H:%M} UTC"
