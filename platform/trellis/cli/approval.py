"""`trellis approval`: submitting records, what waits for whom, and decisions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import typer

from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json, print_table

if TYPE_CHECKING:
    from trellis.automation.approvals.desk import Sight
    from trellis.automation.approvals.reading import Listed
    from trellis.automation.approvals.store import Request
    from trellis.runtime import Runtime
    from trellis.security.actor import Actor
    from trellis.tenancy.tenant import Tenant

    Move = Callable[[Runtime, Tenant, Actor], Awaitable[Request]]

TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")
REQUEST = typer.Argument(metavar="ID", help="The request, as `trellis approval list` names it.")
COMMENT = typer.Option(None, "--comment", "-m", help="What the others read.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Records that people decide on before they go on.", no_args_is_help=True)
    for name, command in (
        ("list", show),
        ("show", detail),
        ("submit", submit),
        ("approve", approve),
        ("reject", reject),
        ("delegate", delegate),
        ("recall", recall),
    ):
        group.command(name)(command)
    app.add_typer(group, name="approval")


def show(
    tenant: str = TENANT,
    login: str | None = LOGIN,
    box: str = typer.Option("waiting", "--box", help="waiting, submitted or done."),
    as_json: bool = JSON_OPTION,
) -> None:
    """List what waits for a user, what they submitted, or what they have decided."""
    from trellis.automation.approvals.json_form import listed_json
    from trellis.automation.approvals.reading import BOXES
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    if box not in BOXES:
        raise UsedWrongly(f"There is no box {box}; choose {', '.join(BOXES)}.")

    async def work(runtime: Runtime) -> list[dict[str, Any]]:
        home = await runtime.tenant(tenant)
        actor = await acting(home, login)
        found: tuple[Listed, ...] = await runtime.approval_desk(home).box(actor, box, 1_000)
        model = (await home.compiled()).model
        return [listed_json(one, model, actor.language) for one in found]

    rows = run_with_runtime(work)
    if as_json:
        print_json(rows)
        return
    headings = ("id", "approval", "record", "status", "step", "submitted by", "submitted at")
    print_table(headings, [_row(row) for row in rows])


def detail(
    request: str = REQUEST, tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION
) -> None:
    """Show a request: who is asked, what happened, and what is ahead."""

    _open(tenant, login, request, None, as_json=as_json)


def submit(
    object_name: str = typer.Argument(metavar="OBJECT", help="The record's object."),
    record: str = typer.Argument(metavar="ID", help="The record's id."),
    approval: str | None = typer.Option(None, "--approval", help="Its name, where the object has several."),
    comment: str | None = COMMENT,
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Submit a record for approval."""
    _move(
        tenant,
        login,
        lambda runtime, home, actor: runtime.approvals(home).submit(actor, object_name, record, approval, comment),
        as_json=as_json,
    )


def approve(
    request: str = REQUEST,
    comment: str | None = COMMENT,
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Agree, as the user whom the request waits for."""
    _move(
        tenant,
        login,
        lambda runtime, home, actor: runtime.approvals(home).approve(actor, request, comment),
        as_json=as_json,
    )


def reject(
    request: str = REQUEST,
    comment: str = typer.Option(..., "--comment", "-m", help="Why; whoever submitted it reads it."),
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Reject, as the user whom the request waits for."""
    _move(
        tenant,
        login,
        lambda runtime, home, actor: runtime.approvals(home).reject(actor, request, comment),
        as_json=as_json,
    )


def delegate(
    request: str = REQUEST,
    to: str = typer.Option(..., "--to", help="Who decides instead: a user name."),
    whose: str | None = typer.Option(None, "--from", help="Whose vote it is; one's own when not given."),
    comment: str | None = COMMENT,
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Let somebody else decide."""
    _move(
        tenant,
        login,
        lambda runtime, home, actor: runtime.approvals(home).delegate(actor, request, to, comment, whose=whose),
        as_json=as_json,
    )


def recall(
    request: str = REQUEST,
    comment: str | None = COMMENT,
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Take a request back, as who submitted it, the record's owner or an administrator."""
    _move(
        tenant,
        login,
        lambda runtime, home, actor: runtime.approvals(home).recall(actor, request, comment),
        as_json=as_json,
    )


def _move(tenant: str, login: str | None, move: Move, *, as_json: bool) -> None:
    _open(tenant, login, "", move, as_json=as_json)


def _open(tenant: str, login: str | None, request_id: str, move: Move | None, *, as_json: bool) -> None:
    """The request, or the one that the move is about, after it."""
    from datetime import UTC, datetime

    from trellis.automation.approvals.json_form import sight_json
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> tuple[Sight, dict[str, Any]]:
        home = await runtime.tenant(tenant)
        actor = await acting(home, login)
        shown = request_id if move is None else (await move(runtime, home, actor)).id
        sight = await runtime.approval_desk(home).open(actor, shown, now=datetime.now(UTC))
        return sight, sight_json(sight, (await home.compiled()).model, actor.language)

    sight, body = run_with_runtime(work)
    if as_json:
        print_json(body)
    else:
        print_table(("what", "step", "by", "comment", "at (UTC)"), _lines(sight))


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    by = row["submitted_by"]
    who = by["username"] if by else ""
    return (row["id"], row["label"], row["title"], row["status"], row["step_label"], who, row["submitted_at"])


def _lines(sight: Sight) -> list[tuple[object, ...]]:
    """What happened, who is asked, what is ahead."""
    lines: list[tuple[object, ...]] = [
        (
            event.kind.replace("_", " "),
            sight.step_label(event.step),
            event.user.username if event.user else "",
            f"to {event.other.username}" if event.other else event.comment,
            event.happened_at,
        )
        for event in sight.opened.events
    ]
    lines += [
        ("asked", sight.step_label(vote.step), vote.user.username, None, vote.asked_at) for vote in sight.opened.waiting
    ]
    for step in sight.ahead:
        why = step.offer.passed_over if step.offer else None
        people = ", ".join(person.username for person in step.people)
        lines.append(("to be passed over" if why else "ahead", step.label, people, why, None))
    return lines
