"""`trellis tenant`: creating, listing and deleting tenants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json, print_table

if TYPE_CHECKING:
    from trellis.runtime import Runtime
    from trellis.tenancy.entries import TenantEntry

NAME_ARGUMENT = typer.Argument(help="The tenant's name: a lower-case letter, then letters, digits and underscores.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Tenants: each has a database of its own.", no_args_is_help=True)
    group.command("create")(create)
    group.command("list")(show)
    group.command("delete")(delete)
    app.add_typer(group, name="tenant")


def create(
    name: str = NAME_ARGUMENT,
    label: str = typer.Option("", "--label", help="The name that people see; the name itself when not given."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Create a tenant with an empty model."""
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> str:
        return (await runtime.directory.create(name, label)).label

    created = run_with_runtime(work)
    if as_json:
        print_json({"name": name, "label": created})
    else:
        typer.echo(f"Created the tenant {name}. Add an administrator: trellis user create NAME --admin --tenant {name}")


def show(as_json: bool = JSON_OPTION) -> None:
    """List the tenants."""
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> tuple[TenantEntry, ...]:
        return await runtime.directory.list()

    entries = run_with_runtime(work)
    if as_json:
        print_json([{"name": one.name, "label": one.label, "created_at": one.created_at} for one in entries])
    else:
        print_table(
            ("name", "label", "created"), [(one.name, one.label, f"{one.created_at:%Y-%m-%d}") for one in entries]
        )


def delete(
    name: str = NAME_ARGUMENT,
    yes: bool = typer.Option(False, "--yes", help="Erase it without asking. There is no way back."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Erase a tenant: its records, people, metadata and history. There is no way back."""
    import sys

    from trellis.cli.running import run_with_runtime

    if not yes:
        if as_json or not sys.stdin.isatty():
            raise UsedWrongly(f"This erases everything in {name}, for good; say --yes if that is meant.")
        typer.confirm(f"Erase everything in {name}, for good?", abort=True)

    async def work(runtime: Runtime) -> None:
        await runtime.directory.delete(name)

    run_with_runtime(work)
    if as_json:
        print_json({"name": name, "deleted": True})
    else:
        typer.echo(f"Erased the tenant {name}.")
