"""`trellis rule`: rule files formatted, checked and tested without a tenant, and simulated over the records of one."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, REFUSED, UsedWrongly, print_json
from trellis.cli.rule_call import call
from trellis.cli.rule_simulate import simulate
from trellis.cli.rule_test import run_folder_tests

if TYPE_CHECKING:
    from metamodel.model import Model
    from metamodel.problems import MetadataProblem

STANDARD_INPUT = Path("-")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Format, check, test and simulate rule files.", no_args_is_help=True)
    group.command("fmt")(fmt)
    group.command("check")(check)
    group.command("test")(run_folder_tests)
    group.command("call")(call)
    group.command("simulate")(simulate)
    app.add_typer(group, name="rule")


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """One file: its canonical text, or the problem that kept it from being read."""

    path: Path
    source: str
    text: str = ""
    problem: str | None = None

    @property
    def differs(self) -> bool:
        return self.problem is None and self.text != self.source


def fmt(
    files: list[Path] = typer.Argument(help="Rule files, folders of them, or - for standard input."),
    only_check: bool = typer.Option(False, "--check", help="Write nothing; fail when a file is not in canonical form."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Bring rule files into their canonical form, in place; comments stay."""
    if files == [STANDARD_INPUT]:
        _format_standard_input(only_check=only_check)
        return
    results = [_format(path, _read(path)) for path in _rule_files(files)]
    if not only_check:
        for result in results:
            if result.differs:
                _write(result)
    _print_formatted(results, only_check=only_check, as_json=as_json)
    if any(result.problem or (only_check and result.differs) for result in results):
        raise typer.Exit(REFUSED)


def check(
    folder: Path = typer.Argument(help="A package's folder, or one of a tenant's own metadata."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Check the rules of a folder against the objects it defines, and warn of what is hardly meant."""
    from metamodel import MetadataError, build_model, read_source
    from rule_engine.rules.analysis import Analysis, analyse_rules
    from trellis.packaging.folder import load_folder

    files = load_folder(folder)
    problems: tuple[MetadataProblem, ...] = ()
    counts: dict[str, int] = {}
    analysis = Analysis()
    try:
        model = build_model(read_source(files))
        counts = _counts(model)
        analysis = analyse_rules(model.rules.values())
    except MetadataError as error:
        problems = error.problems
    if as_json:
        print_json(
            {
                "counts": counts,
                "problems": [problem.to_json() for problem in problems],
                "findings": [finding.to_json() for finding in analysis.findings],
            }
        )
    elif problems:
        typer.echo("\n".join(_lines_of(problems, files)), err=True)
    else:
        typer.echo(", ".join(f"{name}: {number}" for name, number in counts.items()) + ". All hold.")
        for finding in analysis.findings:
            if not finding.is_ordinary:
                typer.echo(f"warning: {finding.text}")
    if problems:
        raise typer.Exit(REFUSED)


def _format_standard_input(*, only_check: bool) -> None:
    result = _format(STANDARD_INPUT, sys.stdin.read())
    if result.problem:
        typer.echo(result.problem, err=True)
    elif not only_check:
        typer.echo(result.text, nl=False)
    if result.problem or (only_check and result.differs):
        raise typer.Exit(REFUSED)


def _format(path: Path, source: str) -> Formatted:
    from rule_engine.errors import SourceError
    from rule_engine.rules import format_rules

    try:
        return Formatted(path=path, source=source, text=format_rules(source))
    except SourceError as error:
        return Formatted(path=path, source=source, problem=f"{path}:\n{error}")


def _rule_files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.rule"))
        else:
            yield path


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsedWrongly(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsedWrongly(f"{path} is not UTF-8 text (byte {error.start})") from error


def _write(result: Formatted) -> None:
    try:
        result.path.write_bytes(result.text.encode("utf-8"))
    except OSError as error:
        raise UsedWrongly(f"{result.path} cannot be written: {error.strerror}") from error


def _print_formatted(results: list[Formatted], *, only_check: bool, as_json: bool) -> None:
    if as_json:
        print_json([{"path": str(one.path), "differs": one.differs, "problem": one.problem} for one in results])
        return
    for result in results:
        if result.problem:
            typer.echo(result.problem, err=True)
        elif result.differs:
            typer.echo(f"{result.path}: {'not in canonical form' if only_check else 'formatted'}")
    if not any(result.problem or result.differs for result in results):
        typer.echo(f"Files in canonical form: {len(results)}.")


def _counts(model: Model) -> dict[str, int]:
    checked = model.rules.values()
    return {
        "rules": sum(len(one.rules) for one in checked),
        "assignments": sum(len(one.assignments) for one in checked),
        "validations": sum(len(one.validations) for one in checked),
    }


def _lines_of(problems: tuple[MetadataProblem, ...], files: Mapping[str, str]) -> Iterator[str]:
    """Each problem, and below it the line it is about."""
    for problem in problems:
        yield problem.render()
        lines = files.get(problem.file, "").splitlines()
        if 0 < problem.line <= len(lines):
            yield f"    {lines[problem.line - 1].strip()}"
