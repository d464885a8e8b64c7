"""A Salesforce DX folder on disk -> its metadata items and its trees of records, read and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trellis.interchange.sfdx.errors import InvalidSfdxSource
from trellis.interchange.sfdx.xml import Node, parse_xml

MAX_FILES = 20_000
SUFFIX = "-meta.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One component: `kind` as in its file name (field, object, layout, listView, tab, app, permissionset ...), `object`: the API name of
    the object it belongs to by its folder, None where it belongs to none."""

    kind: str
    name: str
    object: str | None
    node: Node
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTree:
    """The records of one file of an sObject tree, as they stand there."""

    path: str
    records: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SfdxSource:
    items: tuple[Item, ...]
    trees: tuple[RecordTree, ...]


def read_source(folders: Iterable[Path]) -> SfdxSource:
    """Everything under `folders`. Raises InvalidSfdxSource for a folder that is missing or holds no metadata, and for broken files."""
    items: list[Item] = []
    trees: list[RecordTree] = []
    for folder in folders:
        if not folder.is_dir():
            raise InvalidSfdxSource(f"{folder} is not a folder")
        paths = list(_files(folder))
        items += [_item(path, folder) for path in paths if path.name.endswith(SUFFIX)]
        trees += _trees([path for path in paths if path.suffix == ".json"], folder)
    if not items:
        raise InvalidSfdxSource(
            f"no metadata in {', '.join(str(folder) for folder in folders)}",
            hint="Name the folder of a Salesforce DX project: files such as objects/Property__c/fields/Price__c.field-meta.xml.",
        )
    return SfdxSource(items=tuple(items), trees=tuple(trees))


def _files(folder: Path) -> Iterable[Path]:
    count = 0
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        for name in sorted(names):
            path = Path(top, name)
            if path.is_symlink():
                continue
            count += 1
            if count > MAX_FILES:
                raise InvalidSfdxSource(f"{folder} holds more than {MAX_FILES:,} files")
            yield path


def _item(path: Path, folder: Path) -> Item:
    stem, _, kind = path.name.removesuffix(SUFFIX).rpartition(".")
    relative = path.relative_to(folder)
    parts = relative.parts
    owner = (
        parts[parts.index("objects") + 1]
        if "objects" in parts[:-1] and len(parts) > parts.index("objects") + 2
        else None
    )
    return Item(
        kind=kind or "file",
        name=stem or path.name.removesuffix(SUFFIX),
        object=owner,
        node=parse_xml(path.read_bytes(), relative.as_posix()),
        path=relative.as_posix(),
    )


def _trees(paths: list[Path], folder: Path) -> list[RecordTree]:
    """The trees in the order of the plans found; those that no plan names come last, by path."""
    documents = {path: _json(path, folder) for path in paths}
    order: list[Path] = []
    for path, document in documents.items():
        if isinstance(document, list):
            order += [path.parent / name for name in _planned(document, path.relative_to(folder).as_posix())]
    holds = {
        path
        for path, document in documents.items()
        if isinstance(document, dict) and isinstance(document.get("records"), list)
    }
    missing = [path for path in order if path not in holds]
    if missing:
        raise InvalidSfdxSource(f"a data plan names {missing[0].name}, which is not there or holds no records")
    wanted = list(dict.fromkeys(order)) + sorted(holds - set(order))
    return [
        RecordTree(path=path.relative_to(folder).as_posix(), records=tuple(documents[path]["records"]))
        for path in wanted
        if all(isinstance(record, dict) and "attributes" in record for record in documents[path]["records"])
    ]


def _planned(steps: list[Any], place: str) -> Iterable[str]:
    """The files that a data plan names, in order."""
    for step in steps:
        names = step.get("files", []) if isinstance(step, dict) else []
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise InvalidSfdxSource(f"{place} is a data plan whose files are not a list of names")
        yield from names


def _json(path: Path, folder: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InvalidSfdxSource(f"{path.relative_to(folder)} is not JSON that can be read: {error}") from error
