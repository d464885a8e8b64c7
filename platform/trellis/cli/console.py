"""What commands print: JSON and text for people on standard output, errors as one clear message on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import typer

from trellis.errors import InvalidMetadata, TrellisError

REFUSED = 1
USED_WRONGLY = 2

JSON_OPTION = typer.Option(False, "--json", help="Print one JSON document instead of text.")


class UsedWrongly(Exception):
    """The command line or a setting cannot be read; the message says how to mend it."""


def print_json(value: Any) -> None:
    import orjson

    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table where a terminal is, tab-separated lines where not."""
    if not sys.stdout.isatty():
        for row in (headings, *rows):
            typer.echo("\t".join(_text(cell) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text(_text(cell)) for cell in row))
    Console().print(table)


def print_error(error: Exception, *, as_json: bool = False) -> int:
    """Prints an error that the caller can mend and gives the exit code; 0 and nothing printed for any other."""
    if isinstance(error, TrellisError):
        if as_json:
            print_json({"error": _error_json(error)})
        else:
            _print_lines(error.message, [*_finding_lines(error)], error.hint)
        return REFUSED
    if isinstance(error, UsedWrongly):
        _print_message("used_wrongly", str(error), as_json=as_json)
        return USED_WRONGLY
    if isinstance(error, OSError) and error.filename:
        _print_message("file_error", f"{error.filename}: {error.strerror}.", as_json=as_json)
        return REFUSED
    return 0


def print_unexpected(error: Exception, *, as_json: bool = False) -> int:
    message = f"Something unexpected happened: {type(error).__name__}: {error}"
    hint = "Run it again with --traceback, before the command's name, to see where."
    _print_message("internal_error", message, as_json=as_json, hint=hint)
    return REFUSED


def _print_message(code: str, message: str, *, as_json: bool, hint: str | None = None) -> None:
    if as_json:
        print_json({"error": {"code": code, "message": message, "hint": hint}})
    else:
        _print_lines(message, [], hint)


def _print_lines(message: str, findings: Sequence[str], hint: str | None) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True)
    console.print(Text.assemble(("error: ", "bold red"), message))
    for finding in findings:
        console.print(Text(f"  {finding}"))
    if hint:
        console.print(Text.assemble(("hint: ", "bold"), hint))


def _finding_lines(error: TrellisError) -> Iterable[str]:
    if isinstance(error, InvalidMetadata):
        from metamodel.problems import MetadataProblem

        for problem in error.problems:
            yield problem.render() if isinstance(problem, MetadataProblem) else str(problem)
    for finding in error.fields:
        yield f"{finding.field or 'record'}: {finding.message}"


def _error_json(error: TrellisError) -> Mapping[str, Any]:
    findings = [
        {"field": one.field, "code": one.code, "message": one.message, "index": one.index} for one in error.fields
    ]
    if isinstance(error, InvalidMetadata):
        names = ("code", "file", "line", "path", "message", "hint")
        findings = [{name: getattr(problem, name, None) for name in names} for problem in error.problems]
    return {"code": error.code, "message": error.message, "hint": error.hint, "errors": findings}


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return str(cell)
