"""`trellis audit`: what happened that somebody may have to answer for; verifying it, taking it along, forgetting what is old."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from trellis.cli.console import JSON_OPTION, REFUSED, print_json, print_table

if TYPE_CHECKING:
    from trellis.runtime import Runtime
    from trellis.security.actor import Actor
    from trellis.security.audit.anchor import Anchor
    from trellis.security.audit.chain import AuditRow
    from trellis.security.audit.read import Wanted
    from trellis.security.audit.verify import Verification
    from trellis.tenancy.tenant import Tenant

T = TypeVar("T")
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")
EVENT = typer.Option("", "--event", help="Names of events between commas, such as signed_in,sign_in_failed.")
ACTOR = typer.Option("", "--by", help="Who did it: a user name or e-mail address.")
SUBJECT = typer.Option("", "--subject", help="What it was done to: an id, or the name of what has no id.")
ADDRESS = typer.Option("", "--address", help="The network address that it came from.")
SINCE = typer.Option("", "--since", help="From this date or moment on, such as 2026-03-31 (UTC).")
UNTIL = typer.Option("", "--until", help="Before this date or moment.")


class Shape(StrEnum):
    jsonl = "jsonl"
    csv = "csv"


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="What happened that somebody may have to answer for.", no_args_is_help=True)
    group.command("list")(show)
    group.command("export")(export)
    group.command("verify")(verify)
    group.command("check")(check)
    group.command("anchor")(anchor)
    group.command("prune")(prune)
    app.add_typer(group, name="audit")


def show(
    tenant: str = TENANT,
    event: str = EVENT,
    by: str = ACTOR,
    subject: str = SUBJECT,
    address: str = ADDRESS,
    since: str = SINCE,
    until: str = UNTIL,
    limit: int = typer.Option(50, "--limit", min=1, max=10_000, help="How many to show at most, the newest first."),
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """List what was audited, the newest first."""
    from trellis.security.audit.export import row_json
    from trellis.security.audit.read import list_audit

    asked = {"event": event, "subject": subject, "address": address, "since": since, "until": until}

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> tuple[AuditRow, ...]:
        return await list_audit(home, runtime.access, actor, await _wanted(home, asked, by), limit=limit)

    rows = _act(tenant, login, work)
    if as_json:
        print_json({"rows": [row_json(row) for row in rows]})
        return
    print_table(
        ("number", "at (UTC)", "event", "by", "from", "what"),
        [
            (
                row.number,
                f"{row.occurred_at:%Y-%m-%d %H:%M:%S}",
                row.event,
                row.actor_name,
                row.address or row.channel,
                " ".join(filter(None, (row.subject_kind, row.subject_name or row.subject_id))),
            )
            for row in rows
        ],
    )


def export(
    tenant: str = TENANT,
    shape: Shape = typer.Option(Shape.jsonl, "--format", help="JSON lines, or CSV for a spreadsheet."),
    event: str = EVENT,
    by: str = ACTOR,
    subject: str = SUBJECT,
    address: str = ADDRESS,
    since: str = SINCE,
    until: str = UNTIL,
    to: Path | None = typer.Option(None, "--to", help="The file to write; standard output when not given."),
    login: str | None = LOGIN,
) -> None:
    """Write the audit to a file or to standard output, the oldest row first. The export itself is audited."""
    from datetime import UTC, datetime

    from trellis.security.audit.export import export_audit

    asked = {"event": event, "subject": subject, "address": address, "since": since, "until": until}
    now = datetime.now(UTC)

    with to.open("w", encoding="utf-8", newline="") if to else nullcontext(sys.stdout) as out:

        async def work(runtime: Runtime, home: Tenant, actor: Actor) -> None:
            wanted = await _wanted(home, asked, by)
            async for piece in await export_audit(home, runtime.access, actor, wanted, shape.value, now=now):
                out.write(piece)

        _act(tenant, login, work)


def verify(
    tenant: str = TENANT,
    anchor: Path | None = typer.Option(None, "--anchor", help="A file of what `trellis audit anchor` printed."),
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Check that every row is as it was written and none is missing. Ends with 1 when something is wrong."""
    from trellis.security.audit.anchor import parse_anchors
    from trellis.security.audit.verify import verify_audit

    anchors = parse_anchors(anchor.read_text("utf-8")) if anchor else ()

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> Verification:
        return await verify_audit(home, runtime.access, actor, anchors=anchors)

    _tell(_act(tenant, login, work), f"The audit of {tenant}", as_json=as_json)


