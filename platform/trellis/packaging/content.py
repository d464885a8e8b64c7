"""What a package holds, once read and checked: its source files and its data files, as text by relative path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from metamodel import MetadataError, read_component
from metamodel.definitions import Dependency, Package
from trellis.errors import InvalidMetadata
from trellis.packaging.errors import InvalidPackage

MAX_FILES = 5_000
MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_TOTAL_BYTES = 64 * 1024 * 1024
SUFFIXES = (".yaml", ".rule", ".csv", ".md")
FIRST_PARTY = ("sales", "service", "marketing", "loyalty", "analytics")

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageContent:
    """`source`: the component files; `data`: recipes and seed records under data/; `other`: tests/ and documents."""

    package: Package
    source: Mapping[str, str]
    data: Mapping[str, str]
    other: Mapping[str, str]

    @property
    def files(self) -> dict[str, str]:
        """All files, in the order of their paths."""
        return dict(sorted({**self.source, **self.data, **self.other}.items()))


def check_path(path: str) -> str:
    """The path itself. Raises InvalidPackage unless it is relative, plain and of a kind that a package may hold."""
    parts = PurePosixPath(path).parts
    if (
        "\\" in path
        or path.startswith("/")
        or str(PurePosixPath(path)) != path
        or not all(_PART.match(part) for part in parts)
    ):
        raise InvalidPackage(
            f"{path!r} is no path that a package may hold",
            hint="Paths are relative, with letters, digits, '_', '-' and '.' in their parts, such as objects/lead.yaml.",
        )
    if not path.endswith(SUFFIXES):
        raise InvalidPackage(
            f"{path} is of a kind that a package may not hold",
            hint=f"Allowed are {', '.join(SUFFIXES)}: data, no code.",
        )
    return path


def check_amount(sizes_bytes: Iterable[int]) -> None:
    """Raises InvalidPackage when there are too many files, one is too large, or all together are."""
    sizes = list(sizes_bytes)
    if len(sizes) > MAX_FILES:
        raise InvalidPackage(f"the package has {len(sizes):,} files; {MAX_FILES:,} are allowed")
    if sizes and max(sizes) > MAX_FILE_BYTES:
        raise InvalidPackage(f"a file of the package has {max(sizes):,} bytes; {MAX_FILE_BYTES:,} are allowed")
    if sum(sizes) > MAX_TOTAL_BYTES:
        raise InvalidPackage(f"the package has {sum(sizes):,} bytes in all; {MAX_TOTAL_BYTES:,} are allowed")


def content_of(files: Mapping[str, str]) -> PackageContent:
    """The package that `files` are. Raises InvalidPackage, or InvalidMetadata for a package.yaml that is wrong."""
    folded: dict[str, str] = {}
    for path in files:
        other = folded.setdefault(check_path(path).lower(), path)
        if other != path:
            raise InvalidPackage(f"{path} and {other} differ in letter case only")
    if "package.yaml" not in files:
        raise InvalidPackage(
            "package.yaml is missing",
            hint="A package folder has a package.yaml with name, version and label at its top.",
        )
    package = _package(files["package.yaml"])
    if not package.namespace and package.name not in FIRST_PARTY:
        raise InvalidPackage(
            f"the package {package.name} has no namespace",
            hint=f"Add one to package.yaml, such as 'namespace: acme'. Only {', '.join(FIRST_PARTY)} go without.",
        )

    def under(*tops: str) -> dict[str, str]:
        return {path: text for path, text in files.items() if path.split("/")[0] in tops}

    data = under("data")
    other_files = {**under("tests", "docs"), **{path: text for path, text in files.items() if path.endswith(".md")}}
    source = {path: text for path, text in files.items() if path not in data and path not in other_files}
    return PackageContent(package=package, source=source, data=data, other=other_files)


def _package(source: str) -> Package:
    try:
        body = read_component("package.yaml", source).body or {}
    except MetadataError as error:
        raise InvalidMetadata("package.yaml is not right", tuple(error.problems)) from error
    dependencies = tuple(
        Dependency(name=name, versions=versions) for name, versions in (body.get("dependencies") or {}).items()
    )
    return Package(
        name=body["name"],
        namespace=body.get("namespace", ""),
        version=body["version"],
        label=body.get("label", body["name"]),
        description=body.get("description"),
        dependencies=dependencies,
    )
