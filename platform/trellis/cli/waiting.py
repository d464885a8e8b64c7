"""The commands of `trellis queue` about its records: taking the next one, who is away, and giving back what they own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, print_json, print_table

if TYPE_CHECKING:
    from trellis.automation.pulling import Pulled
    from trellis.automation.queue_members import QueueMember
    from trellis.automation.reassigning import Reassigned
    from trellis.runtime import Runtime

QUEUE = typer.Argument(help="The queue's name, as in queues.yaml.")
USER = typer.Argument(help="Somebody's user name or id.")
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")
OBJECT = typer.Option(None, "--object", "-o", help="Only records of this object.")
WHERE = typer.Option(None, "--where", help="Only records for which this formula holds; with --object.")


def register(group: typer.Typer) -> None:
    group.command("pull")(take)
    group.command("absent")(mark)
    group.command("reassign")(give_back)


def take(
    queue: str = QUEUE,
    tenant: str = TENANT,
    object_name: str | None = OBJECT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Take the record that waits longest; whoever takes it must sit at the queue."""
    from trellis.automation.pulling import pull
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> Pulled | None:
        home = await runtime.tenant(tenant)
        actor = await acting(home, login)
        return await pull(home, runtime.automation, runtime.access, actor, queue, object_name=object_name)

    taken = run_with_runtime(work)
    if as_json:
        print_json(taken)
    elif taken is None:
        typer.echo(f"Nothing waits in {queue}.")
    else:
        print_table(("object", "id", "version"), [(taken.object, taken.id, taken.version)])


def mark(
    queue: str = QUEUE,
    user: str = USER,
    tenant: str = TENANT,
    is_back: bool = typer.Option(False, "--back", help="They are back, and take turns again."),
    goes_back: bool = typer.Option(False, "--reassign", help="What they own goes back through the queue at once."),
    object_name: str | None = OBJECT,
    where: str | None = WHERE,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Say that somebody at a queue is away: they get nothing until they are back."""
    from trellis.automation.queue_members import mark_absence
    from trellis.automation.reassigning import reassign
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> tuple[QueueMember, Reassigned | None]:
        home = await runtime.tenant(tenant)
        access, actor = runtime.access, await acting(home, login)
        member = await mark_absence(home, access, actor, queue, user, is_absent=not is_back)
        if not goes_back:
            return member, None
        return member, await reassign(
            home, runtime.automation, access, actor, queue, member.user_id, object_name=object_name, where=where
        )

    member, done = run_with_runtime(work)
    if as_json:
        print_json({"member": member, "reassigned": done})
        return
    typer.echo(f"{member.name} is {'away' if member.is_absent else 'back'} at {queue}.")
    if done is not None:
        _print_reassigned(done)


def give_back(
    queue: str = QUEUE,
    user: str = USER,
    tenant: str = TENANT,
    object_name: str | None = OBJECT,
    where: str | None = WHERE,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Let the rules that give records to a queue decide anew about what somebody owns, that person left out."""
    from trellis.automation.reassigning import reassign
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> Reassigned:
        home = await runtime.tenant(tenant)
        actor = await acting(home, login)
        return await reassign(
            home, runtime.automation, runtime.access, actor, queue, user, object_name=object_name, where=where
        )

    done = run_with_runtime(work)
    if as_json:
        print_json(done)
    else:
        _print_reassigned(done)


def _print_reassigned(done: Reassigned) -> None:
    print_table(("moved", "waiting", "refused"), [(done.moved, done.waiting, done.refused)])
