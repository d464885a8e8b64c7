"""`trellis outbox`: messages that were given up, and trying them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json, print_table

if TYPE_CHECKING:
    from trellis.automation.dead_rows import DeadRows
    from trellis.runtime import Runtime

TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Messages that delivery has given up.", no_args_is_help=True)
    group.command("list")(show)
    group.command("replay")(replay)
    app.add_typer(group, name="outbox")


def show(
    tenant: str = TENANT,
    limit: int = typer.Option(50, "--limit", min=1, max=10_000, help="How many to show at most, newest first."),
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """List the messages that were given up: their kind, how often they were tried, and why it failed the last time."""
    from trellis.automation.dead_rows import list_dead
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> DeadRows:
        home = await runtime.tenant(tenant)
        return await list_dead(home, runtime.access, await acting(home, login), limit=limit)

    dead = run_with_runtime(work)
    if as_json:
        print_json({"total": dead.total, "rows": dead.rows})
        return
    rows = [
        (one.id, one.kind, one.object, one.rule, one.attempts, f"{one.created_at:%Y-%m-%d %H:%M}", one.error)
        for one in dead.rows
    ]
    print_table(("id", "kind", "object", "rule", "tries", "created (UTC)", "last error"), rows)
    if dead.total > len(dead.rows):
        typer.echo(f"{len(dead.rows):,} of {dead.total:,}; --limit shows more.", err=True)


def replay(
    row_id: str | None = typer.Argument(None, metavar="ID", help="The message, as `trellis outbox list` names it."),
    every: bool = typer.Option(False, "--all", help="Every message that was given up."),
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Put a message that was given up, or all of them, back in line; the server or a worker tries them as often as new ones."""
    from datetime import UTC, datetime

    from trellis.automation.dead_rows import replay_all, replay_one
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    if (row_id is None) == (not every):
        raise UsedWrongly("Name one message, or say --all.")
    now = datetime.now(UTC)

    async def work(runtime: Runtime) -> int:
        home = await runtime.tenant(tenant)
        actor = await acting(home, login)
        if row_id is None:
            count = await replay_all(home, runtime.access, actor, now=now)
        else:
            await replay_one(home, runtime.access, actor, row_id, now=now)
            count = 1
        runtime.jobs.enqueue(tenant)
        return count

    count = run_with_runtime(work)
    if as_json:
        print_json({"replayed": count})
    else:
        typer.echo(f"{count:,} {'message is' if count == 1 else 'messages are'} in line again.")
