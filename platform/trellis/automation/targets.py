"""Which records `update` and `delete` mean: the one that a path leads to, or those of an object for which a condition holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from rule_engine import EvaluationContext, UnsupportedOnTarget, compile_sql, sql_context_values
from rule_engine.rules.parting import GIVEN_PREFIX
from rule_engine.targets.sql import ChildRows
from rule_engine.types import Path
from trellis.automation.run import Run
from trellis.automation.steps import OneTarget, Target, WhereTarget
from trellis.errors import InvalidRequest
from trellis.query.source import Source
from trellis.storage.codecs import list_encoder
from trellis.storage.database import Statement
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

MOST_FOUND = 100_000
Pairs = Sequence[tuple[int, str]]


async def find_targets(run: Run, target: Target, indexes: Sequence[int]) -> Pairs:
    """(place, id) in the order of the places; one query, none for a path. A blank lookup leads to nothing. Raises RuleFailed."""
    if isinstance(target, OneTarget):
        found = ((index, run.views.values(index)[target.path]) for index in indexes)
        return [(index, record_id) for index, record_id in found if record_id is not None]
    return await _find_where(run, target, indexes) if indexes else []


async def _find_where(run: Run, target: WhereTarget, indexes: Sequence[int]) -> Pairs:
    """A query for each set of values that parameters have: most often that is one."""
    by_given: dict[tuple[Any, ...], list[int]] = {}
    for index in indexes:
        view = run.views.values(index)
        by_given.setdefault(tuple(view[name] for name in target.given), []).append(index)
    found: list[tuple[int, str]] = []
    for given, places in by_given.items():
        found += await _find_given(run, target, places, given)
    if len(found) > MOST_FOUND:
        raise InvalidRequest(
            f"Rule {run.rule!r} would change more than {MOST_FOUND:,} records of {target.object} at once.",
            hint="Give it a narrower condition.",
        )
    found.sort()
    return found


async def _find_given(run: Run, target: WhereTarget, indexes: Sequence[int], given: Sequence[Any]) -> Pairs:
    compiled = run.context.compiled
    key = ("automation", "where", run.object_name, target.object, target.outer, id(target.condition))
    try:
        # The memo keeps the formula with its statement, so that no other gets its id meanwhile.
        statement, _ = compiled.prepared(key, lambda: (_statement(compiled, run.object_name, target), target.condition))
    except UnsupportedOnTarget as error:
        raise run.failed(indexes[0], f"{error} in {target.condition.source}") from error
    encode = list_encoder(ColumnKind.UUID, compiled.dialect)
    by_records: dict[tuple[str, ...], list[int]] = {}
    for index in indexes:
        by_records.setdefault(_records(run, target, index), []).append(index)
    values: dict[str, Any] = {
        f"ids_{place}": encode(sorted(set(ids))) for place, ids in enumerate(zip(*by_records, strict=True))
    }
    values |= sql_context_values(_context(run, target, indexes[0], given), compiled.dialect)
    found: list[tuple[int, str]] = []
    for record_id, *others in await run.context.transaction.fetch(statement, values):
        found += [(index, record_id) for index in by_records.get(tuple(others), ())]
    return found


def _context(run: Run, target: WhereTarget, index: int, given: Sequence[Any]) -> EvaluationContext:
    evaluation = run.views.evaluation(index)
    named = {f"{GIVEN_PREFIX}{name}": value for name, value in zip(target.given, given, strict=True)}
    return replace(evaluation, globals={**evaluation.globals, **named}) if named else evaluation


def _records(run: Run, target: WhereTarget, index: int) -> tuple[str, ...]:
    """The ids of the records that the condition is about beside those that are sought."""
    view = run.views.values(index)
    return (run.changes[index].id, *(view[f"{name}.id"] for name, _ in target.outer))


def _statement(compiled: CompiledModel, object_name: str, target: WhereTarget) -> Statement:
    """Rows of (id, id of the triggering record, ids of the outer ones). Those are in the database: their ids are all it is told."""
    sources = _Sources(compiled, object_name, target)
    condition = compile_sql(target.condition, sources.value, compiled.dialect, sources.child_rows)
    outer = [sources.record, *sources.outer.values()]
    chosen = sa.select(sources.sought.root.c.id, *(one.root.c.id.label(f"o{n}") for n, one in enumerate(outer)))
    chosen = chosen.select_from(sources.sought.from_clause, *(one.from_clause for one in outer))
    among = [any_of(one.root.c.id, f"ids_{place}", compiled.dialect) for place, one in enumerate(outer)]
    chosen = chosen.where(*sources.sought.visible(), *among, condition).order_by(sources.sought.root.c.id)
    return prepare(chosen.limit(sa.literal_column(str(MOST_FOUND + 1), sa.Integer())), compiled.dialect)


class _Sources:
    """The tables that the condition reads: of the records that are sought, of the triggering one, of those with names."""

    def __init__(self, compiled: CompiledModel, object_name: str, target: WhereTarget) -> None:
        def source(name: str, alias: str) -> Source:
            return Source(compiled.model, compiled.dialect, compiled.schema, name, alias=alias)

        self._target = target
        self._condition = target.condition
        self.sought = source(target.object, "x")
        self.record = source(object_name, "r")
        self.outer: Mapping[str, Source] = {
            name: source(of, f"n{place}_") for place, (name, of) in enumerate(target.outer)
        }

    def value(self, path: Path) -> sa.ColumnElement[Any]:
        source, rest = self._place(path)
        return source.value(rest or ("id",))

    def child_rows(self, path: Path) -> ChildRows:
        source, rest = self._place(path)
        read = [
            one.path for reads in self._condition.collections if reads.rows.path == path for one in reads.references
        ]
        return source.child_rows(rest, read)

    def _place(self, path: Path) -> tuple[Source, Path]:
        if path[0] == self._target.object:
            return self.sought, path[1:]
        if path[0] in self.outer:
            return self.outer[path[0]], path[1:]
        return self.record, path
