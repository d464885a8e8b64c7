"""`trellis sfdx`: what a Salesforce DX source would become here, and the import of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from trellis.cli.console import JSON_OPTION, print_json, print_table

if TYPE_CHECKING:
    from trellis.interchange.sfdx.convert import Conversion
    from trellis.runtime import Runtime

FOLDERS = typer.Argument(help="Folders of a Salesforce DX project.", show_default=False)
TENANT = typer.Option(
    None, "--tenant", "-t", help="The tenant whose objects are extended; an empty one when not given."
)


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Bring in the metadata and records of a Salesforce DX project.", no_args_is_help=True)
    group.command("plan")(plan)
    group.command("import")(import_source)
    app.add_typer(group, name="sfdx")


def plan(folders: list[Path] = FOLDERS, tenant: str | None = TENANT, as_json: bool = JSON_OPTION) -> None:
    """Show what each component would become; nothing is written."""
    from trellis.cli.running import run_with_runtime
    from trellis.interchange.sfdx.convert import convert
    from trellis.interchange.sfdx.source import read_source

    source = read_source(folders)
    if tenant is None:
        from metamodel import build_model

        conversion = convert(source, build_model([]), [])
    else:

        async def work(runtime: Runtime) -> Conversion:
            from trellis.interchange.sfdx.service import convert_for

            return await convert_for(await runtime.tenant(tenant), source)

        conversion = run_with_runtime(work)
    _print(conversion.report.to_json(), as_json=as_json)


def import_source(
    folders: list[Path] = FOLDERS,
    tenant: str = typer.Option(..., "--tenant", "-t", help="The tenant to import into."),
    login: str | None = typer.Option(
        None, "--as", help="The user who imports; the first administrator when not given."
    ),
    metadata_only: bool = typer.Option(False, "--metadata-only", help="Leave the records out."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Deploy the components that have a counterpart, then create the records of the source's trees."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.interchange.sfdx.service import Imported, import_into
    from trellis.interchange.sfdx.source import read_source

    source = read_source(folders)

    async def work(runtime: Runtime) -> Imported:
        home = await runtime.tenant(tenant)
        actor = await acting(home, login)
        return await import_into(home, runtime.records(home), actor, source, with_records=not metadata_only)

    imported = run_with_runtime(work)
    document = imported.conversion.report.to_json()
    document |= {
        "revision": imported.revision,
        "records": dict(imported.loaded.records),
        "left_out": dict(imported.loaded.left_out),
        "refused": imported.loaded.refused,
    }
    _print(document, as_json=as_json)


def _print(document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
        return
    rows = [(c["kind"], c["name"], c["status"].replace("_", " "), c["reason"]) for c in document["components"]]
    print_table(("kind", "name", "status", "reason"), rows)
    counts = document["counts"]
    typer.echo(f"{counts['mapped']} mapped, {counts['approximated']} approximated, {counts['not_mapped']} not mapped")
    if "revision" not in document:
        typer.echo("Nothing was written; 'trellis sfdx import' does it.")
        return
    made = ", ".join(f"{number} {name}" for name, number in document["records"].items()) or "no records"
    typer.echo(f"Deployed as revision {document['revision']}; created {made}.")
    for what, times in document["left_out"].items():
        typer.echo(f"left out {times} times: {what}")
    for refused in document["refused"]:
        typer.echo(f"refused: {refused}")
