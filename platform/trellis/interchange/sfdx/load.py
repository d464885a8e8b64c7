"""Trees of records of a Salesforce source -> records of the tenant, references resolved, with what could not be taken."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from trellis.errors import FieldError, InvalidRecord
from trellis.interchange.sfdx.catalog import Catalog, ObjectEntry
from trellis.interchange.sfdx.source import RecordTree
from trellis.security.actor import Actor

_LATITUDE = re.compile(r"(.+)__(latitude|longitude)__s\Z", re.IGNORECASE)
BATCH = 500


class Saved(Protocol):
    @property
    def id(self) -> str: ...


class Writer(Protocol):
    """The part of the records service that is needed here."""

    async def create(
        self, actor: Actor, object_name: str, payloads: Sequence[Mapping[str, Any]]
    ) -> Sequence[Saved]: ...


@dataclass(slots=True)
class Loaded:
    """`records`: how many of each object; `left_out`: fields or values that were not taken, with how often; `refused`: records, why."""

    records: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    entry: ObjectEntry
    payload: dict[str, Any]
    reference: str
    source: str


async def load_trees(writer: Writer, actor: Actor, trees: Sequence[RecordTree], catalog: Catalog) -> Loaded:
    """Creates the records tree by tree; a record that the tenant refuses is reported and the others go on."""
    loaded = Loaded()
    ids: dict[str, str] = {}
    for tree in trees:
        for group in _levels(tree):
            rows = [row for found in group if (row := _row(found, tree.path, catalog, ids, loaded))]
            await _write(writer, actor, rows, ids, loaded)
    return loaded


def _levels(tree: RecordTree) -> Iterator[list[tuple[dict[str, Any], dict[str, str]]]]:
    """Records with the references that come from where they stand, parents before the children nested in them."""
    level: list[tuple[dict[str, Any], dict[str, str]]] = [(record, {}) for record in tree.records]
    while level:
        yield level
        below = []
        for record, _ in level:
            parent = record.get("attributes", {})
            for value in record.values():
                if isinstance(value, dict) and isinstance(value.get("records"), list):
                    link = {"parent": str(parent.get("referenceId", "")), "parent_type": str(parent.get("type", ""))}
                    below += [(child, link) for child in value["records"] if isinstance(child, dict)]
        level = below


def _row(
    found: tuple[dict[str, Any], dict[str, str]], path: str, catalog: Catalog, ids: Mapping[str, str], loaded: Loaded
) -> _Row | None:
    record, link = found
    attributes = record.get("attributes")
    attributes = attributes if isinstance(attributes, dict) else {}
    api = str(attributes.get("type", ""))
    reference = str(attributes.get("referenceId", ""))
    entry = catalog.find(api)
    if entry is None:
        loaded.refused.append(
            f"{path}: {reference or 'a record'}: its object {api or 'is not named and'} is not mapped"
        )
        return None
    payload: dict[str, Any] = {}
    for key, value in record.items():
        if key != "attributes" and value is not None and not (isinstance(value, dict) and "records" in value):
            _take(entry, key, value, payload, ids, loaded)
    if link:
        _link(entry, link, payload, ids)
    return _Row(entry=entry, payload=payload, reference=reference, source=f"{path}: {reference or api}")


def _take(
    entry: ObjectEntry, key: str, value: Any, payload: dict[str, Any], ids: Mapping[str, str], loaded: Loaded
) -> None:
    place = _LATITUDE.match(key)
    found = entry.fields.get(f"{place[1]}__c".lower() if place else key.lower())
    if found is None:
        loaded.left_out[f"{entry.api}.{key}: not mapped"] += 1
        return
    if place:
        payload.setdefault(found.name, {})[place[2].lower()] = value
    elif isinstance(value, str) and value.startswith("@"):
        target = ids.get(value[1:])
        if target is None:
            loaded.left_out[f"{entry.api}.{key}: {value} is no record that was made"] += 1
        else:
            payload[found.name] = target
    elif found.body is not None and found.body["type"] == "multi_picklist" and isinstance(value, str):
        payload[found.name] = [part for part in value.split(";") if part]
    elif found.body is not None and found.body["type"] in ("formula", "auto_number"):
        loaded.left_out[f"{entry.api}.{key}: the platform gives this value itself"] += 1
    else:
        payload[found.name] = value


def _link(entry: ObjectEntry, link: Mapping[str, str], payload: dict[str, Any], ids: Mapping[str, str]) -> None:
    target = ids.get(link["parent"])
    lookup = next((f for f in entry.fields.values() if (f.target or "").lower() == link["parent_type"].lower()), None)
    if target is not None and lookup is not None:
        payload.setdefault(lookup.name, target)


async def _write(writer: Writer, actor: Actor, rows: Sequence[_Row], ids: dict[str, str], loaded: Loaded) -> None:
    by_object: dict[str, list[_Row]] = {}
    for row in rows:
        by_object.setdefault(row.entry.name, []).append(row)
    for name, group in by_object.items():
        for start in range(0, len(group), BATCH):
            await _write_batch(writer, actor, name, group[start : start + BATCH], ids, loaded)


async def _write_batch(
    writer: Writer, actor: Actor, name: str, rows: Sequence[_Row], ids: dict[str, str], loaded: Loaded
) -> None:
    """All at once; when some are refused, those are reported and the rest is written."""
    try:
        saved = await writer.create(actor, name, [row.payload for row in rows])
    except InvalidRecord as error:
        bad = _messages(error.fields)
        if not bad:
            raise
        loaded.refused += [f"{rows[index].source}: {message}" for index, message in sorted(bad.items())]
        rest = [row for index, row in enumerate(rows) if index not in bad]
        if rest:
            await _write_batch(writer, actor, name, rest, ids, loaded)
        return
    for row, one in zip(rows, saved, strict=True):
        if row.reference:
            ids[row.reference] = one.id
    loaded.records[name] += len(saved)


def _messages(errors: Sequence[FieldError]) -> dict[int, str]:
    messages: dict[int, str] = {}
    for error in errors:
        text = f"{error.field}: {error.message}" if error.field else error.message
        messages[error.index] = f"{messages[error.index]}; {text}" if error.index in messages else text
    return messages
