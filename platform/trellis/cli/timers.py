"""`trellis timers`: what rules and approvals will do later: seeing it, calling it off, trying again what failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json, print_table

if TYPE_CHECKING:
    from trellis.automation.timing.waiting import ChosenTimers, WaitingTimers
    from trellis.runtime import Runtime

TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")
IDS = typer.Argument(None, metavar="ID", help="Timers, as `trellis timers list` names them.")
RULE = typer.Option(None, "--rule", help="Those of one rule or approval.")
OBJECT = typer.Option(None, "--object", help="Those of records of one object.")
RECORD = typer.Option(None, "--record", help="Those of one record, by its id.")
DEAD = typer.Option(False, "--dead", help="Those that were given up.")
EVERY = typer.Option(False, "--all", help="Every timer.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="What rules and approvals will do later.", no_args_is_help=True)
    group.command("list")(show)
    group.command("cancel")(cancel)
    group.command("retry")(retry)
    app.add_typer(group, name="timers")


def show(
    tenant: str = TENANT,
    rule: str | None = RULE,
    object_name: str | None = OBJECT,
    record: str | None = RECORD,
    dead: bool = DEAD,
    limit: int = typer.Option(50, "--limit", min=1, max=10_000, help="How many to show at most, the next first."),
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """List the timers of records: what is due when, and what failed. Dates and schedules have theirs a day ahead at most."""
    from trellis.automation.timing.waiting import list_timers
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    chosen = _chosen(None, rule, object_name, record, dead=dead)

    async def work(runtime: Runtime) -> WaitingTimers:
        home = await runtime.tenant(tenant)
        return await list_timers(home, runtime.access, await acting(home, login), chosen, limit=limit)

    found = run_with_runtime(work)
    if as_json:
        print_json({"total": found.total, "timers": found.timers})
        return
    rows = [
        (
            *(one.id, one.kind, one.rule, one.object, one.record_id, f"{one.due_at:%Y-%m-%d %H:%M:%S}"),
            *("given up" if one.status == "dead" else "", one.attempts or "", one.last_error),
        )
        for one in found.timers
    ]
    print_table(("id", "kind", "rule", "object", "record", "due (UTC)", "", "failed", "last error"), rows)
    if found.total > len(found.timers):
        typer.echo(f"{len(found.timers):,} of {found.total:,}; --limit shows more.", err=True)


def cancel(
    ids: list[str] | None = IDS,
    rule: str | None = RULE,
    object_name: str | None = OBJECT,
    record: str | None = RECORD,
    dead: bool = DEAD,
    every: bool = EVERY,
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Call timers off: what they were to do is not done. A rule that fires again sets new ones."""
    from trellis.automation.timing.waiting import call_off_timers

    chosen = _chosen(ids, rule, object_name, record, dead=dead)
    _refuse_all_unsaid(chosen, every=every)
    count = _change(tenant, login, chosen, call_off_timers)
    if as_json:
        print_json({"cancelled": count})
    else:
        typer.echo(f"{count:,} {'timer is' if count == 1 else 'timers are'} called off.")


def retry(
    ids: list[str] | None = IDS,
    rule: str | None = RULE,
    object_name: str | None = OBJECT,
    record: str | None = RECORD,
    dead: bool = DEAD,
    every: bool = EVERY,
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Try timers that failed or were given up now, as often as new ones."""
    from datetime import UTC, datetime
    from functools import partial

    from trellis.automation.timing.waiting import retry_timers

    chosen = _chosen(ids, rule, object_name, record, dead=dead)
    _refuse_all_unsaid(chosen, every=every)
    count = _change(tenant, login, chosen, partial(retry_timers, now=datetime.now(UTC)))
    if as_json:
        print_json({"retried": count})
    else:
        typer.echo(f"{count:,} {'timer is' if count == 1 else 'timers are'} tried again.")


def _change(tenant: str, login: str | None, chosen: ChosenTimers, change: Callable[..., Awaitable[int]]) -> int:
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> int:
        home = await runtime.tenant(tenant)
        count = await change(home, runtime.access, await acting(home, login), chosen)
        runtime.jobs.enqueue(tenant)
        return count

    return run_with_runtime(work)


def _chosen(
    ids: list[str] | None, rule: str | None, object_name: str | None, record: str | None, *, dead: bool
) -> ChosenTimers:
    from trellis.automation.timing.waiting import ChosenTimers

    return ChosenTimers(
        ids=tuple(ids) if ids else None,
        rule=rule,
        object=object_name,
        record_id=record,
        status="dead" if dead else None,
    )


def _refuse_all_unsaid(chosen: ChosenTimers, *, every: bool) -> None:
    if bool(chosen.shape) == every:
        raise UsedWrongly("Name timers, a rule, an object or a record, or say --dead; or say --all, and nothing else.")
