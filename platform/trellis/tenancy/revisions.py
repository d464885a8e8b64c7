"""Reads a tenant's metadata as it is stored: which revision is in force, what is in it, and the model that it makes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from metamodel import Component, Model, build_model, read_component
from metamodel.columns import ColumnKind
from trellis.errors import NotFound
from trellis.storage.codecs import list_encoder
from trellis.storage.database import Database, Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import PlatformTables
from trellis.storage.prepare import prepare


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One metadata file of a revision, as it was deployed, byte for byte."""

    owner: str
    path: str
    source: str


class Revisions:
    """The statements over trellis_state, trellis_revision and trellis_component, made once for a tenant."""

    def __init__(self, tables: PlatformTables, database: Database) -> None:
        dialect = database.dialect
        state, revision, component = tables.state, tables.revision, tables.component
        self._dialect = dialect
        self._current = prepare(sa.select(state.c.revision), dialect)
        self.locked_current: Statement = prepare(sa.select(state.c.revision).with_for_update(read=True), dialect)
        self._manifest = prepare(
            sa.select(revision.c.manifest).where(revision.c.number == sa.bindparam("number")), dialect
        )
        sources = sa.select(component.c.hash, component.c.source).where(any_of(component.c.hash, "hashes", dialect))
        self._sources = prepare(sources, dialect)

    async def fetch_current(self, tx: Transaction) -> int:
        """The revision in force."""
        row = await tx.fetch_one(self._current)
        if row is None:
            raise NotFound(
                "this tenant's database holds no revision", hint="It was not provisioned, or has been deleted."
            )
        return int(row[0])

    async def fetch_files(self, tx: Transaction, number: int) -> tuple[StoredFile, ...]:
        """The files of a revision, in the order of its manifest. Two statements."""
        row = await tx.fetch_one(self._manifest, {"number": number})
        if row is None:
            raise NotFound(f"there is no revision {number}")
        manifest = json.loads(row[0])
        hashes = list_encoder(ColumnKind.TEXT, self._dialect)([entry["hash"] for entry in manifest])
        rows = await tx.fetch(self._sources, {"hashes": hashes}) if manifest else ()
        sources: dict[str, str] = {row[0]: row[1] for row in rows}
        return tuple(
            StoredFile(owner=entry["owner"], path=entry["path"], source=sources[entry["hash"]]) for entry in manifest
        )


def read_components(files: Sequence[StoredFile]) -> tuple[Component, ...]:
    """They were checked when they were deployed."""
    return tuple(read_component(file.path, file.source, file.owner, checked=True) for file in files)


def model_of(files: Sequence[StoredFile]) -> Model:
    """The model of a deployed revision. Nothing is checked again: a stricter check of a later version must not keep a tenant from
    being served. trellis.schema.deployed_problems finds what would be refused today."""
    return build_model(read_components(files), checked=True)
