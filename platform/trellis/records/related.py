"""Records that are being written as formulas see them, with what the database knows of them: values along lookup paths, one query for
each object that is looked up, and rows of child lists, one for each list, however many records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from rule_engine import EvaluationContext
from rule_engine.types import Path
from trellis.automation.hooks import SaveContext
from trellis.query.child_rows import Reading, load_child_rows
from trellis.query.context import evaluation_context
from trellis.query.look_ups import LookUps
from trellis.query.needs import ChildNeeds, Needs
from trellis.query.paths import FieldPath, lookup_target, resolve_names
from trellis.query.record_view import ChildRow, Lists, RecordView
from trellis.query.source import Source
from trellis.query.values import StoredReader
from trellis.storage.codecs import list_encoder
from trellis.storage.database import Statement
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`views`: the records, in which what was needed has values; `evaluation`: the context they are evaluated in; `look_ups`: must
    learn from trials of the formulas before these are evaluated; None when none of them looks up."""

    views: Sequence[RecordView]
    evaluation: EvaluationContext
    look_ups: LookUps | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loader:
    """The query for some paths of one object, by ids."""

    statement: Statement
    reader: StoredReader


async def views_of(
    context: SaveContext, object_name: str, records: Sequence[Values], needs: Needs, *, written: Sequence[bool]
) -> Seen:
    """`records`: Python values by field name; `written`: which of them the database has, since others have no child rows."""
    evaluation, look_ups = await moment_of(context, needs)
    related = await load_related(context, object_name, records, needs.stored)
    lists = await load_lists(context, needs, records, related, written=written)
    views = [
        RecordView(context.compiled, object_name, values, evaluation, more, own)
        for values, more, own in zip(records, related, lists, strict=True)
    ]
    return Seen(views=views, evaluation=evaluation, look_ups=look_ups)


async def moment_of(context: SaveContext, needs: Needs) -> tuple[EvaluationContext, LookUps | None]:
    """The context of a save's formulas, and what looks up for them, if they do."""
    evaluation = await evaluation_context(context.transaction, context.compiled, context.actor, context.now, needs)
    if not needs.looks_up:
        return evaluation, None
    look_ups = LookUps(_reading(context))
    return replace(evaluation, find_value=look_ups.find_value), look_ups


async def load_lists(
    context: SaveContext,
    needs: Needs,
    records: Sequence[Values],
    related: Sequence[Values],
    *,
    written: Sequence[bool],
) -> Sequence[Lists]:
    """For each record its child rows by dotted path. `related`: as load_related gave them."""
    if not needs.children:
        return [{}] * len(records)
    owners = [
        {**more, "id": values["id"] if is_written else None}
        for values, more, is_written in zip(records, related, written, strict=True)
    ]
    return await load_child_rows(_reading(context), needs.children, owners)


async def load_views(
    context: SaveContext, object_name: str, ids: Sequence[str], needs: Needs
) -> Mapping[str, RecordView]:
    """Live records by id, with what is needed of them; one query, and one for each child list. `needs` has their ids."""
    evaluation, _ = await moment_of(context, needs)
    found = await _load_parents(context, object_name, tuple(sorted(needs.stored)), set(ids))
    lists = await load_lists(context, needs, list(found.values()), list(found.values()), written=[True] * len(found))
    return {
        record_id: RecordView(context.compiled, object_name, values, evaluation, values, own)
        for (record_id, values), own in zip(found.items(), lists, strict=True)
    }


async def load_rows(
    context: SaveContext, object_name: str, lookup: str, owners: Sequence[str | None], needs: Needs
) -> list[Sequence[ChildRow]]:
    """For each of `owners` the live records of the object whose `lookup` points to it."""
    wanted = ChildNeeds(path=("rows",), object=object_name, lookup=lookup, needs=needs)
    found = await load_child_rows(_reading(context), [wanted], [{"id": owner} for owner in owners])
    return [lists["rows"].rows for lists in found]


def _reading(context: SaveContext) -> Reading:
    return Reading(transaction=context.transaction, compiled=context.compiled, actor=context.actor, now=context.now)


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
    return {row[0]: loader.reader.read(row[1:]) for row in rows}


def _loader(compiled: CompiledModel, object_name: str, paths: Sequence[Path]) -> _Loader:
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name)
    resolved: dict[str, FieldPath] = {
        ".".join(path): resolve_names(compiled.model, object_name, path) for path in paths
    }
    reader = StoredReader(source, resolved)
    identifier = source.root.c.id
    chosen = sa.select(identifier, *reader.columns).select_from(source.from_clause)
    chosen = chosen.where(*source.visible(), any_of(identifier, "ids", compiled.dialect))
    return _Loader(statement=prepare(chosen, compiled.dialect), reader=reader)
