"""`trellis mail`: letters that came back, and addresses that get no more of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, print_json, print_table

if TYPE_CHECKING:
    from trellis.automation.bounces import Applied
    from trellis.automation.suppressions import Suppression
    from trellis.runtime import Runtime

ADDRESS = typer.Argument(help="The e-mail address.")
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")
TRY_AGAIN = 75
"""EX_TEMPFAIL: the mail server keeps the letter and hands it over again later."""


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Mail that came back, and addresses that get none.", no_args_is_help=True)
    group.command("bounce")(bounce)
    group.command("suppressed")(show)
    group.command("suppress")(add)
    group.command("allow")(allow)
    app.add_typer(group, name="mail")


def bounce(
    file: Path | None = typer.Argument(None, help="A letter that came back, as a file; standard input when not given."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Take in a letter that came back, as a mail server hands it over: note it at the message, and send no more to an address that is
    gone. What is no report of a letter of ours is passed over. Ends with 75 when it should be handed over again."""
    from datetime import UTC, datetime

    from trellis.automation.bounces import MAX_SIZE, apply_bounce, parse_bounce
    from trellis.cli.running import run_with_runtime
    from trellis.errors import TrellisError

    content = sys.stdin.buffer.read(MAX_SIZE) if file is None else file.read_bytes()[:MAX_SIZE]
    found = parse_bounce(content)

    async def work(runtime: Runtime) -> Applied | None:
        home = None if found is None else await runtime.directory.find(found.tenant)
        if found is None or home is None:
            return None
        return await apply_bounce(home, found, now=datetime.now(UTC))

    try:
        applied = None if found is None else run_with_runtime(work)
    except TrellisError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(TRY_AGAIN) from error
    if as_json:
        print_json({"applied": applied})
    elif applied is None:
        typer.echo("This is no report of a letter of ours; nothing was done.")
    else:
        after = "it gets no more mail" if applied.is_suppressed else "the next letter is sent"
        typer.echo(f"A letter to {applied.address} came back; {after}.")


def show(
    tenant: str = TENANT,
    limit: int = typer.Option(100, "--limit", min=1, max=100_000, help="How many to show at most, newest first."),
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """List the addresses that get no mail from rules, and why: they unsubscribed, mail came back, or somebody added them."""
    from trellis.automation.suppressions import list_suppressed
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> tuple[Suppression, ...]:
        home = await runtime.tenant(tenant)
        return await list_suppressed(home, runtime.access, await acting(home, login), limit=limit)

    found = run_with_runtime(work)
    if as_json:
        print_json(found)
    else:
        rows = [(one.address, one.reason, f"{one.created_at:%Y-%m-%d %H:%M}", one.detail) for one in found]
        print_table(("address", "reason", "since (UTC)", "detail"), rows)


def add(address: str = ADDRESS, tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """Send no more mail to an address outside."""
    from datetime import UTC, datetime

    from trellis.automation.suppressions import add_suppressed
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> None:
        home = await runtime.tenant(tenant)
        await add_suppressed(home, runtime.access, await acting(home, login), address, now=datetime.now(UTC))

    run_with_runtime(work)
    if as_json:
        print_json({"suppressed": address})
    else:
        typer.echo(f"{address} gets no more mail.")


def allow(address: str = ADDRESS, tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """Send mail to a suppressed address again."""
    from trellis.automation.suppressions import lift_suppressed
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> None:
        home = await runtime.tenant(tenant)
        await lift_suppressed(home, runtime.access, await acting(home, login), address)

    run_with_runtime(work)
    if as_json:
        print_json({"allowed": address})
    else:
        typer.echo(f"{address} gets mail again.")
