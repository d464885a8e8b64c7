"""Folders and packages -> what is deployed for their tests. Test files, under tests/, become rule files among the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count

from metamodel.problems import MetadataProblem
from rule_engine.rules import parse_with_problems
from rule_engine.rules.syntax.statements import Test
from trellis.errors import InvalidMetadata
from trellis.packaging.content import PackageContent

_TESTS = "tests/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is deployed for tests: the files of one owner, a package or "" for a tenant's own. `test_files`: those that were under
    tests/, by their path among the rules: the path in their folder."""

    owner: str
    files: Mapping[str, str]
    test_files: Mapping[str, str]

    def original_path(self, path: str) -> str:
        return self.test_files.get(path, path)


def source_of_package(content: PackageContent) -> Source:
    """Raises InvalidMetadata for a test file with anything but tests in it."""
    return source_of_files({**content.source, **content.other}, content.package.name)


def source_of_files(files: Mapping[str, str], owner: str = "") -> Source:
    """Raises InvalidMetadata for a test file with anything but tests in it."""
    problems = [problem for path, text in files.items() if _is_test_file(path) for problem in _find_others(path, text)]
    if problems:
        raise InvalidMetadata("The test files do not hold together.", tuple(problems))
    free = (path for number in count(1) if (path := f"rules/test_{number}.rule") not in files)
    test_files = dict(zip(free, (path for path in sorted(files) if _is_test_file(path)), strict=False))
    deployed = {original: path for path, original in test_files.items()}
    by_path = {deployed.get(path, path): text for path, text in files.items()}
    return Source(owner=owner, files=by_path, test_files=test_files)


def with_original_paths(error: InvalidMetadata, source: Source) -> InvalidMetadata:
    problems = tuple(
        replace(problem, file=source.original_path(problem.file)) if isinstance(problem, MetadataProblem) else problem
        for problem in error.problems
    )
    first = next((problem.render() for problem in problems if isinstance(problem, MetadataProblem)), error.message)
    return InvalidMetadata(f"The metadata does not hold together: {first}", problems, hint=error.hint)


def _is_test_file(path: str) -> bool:
    return path.startswith(_TESTS) and path.endswith(".rule")


def _find_others(path: str, text: str) -> Iterator[MetadataProblem]:
    for statement in parse_with_problems(text)[0].statements:
        if not isinstance(statement, Test):
            kind = type(statement).__name__.lower()
            yield MetadataProblem(
                code="not_a_test",
                file=path,
                line=text.count("\n", 0, statement.start) + 1,
                path="",
                message=f"this is a {kind}, and a file under tests/ has nothing but tests in it",
                hint="Move it to a file under rules/.",
            )
