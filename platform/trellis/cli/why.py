"""`trellis why`: what rules decided about a record, by which clause, and what they read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json

if TYPE_CHECKING:
    from trellis.explain.model import Explained, Happening, Reason
    from trellis.runtime import Runtime


def register(app: typer.Typer) -> None:
    app.command("why")(why)


def why(
    record: str = typer.Argument(help="The record: OBJECT/ID, or its id alone."),
    field: str | None = typer.Argument(None, help="Only what is about this field, such as owner."),
    tenant: str = typer.Option(..., "--tenant", "-t", help="The tenant's name."),
    language: str = typer.Option("en", "--language", help="en or zh-Hans."),
    limit: int = typer.Option(20, "--limit", min=1, max=200, help="How many saves, the newest first."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Say why a record is as it is: the rule and the line that decided, the values that were read, and the history of tracked fields."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.explain.json_form import explained_json
    from trellis.formulas.words import LANGUAGES

    if language not in LANGUAGES:
        raise UsedWrongly(f"--language is {language!r}; it can be {' or '.join(LANGUAGES)}.")

    async def work(runtime: Runtime) -> Explained:
        home = await runtime.tenant(tenant)
        actor = await acting(home)
        explanations = runtime.explanations(home)
        object_name, slash, record_id = record.partition("/")
        if not slash:
            object_name, record_id = await explanations.find_object(actor, record), record
        return await explanations.explain(actor, object_name, record_id, field=field, language=language, limit=limit)

    found = run_with_runtime(work)
    if as_json:
        print_json(explained_json(found))
        return
    for line in _lines(found, field, _WORDS[language]):
        typer.echo(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    nothing: str
    nothing_of: str
    head: str
    more: str


_WORDS = {
    "en": _Words(
        nothing="No rule has decided anything about it, or the ledger no longer says so.",
        nothing_of="No rule has decided anything about %(field)s of it, or the ledger no longer says so.",
        head="%(at)s UTC%(by)s, revision %(revision)s",
        more="There is more: --limit 200.",
    ),
    "zh-Hans": _Words(
        nothing="没有规则对它作出过决定，或账簿中已无记录。",
        nothing_of="没有规则对它的 %(field)s 作出过决定，或账簿中已无记录。",
        head="%(at)s UTC%(by)s，版本 %(revision)s",
        more="还有更多：--limit 200。",
    ),
}


def _lines(found: Explained, field: str | None, words: _Words) -> Iterator[str]:
    yield f"{found.object} {found.record_id}" + (f"  {found.name}" if found.name else "")
    if not found.happenings:
        yield words.nothing_of % {"field": field} if field else words.nothing
    for happening in found.happenings:
        yield ""
        yield _head(happening, words)
        for reason in happening.reasons:
            yield from _of_reason(reason)
        for change in happening.changes:
            yield f"  {change.sentence}"
    if found.has_more:
        yield ""
        yield words.more


def _head(happening: Happening, words: _Words) -> str:
    by = f", {happening.actor}" if happening.actor else ""
    return words.head % {"at": f"{happening.at:%Y-%m-%d %H:%M:%S}", "by": by, "revision": happening.revision}


def _of_reason(reason: Reason) -> Iterator[str]:
    yield f"  {reason.sentence}"
    if reason.because:
        yield f"    {reason.because}"
    if reason.clause:
        yield f"    {reason.path}:{reason.line}  {reason.clause}"
    if reason.read:
        yield f"    {', '.join(f'{one.label} = {one.text or chr(8709)}' for one in reason.read)}"
