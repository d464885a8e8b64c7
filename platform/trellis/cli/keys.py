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
    group.command("rotate")(rotate)
    group.command("rewrap")(rewrap)
    app.add_typer(group, name="keys")


def new() -> None:
    """Print a new master key, for a file or a vault. Nothing is changed."""
    from trellis.security.encryption.master_key import new_master_key

    typer.echo(new_master_key())


def show(
    tenant: str = typer.Option("", "--tenant", "-t", help="One tenant's name; all of them when not given."),
    as_json: bool = JSON_OPTION,
) -> None:
    """List the keys of tenants by number, never the keys themselves, and say where values are being sealed anew."""
    from functools import partial

    from trellis.cli.running import run_with_runtime
    from trellis.records.resealing import is_resealing

    busy: set[str] = set()

    async def work(runtime: Runtime) -> list[tuple[str, KeyInfo]]:
        names = [tenant] if tenant else [entry.name for entry in await runtime.directory.list()]
        found: list[tuple[str, KeyInfo]] = []
        for name in names:
            home = await runtime.tenant(name)
            found += [(name, key) for key in await home.key_store.list()]
            if await home.database.read(partial(is_resealing, schema=home.database.schema)):
                busy.add(name)
        return found

    found = run_with_runtime(work)
    if as_json:
        columns = ("use", "number", "master", "created_at", "used_from")
        print_json(
            [
                {"tenant": name, **{column: getattr(key, column) for column in columns}, "is_resealing": name in busy}
                for name, key in found
            ]
        )
        return
    rows = [(name, key.use, key.number, f"{key.used_from:%Y-%m-%d %H:%M:%S}", key.master) for name, key in found]
    print_table(("tenant", "use", "number", "used from (UTC)", "master key"), rows)
    for name in sorted(busy):
        typer.echo(f"{name}: what earlier keys sealed is being sealed anew.")


def rotate(
    tenant: str = typer.Option(..., "--tenant", "-t", help="The tenant's name."),
    reencrypt: bool = typer.Option(
        False,
        "--reencrypt",
        help="Seal anew what earlier keys sealed, too: the server or a worker does it, in batches.",
    ),
    login: str | None = typer.Option(None, "--as", help="The user who acts; the first administrator when not given."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Give a tenant a new data key. It seals what is written from a few seconds later on; earlier keys go on opening what they sealed."""
    from datetime import UTC, datetime

    from trellis.automation.timing.timers import write_timers_in
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.records.resealing import reseal_timer
    from trellis.security.encryption.rotation import rotate_data_key

    async def work(runtime: Runtime) -> KeyInfo:
        home, now = await runtime.tenant(tenant), datetime.now(UTC)
        made = await rotate_data_key(home, runtime.access, await acting(home, login), now=now)
        if reencrypt:
            timer = reseal_timer(made.number, made.used_from)
            await home.write(lambda transaction, compiled: write_timers_in(transaction, compiled, [timer], now))
        return made

    made = run_with_runtime(work)
    if as_json:
        print_json({"tenant": tenant, "number": made.number, "used_from": made.used_from, "reencrypts": reencrypt})
        return
    typer.echo(f"{tenant}: data key {made.number} seals from {made.used_from:%H:%M:%S} UTC on.")
    if reencrypt:
        typer.echo("What earlier keys sealed is sealed anew then; `trellis keys list` says so until it is done.")


def rewrap(as_json: bool = JSON_OPTION) -> None:
    """Wrap the keys of all tenants with the first master key, after which the others are no longer needed."""
    from datetime import UTC, datetime

    from trellis.cli.acting import operator
    from trellis.cli.running import run_with_runtime
    from trellis.security.encryption.rotation import rewrap_data_keys

    async def work(runtime: Runtime) -> dict[str, int]:
        counts = {}
        for entry in await runtime.directory.list():
            home = await runtime.tenant(entry.name)
            counts[entry.name] = await rewrap_data_keys(home, operator(), now=datetime.now(UTC))
        await runtime.directory.forget_earlier_masters()
        return counts

    counts = run_with_runtime(work)
    if as_json:
        print_json([{"tenant": name, "keys": count} for name, count in counts.items()])
        return
    for name, count in counts.items():
        typer.echo(f"{name}: {count} {'key' if count == 1 else 'keys'} wrapped anew.")
    typer.echo("Servers need the first master key only from now on.")
