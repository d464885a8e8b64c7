"""`trellis queue`: which queues there are, who sits at them, and seating others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from trellis.cli import waiting
from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json, print_table

if TYPE_CHECKING:
    from trellis.automation.queue_members import QueueMember, StaffedQueue
    from trellis.automation.seat_checks import NewMember
    from trellis.runtime import Runtime

QUEUE = typer.Argument(help="The queue's name, as in queues.yaml.")
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Queues, who sits at them, and what waits there.", no_args_is_help=True)
    group.command("list")(show)
    group.command("members")(members)
    group.command("set")(seat)
    waiting.register(group)
    app.add_typer(group, name="queue")


def show(tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """List the queues and who sits at each."""
    from trellis.automation.queue_members import list_queues
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> tuple[StaffedQueue, ...]:
        home = await runtime.tenant(tenant)
        return await list_queues(home, runtime.access, await acting(home, login))

    queues = run_with_runtime(work)
    if as_json:
        print_json([{"name": one.queue.name, "label": one.queue.label, "members": one.members} for one in queues])
    else:
        rows = [(one.queue.name, one.queue.label, ", ".join(map(_called, one.members))) for one in queues]
        print_table(("name", "label", "members"), rows)


def members(queue: str = QUEUE, tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """Show who sits at a queue, in order."""
    from trellis.automation.queue_members import get_queue
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> StaffedQueue:
        home = await runtime.tenant(tenant)
        return await get_queue(home, runtime.access, await acting(home, login), queue)

    _print(run_with_runtime(work), as_json=as_json)


def seat(
    queue: str = QUEUE,
    users: list[str] | None = typer.Argument(None, help="User names or ids, in the order in which they take turns."),
    tenant: str = TENANT,
    weights: list[str] = typer.Option(
        [],
        "--weight",
        help="USER=3: that user's weight; kept, and not used yet: a rule that says weighted names its own.",
    ),
    capacities: list[str] = typer.Option(
        [], "--capacity", help="USER=20: most records that user takes where a rule says least loaded; else any number."
    ),
    absent: list[str] = typer.Option([], "--absent", help="USER: sits there, and gets nothing for now."),
    empty: bool = typer.Option(False, "--empty", help="Nobody shall sit there any more."),
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Seat these users at a queue, in this order, and nobody else. What an option does not say is as for somebody new."""
    from trellis.automation.queue_members import replace_members
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    if bool(users) == empty:
        raise UsedWrongly("Name the users to seat, or say --empty when nobody shall sit there any more.")
    wanted = _wanted(users or [], _numbers("--weight", weights), _numbers("--capacity", capacities), absent)

    async def work(runtime: Runtime) -> StaffedQueue:
        home = await runtime.tenant(tenant)
        return await replace_members(home, runtime.access, await acting(home, login), queue, wanted)

    _print(run_with_runtime(work), as_json=as_json)


def _numbers(option: str, texts: Sequence[str]) -> Mapping[str, int]:
    numbers = {}
    for text in texts:
        user, _, number = text.rpartition("=")
        if not (user and number.isascii() and number.isdigit() and len(number) <= 9):
            raise UsedWrongly(f"{option} {text} cannot be read; such as {option} mei=3.")
        numbers[user] = int(number)
    return numbers


def _wanted(
    users: Sequence[str], weights: Mapping[str, int], capacities: Mapping[str, int], absent: Sequence[str]
) -> list[NewMember]:
    from trellis.automation.seat_checks import NewMember

    for user in (*weights, *capacities, *absent):
        if user not in users:
            raise UsedWrongly(f"{user} is not among the users to seat: {', '.join(users)}.")
    return [
        NewMember(user=user, weight=weights.get(user, 1), capacity=capacities.get(user), is_absent=user in absent)
        for user in users
    ]


def _print(staffed: StaffedQueue, *, as_json: bool) -> None:
    if as_json:
        print_json(staffed.members)
        return
    headings = ("place", "username", "name", "weight", "capacity", "absent", "active")
    rows = [
        (place, one.username, one.name, one.weight, one.capacity, one.is_absent, one.is_active)
        for place, one in enumerate(staffed.members, 1)
    ]
    print_table(headings, rows)


def _called(member: QueueMember) -> str:
    return f"{member.username} (absent)" if member.is_absent else member.username
