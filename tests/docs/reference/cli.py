"""docs/reference/cli.md: every command with its arguments and options, from the command line itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from tests.docs.reference.markdown import block, code, page, paragraph, table
from trellis.cli import build_app

INTRODUCTION = """
`trellis COMMAND --help` says the same on the terminal. Commands read the [settings](settings.md) from the environment.

**Output.** Text for people on standard output; on a terminal with tables and colour, otherwise tab-separated. With `--json` one JSON
document instead, errors too. Errors go to standard error, without a traceback; `trellis --traceback COMMAND` shows where an
unexpected one came from.

**Exit codes.** 0: done. 1: refused or failed, nothing half done. 2: used wrongly. 130: interrupted.

**Completion.** `trellis --install-completion` teaches it to the shell.

**Who acts.** Whoever may run commands on the server may do everything: records and deploys are made in the name of the tenant's first
active administrator, or of the user named with `--as` where a command has that option.
"""


def render() -> str:
    parts = []
    for path, command in commands():
        heading = "##" if len(path) == 1 else "###"
        parts.append(f"{heading} trellis {' '.join(path)}\n\n{_described(path, command)}")
    return page("Command line", INTRODUCTION, parts)


def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and every group by its words, in the order of --help."""
    yield from _below((), typer.main.get_command(build_app()))


def _below(path: tuple[str, ...], group: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if hasattr(command, "commands"):
            yield from _below((*path, name), command)


def _described(path: tuple[str, ...], command: Any) -> str:
    help_text = "\n\n".join(map(paragraph, (command.help or "").split("\n\n")))
    if hasattr(command, "commands"):
        return help_text
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    usage = " ".join(["trellis", *path, *(_argument(one) for one in arguments), *(["[OPTIONS]"] if options else [])])
    parts = [block("text", usage), help_text]
    if command.params:
        parts.append(table(("", "what", "default"), (_row(one) for one in (*arguments, *options))))
    return "\n\n".join(parts)


def _argument(parameter: Any) -> str:
    name = parameter.name.upper() + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _row(parameter: Any) -> tuple[str, str, str]:
    is_argument = parameter.param_type_name == "argument"
    shown = _argument(parameter) if is_argument else ", ".join(parameter.opts)
    return code(shown), (parameter.help or "").replace("\n", " "), _default(parameter)


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    default = parameter.default
    return "" if default in (None, False, "", [], ()) else code(default)
