"""`trellis access`: who may see and do what, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json, print_table

if TYPE_CHECKING:
    from trellis.explain.access import AccessAnswer
    from trellis.runtime import Runtime
    from trellis.schema.access_preview import AccessChange, AccessPreview

FOLDER = typer.Argument(help="The folder with the metadata files.", file_okay=False)
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Who may see and do what, and why.", no_args_is_help=True)
    group.command("why")(why)
    group.command("preview")(preview)
    app.add_typer(group, name="access")


def why(
    user: str = typer.Argument(help="The user name or e-mail address of whom it is about."),
    record: str = typer.Argument(help="The record: OBJECT/ID."),
    field: str | None = typer.Argument(None, help="A field of it, such as amount."),
    action: str = typer.Option("read", "--action", help="read, update or delete."),
    tenant: str = TENANT,
    language: str = typer.Option("en", "--language", help="en or zh-Hans."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Say why somebody may, or may not, see or change a record: the permission sets, roles, rules and shares that decide it. Exits with 1
    when they may not."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.explain.access import ASKED, AccessExplanations
    from trellis.explain.access_words import LANGUAGES, answer_json, sentence, verdict

    asked = next((one for one in ASKED if one == action), None)
    if asked is None:
        raise UsedWrongly(f"--action is {action!r}; it can be {', '.join(ASKED)}.")
    if language not in LANGUAGES:
        raise UsedWrongly(f"--language is {language!r}; it can be {' or '.join(LANGUAGES)}.")
    object_name, slash, record_id = record.partition("/")
    if not slash:
        raise UsedWrongly("Give the record as OBJECT/ID.")

    async def work(runtime: Runtime) -> AccessAnswer:
        home = await runtime.tenant(tenant)
        explanations = AccessExplanations(home, runtime.access)
        return await explanations.why(await acting(home), user, object_name, record_id, action=asked, field=field)

    found = run_with_runtime(work)
    if as_json:
        print_json(answer_json(found, language))
    else:
        typer.echo(verdict(found, language))
        for one in found.grounds:
            typer.echo(f"  {'+' if one.grants else '-'} {sentence(one, found, language)}")
    if not found.allowed:
        raise typer.Exit(1)


def preview(
    folder: Path = FOLDER,
    tenant: str = TENANT,
    keep: bool = typer.Option(False, "--keep", help="Leave alone what is deployed and not in the folder."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Say who would see more or less after deploying the folder: rights, fields and how many records, person by person."""
    from datetime import UTC, datetime

    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.packaging.folder import load_folder
    from trellis.schema.access_preview import preview_access
    from trellis.schema.deploy import SourceChange

    change = SourceChange(files=load_folder(folder), replace=not keep)

    async def work(runtime: Runtime) -> AccessPreview:
        home = await runtime.tenant(tenant)
        return await preview_access(home, runtime.access, await acting(home), change, now=datetime.now(UTC))

    found = run_with_runtime(work)
    if as_json:
        print_json(found.to_json())
        return
    if not found.changes:
        typer.echo(f"Nobody of {found.people} people would see more or less.")
        return
    rows = [
        (one.user, one.object, _difference(one), _count(one.records_before), _count(one.records_after))
        for one in found.changes
    ]
    print_table(("user", "object", "rights and fields", "records before", "records after"), rows)
    if not found.is_complete:
        typer.echo(f"Only the first {found.people} people were looked at.")


def _difference(one: AccessChange) -> str:
    gained = [*one.rights_gained, *one.fields_gained]
    lost = [*one.rights_lost, *one.fields_lost]
    marked = [f"{name}!" if name in one.sensitive else name for name in gained]
    types = [
        *(f"+record type {name}" for name in one.record_types_gained),
        *(f"-record type {name}" for name in one.record_types_lost),
    ]
    return ", ".join([*(f"+{name}" for name in marked), *(f"-{name}" for name in lost), *types])


def _count(found: int | None) -> str:
    return "not known yet" if found is None else f"{found:,}" + ("+" if found >= 10_000 else "")
