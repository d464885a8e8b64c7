"""Values along lookup paths for records that are being written: one query for each object that is looked up, however many records.

`views_of` gives records as formulas see them; automation may use it for the conditions of rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from rule_engine import EvaluationContext
from rule_engine.types import Path
from trellis.automation.hooks import SaveContext
from trellis.query.context import evaluation_context
from trellis.query.paths import FieldPath, lookup_target, resolve_names
from trellis.query.record_view import Needs, RecordView
from trellis.query.source import Source
from trellis.query.values import ValueReader
from trellis.storage.codecs import list_encoder
from trellis.storage.database import Statement
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loader:
    """The query for some paths of one object, by ids."""

    statement: Statement
    reader: ValueReader


async def views_of(
    context: SaveContext, object_name: str, records: Sequence[Values], needs: Needs
) -> tuple[list[RecordView], EvaluationContext]:
    """`records`: Python values by field name. Each as a view in which the paths of `needs` have values, and the context they are
    evaluated in."""
    evaluation = await evaluation_context(context.transaction, context.compiled, context.actor, context.now, needs.user)
    related = await load_related(context, object_name, records, needs.stored)
    views = [
        RecordView(context.compiled, object_name, values, evaluation, more)
        for values, more in zip(records, related, strict=True)
    ]
    return views, evaluation


async def load_related(
    context: SaveContext, object_name: str, records: Sequence[Values], paths: Iterable[Path]
) -> list[dict[str, Any]]:
    """For each record the Python values of those `paths` that cross a lookup, by dotted path; a parent that is not there, or in the
    bin, gives none."""
    wanted = sorted(path for path in paths if len(path) > 1)
    found: list[dict[str, Any]] = [{} for _ in records]
    by_target: dict[str, dict[str, list[Path]]] = {}
    for path in wanted:
        target = lookup_target(resolve_names(context.compiled.model, object_name, path[:1]).field) or ""
        by_target.setdefault(target, {}).setdefault(path[0], []).append(path[1:])
    for target, by_lookup in by_target.items():
        below = tuple(sorted({path for several in by_lookup.values() for path in several}))
        ids = {record.get(lookup) for lookup in by_lookup for record in records} - {None}
        parents = await _load_parents(context, target, below, ids)
        for lookup, some in by_lookup.items():
            for record, values in zip(records, found, strict=True):
                parent = parents.get(record.get(lookup), {})
                values |= {".".join((lookup, *path)): parent.get(".".join(path)) for path in some}
    return found


async def _load_parents(
    context: SaveContext, object_name: str, paths: tuple[Path, ...], ids: set[Any]
) -> dict[Any, dict[str, Any]]:
    if not ids:
        return {}
    compiled = context.compiled
    loader = compiled.prepared(
        ("records", "parents", object_name, paths), lambda: _loader(compiled, object_name, paths)
    )
    values = {"ids": list_encoder(ColumnKind.UUID, compiled.dialect)(sorted(ids))}
    rows = await context.transaction.fetch(loader.statement, values)
    return {row[0]: loader.reader.read_stored(row[1:]) for row in rows}


def _loader(compiled: CompiledModel, object_name: str, paths: Sequence[Path]) -> _Loader:
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name)
    resolved: dict[str, FieldPath] = {
        ".".join(path): resolve_names(compiled.model, object_name, path) for path in paths
    }
    reader = ValueReader(compiled, source, resolved)
    identifier = source.root.c.id
    chosen = sa.select(identifier, *reader.columns).select_from(source.from_clause)
    chosen = chosen.where(*source.visible(), any_of(identifier, "ids", compiled.dialect))
    return _Loader(statement=prepare(chosen, compiled.dialect), reader=reader)
