"""`trellis rule test` and `trellis package test`: the tests that rule files have, and which conditions they saw true and false."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, REFUSED, UsedWrongly, print_json

if TYPE_CHECKING:
    from trellis.packaging.content import PackageContent
    from trellis.rule_tests.coverage import Covered
    from trellis.rule_tests.outcome import Report, Tested
    from trellis.rule_tests.sources import Source

BESIDES = typer.Option(
    [], "--with", help="A package that these rules build on; one that comes with Trellis is found by its name."
)
NAME = typer.Option(None, "--name", help="Only tests with this in their names.")
NOW = typer.Option(
    None, "--now", help="When the tests begin, such as 2026-03-02T10:00 (UTC), which it is without this."
)
LEAST = typer.Option(
    0, "--coverage", min=0, max=100, help="Fail when fewer percent of the clauses were seen both ways."
)


def run_folder_tests(
    folder: Path = typer.Argument(Path(), help="A package's folder, or one of a tenant's own metadata."),
    besides: list[str] = BESIDES,
    name: str | None = NAME,
    now: str | None = NOW,
    least: int = LEAST,
    as_json: bool = JSON_OPTION,
) -> None:
    """Run the tests of rule files, each in a throwaway tenant, and say which conditions they saw true and false."""
    from trellis.packaging.content import content_of
    from trellis.packaging.folder import load_folder
    from trellis.rule_tests.sources import source_of_files, source_of_package

    files = load_folder(folder)
    if "package.yaml" in files:
        content = content_of(files)
        sources = [*_dependencies(content, besides), source_of_package(content)]
    else:
        sources = [*_packages(besides), source_of_files(files)]
    _run(sources, name=name, now=now, least=least, as_json=as_json)


def run_package_tests(
    source: str = typer.Argument(help="The package's folder, its archive, or the name of one that comes with Trellis."),
    besides: list[str] = BESIDES,
    name: str | None = NAME,
    now: str | None = NOW,
    least: int = LEAST,
    as_json: bool = JSON_OPTION,
) -> None:
    """Run the tests of a package's rules, each in a throwaway tenant, and say which conditions they saw true and false."""
    from trellis.cli.package import load_content
    from trellis.rule_tests.sources import source_of_package

    content = load_content(source)
    _run(
        [*_dependencies(content, besides), source_of_package(content)], name=name, now=now, least=least, as_json=as_json
    )


def _dependencies(content: PackageContent, besides: Sequence[str]) -> Iterator[Source]:
    """Those named, then those that the package asks for besides, which have to come with Trellis."""
    given = [*_packages(besides)]
    yield from given
    known = {one.owner for one in given}
    for dependency in content.package.dependencies:
        if dependency.name not in known:
            yield from _packages([dependency.name])


def _packages(places: Sequence[str]) -> Iterator[Source]:
    from trellis.cli.package import load_content
    from trellis.rule_tests.sources import source_of_package

    for place in places:
        yield source_of_package(load_content(place))


def _run(sources: Sequence[Source], *, name: str | None, now: str | None, least: int, as_json: bool) -> None:
    from trellis.rule_tests.service import BEGINNING, run_tests

    begins_at = BEGINNING if now is None else _moment(now)
    report = asyncio.run(run_tests(sources, now=begins_at, name=name))
    covered = 100 if not report.coverage else report.whole * 100 // len(report.coverage)
    if as_json:
        print_json(report.to_json())
    else:
        for line in _lines(report, is_part=name is not None):
            typer.echo(line)
        if covered < least:
            typer.echo(f"That is {covered} %, and at least {least} % were asked for.", err=True)
    if report.failed or covered < least:
        raise typer.Exit(REFUSED)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsedWrongly(f"{text!r} is no moment. Such as 2026-03-02T10:00.") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _lines(report: Report, *, is_part: bool) -> Iterator[str]:
    """Of a part of the tests no coverage is told."""
    for test in report.tests:
        yield f"{'ok    ' if test.holds else 'FAILED'}  {test.file}:{test.line}  {test.name}"
        yield from _failures(test)
    held = len(report.tests) - len(report.failed)
    if report.tests:
        yield f"Tests: {len(report.tests)}. Held: {held}. Failed: {len(report.failed)}."
    else:
        yield "There are no such tests." if is_part else "There are no tests."
    if is_part:
        return
    if report.coverage:
        yield f"{report.whole} of {len(report.coverage)} clauses of conditions were seen both true and false."
    for one in report.coverage:
        if not one.is_whole:
            yield f"  {one.file}:{one.line}  {one.statement}: {_unseen(one)}: {one.text}"


def _unseen(one: Covered) -> str:
    if one.was_true:
        return "never false"
    return "never true" if one.was_false else "never asked"


def _failures(test: Tested) -> Iterator[str]:
    for failure in test.failures:
        if failure.text:
            yield f"        line {failure.line}: expect {failure.text}"
            yield f"            {failure.message}"
        else:
            yield f"        {failure.message}"