def check(
    export: Path = typer.Argument(help="A file of JSON lines that `trellis audit export` wrote, without a filter."),
    anchor: Path | None = typer.Option(None, "--anchor", help="A file of what `trellis audit anchor` printed."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Check an exported audit by itself: no database is asked. Ends with 1 when something is wrong."""
    from trellis.security.audit.anchor import parse_anchors
    from trellis.security.audit.exported import check_export

    anchors = parse_anchors(anchor.read_text("utf-8")) if anchor else ()
    with export.open(encoding="utf-8") as lines:
        found = check_export(lines, anchors)
    _tell(found, f"The audit in {export.name}", as_json=as_json)


def _tell(found: Verification, what: str, *, as_json: bool) -> None:
    """Raises Exit when something is wrong."""
    if as_json:
        print_json({"is_intact": found.is_intact, **_said(found)})
    else:
        for finding in found.findings:
            typer.echo(finding.message, err=True)
        if found.finding_count > len(found.findings):
            typer.echo(f"… and {found.finding_count - len(found.findings):,} more.", err=True)
        if found.pruned_anchors:
            typer.echo(f"Of rows that were pruned: {_count(found.pruned_anchors, 'anchor')}.", err=True)
        rows = max(0, found.last - found.first + 1) if found.first else 0
        state = "is whole" if found.is_intact else "is not as it was written"
        typer.echo(f"{what} {state}: {_count(rows, 'row')}, {_count(found.anchors, 'anchor')}.")
    if not found.is_intact:
        raise typer.Exit(REFUSED)


def anchor(
    tenant: str = TENANT,
    to: Path | None = typer.Option(None, "--to", help="The file to add it to; standard output when not given."),
    login: str | None = LOGIN,
) -> None:
    """Say where the audit ends now, as a line for a file that is kept somewhere else."""
    from datetime import UTC, datetime

    from trellis.security.audit.anchor import make_anchor, render_anchor

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> Anchor:
        return await make_anchor(home, runtime.access, actor, now=datetime.now(UTC))

    line = render_anchor(_act(tenant, login, work))
    if to is None:
        typer.echo(line)
        return
    with to.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def prune(
    before: str = typer.Option(..., "--before", help="Rows older than this date or moment go."),
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Remove old rows for good. What is left still verifies."""
    from datetime import UTC, datetime

    from trellis.security.audit.asked import parse_moment
    from trellis.security.audit.prune import prune_audit

    moment = parse_moment(before)

    async def work(runtime: Runtime, home: Tenant, actor: Actor) -> int:
        return await prune_audit(home, runtime.access, actor, before=moment, now=datetime.now(UTC))

    count = _act(tenant, login, work)
    if as_json:
        print_json({"pruned": count})
    else:
        typer.echo(f"Pruned {count:,} rows of the audit of {tenant}.")


def _act(tenant: str, login: str | None, work: Callable[[Runtime, Tenant, Actor], Awaitable[T]]) -> T:
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def run(runtime: Runtime) -> T:
        home = await runtime.tenant(tenant)
        return await work(runtime, home, await acting(home, login))

    return run_with_runtime(run)


async def _wanted(home: Tenant, asked: dict[str, str], by: str) -> Wanted:
    from trellis.security.audit.asked import parse_wanted
    from trellis.security.users import get_user

    actor = (await get_user(home, by)).id if by else ""
    return parse_wanted({**asked, "actor": actor})


def _said(found: Verification) -> dict[str, object]:
    names = ("first", "last", "findings", "finding_count", "anchors", "pruned_anchors")
    return {name: getattr(found, name) for name in names}


def _count(number: int, what: str) -> str:
    return f"{number:,} {what if number == 1 else what + 's'}"
