"""The command line: `trellis`. Each command is a module here with register(app); what a command needs it imports when it runs.

Exit codes: 0 done, 1 refused or failed, 2 used wrongly, 130 interrupted.
"""

from __future__ import annotations

import sys

import typer
from typer._click.exceptions import UsageError  # the click that comes inside Typer

from trellis.cli import (
    access,
    approval,
    audit,
    config,
    demo,
    doctor,
    formula,
    group,
    history,
    keys,
    mail,
    metadata,
    oauth,
    outbox,
    package,
    privacy,
    provider,
    queue,
    rule,
    secret,
    serve,
    sfdx,
    tenant,
    timers,
    user,
    webhook,
    why,
    worker,
)
from trellis.cli.console import UsedWrongly, print_error, print_unexpected

COMMANDS = (
    serve,
    worker,
    outbox,
    timers,
    demo,
    tenant,
    user,
    queue,
    group,
    approval,
    webhook,
    secret,
    keys,
    oauth,
    provider,
    mail,
    metadata,
    history,
    package,
    sfdx,
    rule,
    formula,
    why,
    access,
    audit,
    privacy,
    doctor,
    config,
)


def build_app() -> typer.Typer:
    app = typer.Typer(
        name="trellis",
        help="Trellis: objects, forms, rules and REST APIs from plain text files.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_options)
    for command in COMMANDS:
        command.register(app)
    return app


def main() -> None:
    """What the command `trellis` runs. Never shows a traceback unless asked with --traceback."""
    as_json = "--json" in sys.argv[1:]
    try:
        # Typer writes its own errors for people; a program that asked for JSON gets those as JSON, too.
        ended = build_app()(standalone_mode=not as_json)
        sys.exit(ended if isinstance(ended, int) else 0)
    except UsageError as error:
        sys.exit(print_error(UsedWrongly(error.format_message()), as_json=True))
    except Exception as error:
        if "--traceback" in sys.argv[1:]:
            raise
        sys.exit(print_error(error, as_json=as_json) or print_unexpected(error, as_json=as_json))


def _options(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Show the version and leave.", is_eager=True),
    traceback: bool = typer.Option(False, "--traceback", help="Show where an unexpected error came from."),  # noqa: ARG001  read by main
) -> None:
    if version:
        from importlib.metadata import version as installed_version

        typer.echo(f"trellis {installed_version('trellis-crm')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)
