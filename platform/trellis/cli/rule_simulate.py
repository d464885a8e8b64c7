"""`trellis rule simulate`: what rules that are not deployed would do to the records of a tenant."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json

if TYPE_CHECKING:
    from trellis.runtime import Runtime
    from trellis.simulation.outcome import Shown, Simulation


def simulate(
    file: Path = typer.Argument(help="A rule file, or - for standard input."),
    tenant: str = typer.Option(..., "--tenant", "-t", help="The tenant's name."),
    object_name: str | None = typer.Option(
        None, "--object", help="Whose records; needed when the rules are about several."
    ),
    where: str | None = typer.Option(None, "--where", help="A condition: only these records."),
    shown: int = typer.Option(10, "--show", min=0, max=200, help="How many records to go through one by one."),
    since: str | None = typer.Option(
        None,
        "--since",
        help="90d, 12h, 4w, a day or a moment: go through the saves since then instead of the records of now.",
    ),
    login: str | None = typer.Option(None, "--as", help="The user who acts; the first administrator when not given."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Say which records a draft matches and what it would change, or would have changed. Nothing is written or sent."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.simulation.question import Question
    from trellis.simulation.service import Simulations

    question = Question(source=_read(file), object=object_name, where=where, shown=shown, since=since)

    async def work(runtime: Runtime) -> Simulation:
        home = await runtime.tenant(tenant)
        return await Simulations(home, runtime.access).simulate(await acting(home, login), question)

    found = run_with_runtime(work)
    if as_json:
        print_json(found.to_json())
        return
    for line in _lines(found):
        typer.echo(line)


def _read(file: Path) -> str:
    if file == Path("-"):
        return sys.stdin.read()
    try:
        return file.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsedWrongly(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsedWrongly(f"{file} is not UTF-8 text (byte {error.start})") from error


def _lines(found: Simulation) -> Iterator[str]:
    counts = found.counts
    of_all = "" if counts.is_whole else ", the newest; there are more"
    if found.since is not None:
        yield f"{counts.looked_at:,} saves of {found.object} since {found.since:%Y-%m-%d %H:%M}{of_all}. Nothing was written or sent."
    else:
        yield f"{counts.looked_at:,} records of {found.object}{of_all}. Nothing was written or sent."
    if found.untracked:
        yield f"Taken as they are now, since their history is not kept: {', '.join(found.untracked)}."
    if counts.why_tried:
        yield f"Tried one by one, since the database cannot count it: {counts.why_tried}."
    would = "would have come out differently" if found.since else "would change"
    for statement in counts.statements:
        does = "would refuse" if statement.kind == "validation" else "would fire for" if found.since else "matches"
        yield f'{statement.kind} "{statement.name}", line {statement.line}: {does} {statement.matches:,}'
        lines = [one for one in (*counts.lines, *counts.refused) if _is_within(statement.line, one.line, counts)]
        yield from (f"    {one.records:>9,}  {one.text}" for one in lines)
    for field in counts.fields:
        yield f"{field.field} {would} in {field.changes:,}"
        yield from (f"    {one.records:>9,}  {_shown(one.before)} -> {_shown(one.after)}" for one in field.values)
    if counts.owners:
        handed = "would have come out differently" if found.since else "would be assigned"
        yield f"owner {handed} in {sum(one.records for one in counts.owners):,}"
        yield from (f"    {one.records:>9,}  {_owner(one.before)} -> {_owner(one.after)}" for one in counts.owners[:20])
    for record in found.shown:
        yield from _record(record)


def _is_within(start: int, line: int, counts: Any) -> bool:
    """Whether a line belongs to the statement that begins at `start`: no other begins between them."""
    return start <= line and not any(start < other.line <= line for other in counts.statements)


def _record(record: Shown) -> Iterator[str]:
    saved = f", {record.save[0]} {record.save[1]:%Y-%m-%d %H:%M}" if record.save else ""
    fired = ", ".join(record.statements) or ("refused" if record.refused else "nothing fires")
    yield f"{record.id}  {record.name}{saved}: {fired}"
    if record.owner:
        yield f"    owner: {_owner(record.owner[0])} -> {_owner(record.owner[1])}"
    for change in record.changes:
        yield f"    {change.field}: {_shown(change.before)} -> {_shown(change.after)}"
    for told in record.told:
        yield f"    tells {told.to} by {told.channel}: {told.text}"
    for other in record.others:
        values = ", ".join(f"{name}: {_shown(value)}" for name, value in other.values.items())
        yield f"    {other.object} {other.did}: {values}"
    for message in record.refused:
        yield f"    refused: {message}"


def _owner(owner: Mapping[str, str]) -> str:
    named = " ".join(f"{kind} {name}" for kind, name in owner.items() if kind != "strategy") or "nobody"
    return f"{named}, {owner['strategy']}" if "strategy" in owner else named


def _shown(value: Any) -> str:
    return "blank" if value is None else str(value)
