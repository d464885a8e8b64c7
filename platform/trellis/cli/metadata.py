"""`trellis plan`, `trellis deploy`, `trellis pull`: a folder of metadata files and a tenant. `trellis bin`: what a deploy removed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, REFUSED, print_json, print_table

if TYPE_CHECKING:
    from trellis.runtime import Runtime
    from trellis.schema.binned import BinEntry
    from trellis.schema.deploy import Deployment, SourceChange
    from trellis.schema.plan import Plan
    from trellis.security.actor import Actor
    from trellis.tenancy.tenant import Tenant

FOLDER_ARGUMENT = typer.Argument(help="The folder with the metadata files.", file_okay=False)
TENANT_OPTION = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
KEEP_OPTION = typer.Option(
    False, "--keep", help="Leave alone what is deployed and not in the folder, instead of removing it."
)


def register(app: typer.Typer) -> None:
    app.command("plan")(plan)
    app.command("deploy")(deploy)
    app.command("pull")(pull)
    group = typer.Typer(help="Removed fields and objects, which wait 30 days with their data.", no_args_is_help=True)
    group.command("list")(show_bin)
    group.command("purge")(purge_bin)
    app.add_typer(group, name="bin")


def plan(
    folder: Path = FOLDER_ARGUMENT, tenant: str = TENANT_OPTION, keep: bool = KEEP_OPTION, as_json: bool = JSON_OPTION
) -> None:
    """Show what deploying the folder would change, what it costs and what it destroys. Exits with 1 when it could not be applied."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.schema.deploy import plan_deploy

    change = _change(folder, keep=keep)

    async def work(runtime: Runtime) -> Plan:
        home = await runtime.tenant(tenant)
        return await plan_deploy(home, await acting(home), change)

    made = run_with_runtime(work)
    print_json(made.to_json()) if as_json else typer.echo(made.to_text())
    if made.is_blocked:
        raise typer.Exit(REFUSED)


def deploy(
    folder: Path = FOLDER_ARGUMENT,
    tenant: str = TENANT_OPTION,
    keep: bool = KEEP_OPTION,
    yes: bool = typer.Option(False, "--yes", help="Agree to what the plan removes; it waits in the bin for 30 days."),
    summary: str = typer.Option("", "--summary", "-m", help="Why, for the history of revisions."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Plan, then apply the folder: all of it, or nothing."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    change = _change(folder, keep=keep)

    async def work(runtime: Runtime) -> Deployment:
        home = await runtime.tenant(tenant)
        return await _deploy(home, await acting(home), change, yes=yes, summary=summary, ask=not as_json)

    done = run_with_runtime(work)
    if as_json:
        print_json({"revision": done.revision, "plan": done.plan.to_json()})
    elif done.plan.is_empty:
        typer.echo(f"{tenant} stays at revision {done.revision}.")
    else:
        typer.echo(f"Deployed: {tenant} is at revision {done.revision}.")


def pull(
    folder: Path = FOLDER_ARGUMENT,
    tenant: str = TENANT_OPTION,
    owner: str = typer.Option("", "--owner", help="A package's name; the tenant's own files when not given."),
    revision: int | None = typer.Option(
        None, "--revision", min=0, help="An earlier revision; the one in force when not given."
    ),
    as_json: bool = JSON_OPTION,
) -> None:
    """Write the deployed files into the folder, byte for byte. Files in it that are not deployed stay."""
    from trellis.cli.running import run_with_runtime
    from trellis.packaging.folder import write_folder
    from trellis.schema.deploy import pull as pull_files

    async def work(runtime: Runtime) -> dict[str, str]:
        return await pull_files(await runtime.tenant(tenant), owner, revision=revision)

    files = run_with_runtime(work)
    write_folder(folder, files)
    if as_json:
        print_json({"folder": str(folder), "files": sorted(files)})
    else:
        typer.echo(f"Wrote {len(files)} {'file' if len(files) == 1 else 'files'} to {folder}.")


def show_bin(tenant: str = TENANT_OPTION, as_json: bool = JSON_OPTION) -> None:
    """List what waits in the bin. Deploying a field or object of the same name and type brings it back."""
    from trellis.cli.running import run_with_runtime
    from trellis.schema.purge import list_bin

    async def work(runtime: Runtime) -> tuple[BinEntry, ...]:
        return await list_bin(await runtime.tenant(tenant))

    _print_entries(run_with_runtime(work), as_json=as_json)


def purge_bin(tenant: str = TENANT_OPTION, as_json: bool = JSON_OPTION) -> None:
    """Drop what has waited its 30 days, for good."""
    from datetime import UTC, datetime

    from trellis.cli.running import run_with_runtime
    from trellis.schema.purge import purge

    async def work(runtime: Runtime) -> tuple[BinEntry, ...]:
        return await purge(await runtime.tenant(tenant), now=datetime.now(UTC))

    _print_entries(run_with_runtime(work), as_json=as_json)


def _print_entries(entries: Sequence[BinEntry], *, as_json: bool) -> None:
    rows = [(one.object, one.field, one.removed_at, one.expires_at) for one in entries]
    if as_json:
        print_json([dict(zip(("object", "field", "removed_at", "expires_at"), row, strict=True)) for row in rows])
    else:
        print_table(("object", "field", "removed (UTC)", "kept until (UTC)"), rows)


async def _deploy(
    tenant: Tenant, actor: Actor, change: SourceChange, *, yes: bool, summary: str, ask: bool
) -> Deployment:
    """On a terminal shows the plan and asks before anything is removed. What is applied is the plan that was shown, or nothing."""
    from trellis.schema.deploy import deploy, plan_deploy

    made = await plan_deploy(tenant, actor, change)
    if ask:
        typer.echo(made.to_text())
    if made.is_destructive and not made.is_blocked and not yes and ask and sys.stdin.isatty():
        typer.confirm("Apply it?", abort=True)
        yes = True
    return await deploy(
        tenant, actor, change, accept_destruction=yes, summary=summary, base_revision=made.revision_from
    )


def _change(folder: Path, *, keep: bool) -> SourceChange:
    from trellis.packaging.folder import load_folder
    from trellis.schema.deploy import SourceChange

    return SourceChange(files=load_folder(folder), replace=not keep)
