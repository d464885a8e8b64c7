"""`trellis keys`: the master key, and the data keys of tenants that it wraps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, print_json, print_table

if TYPE_CHECKING:
    from trellis.runtime import Runtime
    from trellis.security.encryption.key_store import KeyInfo


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The keys that secrets and encrypted fields are sealed with.", no_args_is_help=True)
    group.command("new")(new)
    group.command("list")(show)
    app.add_typer(group, name="keys")


def new() -> None:
    """Print a new master key, for a file or a vault. Nothing is changed."""
    from trellis.security.encryption.master_key import new_master_key

    typer.echo(new_master_key())


def show(
    tenant: str = typer.Option("", "--tenant", "-t", help="One tenant's name; all of them when not given."),
    as_json: bool = JSON_OPTION,
) -> None:
    """List the keys of tenants by number: never the keys themselves."""
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> list[tuple[str, KeyInfo]]:
        names = [tenant] if tenant else [entry.name for entry in await runtime.directory.list()]
        return [(name, key) for name in names for key in await (await runtime.tenant(name)).key_store.list()]

    found = run_with_runtime(work)
    if as_json:
        columns = ("use", "number", "master", "created_at", "used_from")
        print_json([{"tenant": name, **{column: getattr(key, column) for column in columns}} for name, key in found])
        return
    rows = [(name, key.use, key.number, f"{key.used_from:%Y-%m-%d %H:%M:%S}", key.master) for name, key in found]
    print_table(("tenant", "use", "number", "used from (UTC)", "master key"), rows)
