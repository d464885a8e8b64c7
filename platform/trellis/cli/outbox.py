"""`trellis outbox`: how delivery stands, and messages that were given up: seeing, mending and dropping them, trying them again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json, print_table

if TYPE_CHECKING:
    from trellis.automation.dead_rows import Chosen, DeadDetail, DeadRows
    from trellis.runtime import Runtime
    from trellis.security.actor import Actor
    from trellis.tenancy.tenant import Tenant

T = TypeVar("T")
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")
ROW = typer.Argument(metavar="ID", help="The message, as `trellis outbox list` names it.")
ROWS = typer.Argument(None, metavar="ID", help="Messages, as `trellis outbox list` names them.")
KIND = typer.Option(None, "--kind", help="Those of one kind, such as email.")
ERROR = typer.Option(None, "--error", help="Those whose last error reads exactly so.")
EVERY = typer.Option(False, "--all", help="Every message that was given up.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="How delivery stands, and messages that it has given up.", no_args_is_help=True)
    group.command("status")(status)
    group.command("list")(show)
    group.command("causes")(causes)
    group.command("show")(detail)
    group.command("mend")(mend)
    group.command("replay")(replay)
    group.command("drop")(drop)
    app.add_typer(group, name="outbox")


def status(tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """Say how many messages wait, fail, were given up, and were delivered in the last 24 hours."""
    from datetime import UTC, datetime

    from trellis.automation.outbox_state import MOST_COUNTED, OutboxState, get_outbox_state

    now = datetime.now(UTC)

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> OutboxState:
        return await get_outbox_state(home, runtime.access, actor, now=now)

    state = _act(tenant, login, work)
    if as_json:
        print_json(state)
        return

    def number(count: int) -> str:
        return f"{count:,}" if count <= MOST_COUNTED else f"more than {MOST_COUNTED:,}"

    late = f"{(now - state.due_since).total_seconds():,.0f} s" if state.due_since else ""
    names = ("waiting", "oldest for", "to be tried again", "given up", "delivered in 24 hours")
    print_table(
        names, [(number(state.waiting), late, number(state.retrying), number(state.dead), number(state.delivered))]
    )


def show(
    tenant: str = TENANT,
    limit: int = typer.Option(50, "--limit", min=1, max=10_000, help="How many to show at most, newest first."),
    kind: str | None = KIND,
    error: str | None = ERROR,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """List the messages that were given up: their kind, how often they were tried, and why it failed the last time."""
    dead = _listed(tenant, login, kind, error, limit)
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


def causes(tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """Say what messages failed with, and how many with each: whatever mends one mends all of a cause."""
    found = _listed(tenant, login, None, None, 1).causes
    if as_json:
        print_json({"causes": found})
        return
    rows = [
        (one.count, one.kind, f"{one.newest_at:%Y-%m-%d %H:%M}" if one.newest_at else "", one.error) for one in found
    ]
    print_table(("messages", "kind", "newest (UTC)", "last error"), rows)


def detail(row_id: str = ROW, tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """Show one message that was given up: what it says, and to whom."""
    from trellis.automation.dead_rows import get_dead

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> DeadDetail:
        return await get_dead(home, runtime.access, actor, row_id)

    found = _act(tenant, login, work)
    if as_json:
        print_json({"row": found.row, "payload": found.payload})
        return
    row = found.row
    facts = [
        ("kind", row.kind),
        ("about", f"{row.object} {row.record_id}" if row.object else ""),
        ("rule", row.rule),
        ("created (UTC)", f"{row.created_at:%Y-%m-%d %H:%M:%S}"),
        ("tries", row.attempts),
        ("last error", row.error),
    ]
    print_table(("", ""), [*facts, *((f"payload.{name}", value) for name, value in (found.payload or {}).items())])


def mend(
    row_id: str = ROW,
    settings: list[str] = typer.Option(
        ..., "--set", help="NAME=VALUE: the new value of an entry of the payload; NAME= alone leaves it empty."
    ),
    again: bool = typer.Option(False, "--replay", help="Put the message back in line at once."),
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Change what a message says or whom it is for: its address, its user, its text, its template."""
    from datetime import UTC, datetime

    from trellis.automation import mending

    changes = dict(_setting(one) for one in settings)
    now = datetime.now(UTC)

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> None:
        await mending.mend(home, runtime.access, actor, row_id, changes)
        if again:
            await mending.replay_one(home, runtime.access, actor, row_id, now=now)
            runtime.jobs.enqueue(tenant)

    _act(tenant, login, work)
    if as_json:
        print_json({"mended": sorted(changes), "replayed": int(again)})
    elif again:
        typer.echo("Mended, and in line again.")
    else:
        typer.echo(f"Mended. `trellis outbox replay {row_id} --tenant {tenant}` tries it again.")


def replay(
    row_ids: list[str] | None = ROWS,
    every: bool = EVERY,
    kind: str | None = KIND,
    error: str | None = ERROR,
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Put messages that were given up back in line; the server or a worker tries them as often as new ones."""
    from datetime import UTC, datetime

    from trellis.automation import mending
    from trellis.automation.dead_rows import no_dead_row

    chosen = _chosen(row_ids, kind, error, every=every)
    now = datetime.now(UTC)

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> int:
        count = await mending.replay(home, runtime.access, actor, chosen, now=now)
        if row_ids and not count:
            raise no_dead_row(row_ids[0])
        runtime.jobs.enqueue(tenant)
        return count

    count = _act(tenant, login, work)
    if as_json:
        print_json({"replayed": count})
    else:
        typer.echo(f"{_messages(count)} in line again.")


def drop(
    row_ids: list[str] | None = ROWS,
    every: bool = EVERY,
    kind: str | None = KIND,
    error: str | None = ERROR,
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Drop messages that were given up: they will never be delivered."""
    from datetime import UTC, datetime

    from trellis.automation import mending
    from trellis.automation.dead_rows import no_dead_row

    chosen = _chosen(row_ids, kind, error, every=every)
    now = datetime.now(UTC)

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> int:
        count = await mending.drop(home, runtime.access, actor, chosen, now=now)
        if row_ids and not count:
            raise no_dead_row(row_ids[0])
        return count

    count = _act(tenant, login, work)
    if as_json:
        print_json({"dropped": count})
    else:
        typer.echo(f"{_messages(count)} dropped.")


def _act(tenant: str, login: str | None, work: Callable[[Runtime, Tenant, Actor], Awaitable[T]]) -> T:
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def run(runtime: Runtime) -> T:
        home = await runtime.tenant(tenant)
        return await work(runtime, home, await acting(home, login))

    return run_with_runtime(run)


def _listed(tenant: str, login: str | None, kind: str | None, error: str | None, limit: int) -> DeadRows:
    from trellis.automation.dead_rows import Chosen, list_dead

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> DeadRows:
        return await list_dead(home, runtime.access, actor, Chosen(kind=kind, error=error), limit=limit)

    return _act(tenant, login, work)


def _chosen(row_ids: Sequence[str] | None, kind: str | None, error: str | None, *, every: bool) -> Chosen:
    """Nothing is chosen by accident."""
    from trellis.automation.dead_rows import Chosen

    chosen = Chosen(ids=tuple(row_ids) if row_ids else None, kind=kind, error=error)
    if (chosen == Chosen()) != every:
        raise UsedWrongly("Name the messages, or say --kind or --error, or --all alone.")
    return chosen


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsedWrongly(f"--set {text} has no NAME=VALUE.")
    return name.strip(), value or None


def _messages(count: int) -> str:
    return f"{count:,} {'message is' if count == 1 else 'messages are'}"
