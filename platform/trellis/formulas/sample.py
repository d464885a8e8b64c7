"""The record that a formula is tried on: one that is stored, or values as somebody gave them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from metamodel.fields.computed import FormulaField
from metamodel.fields.field import FieldValueError
from metamodel.model import Model
from rule_engine import CheckedFormula, EvaluationContext
from rule_engine.types import Path
from trellis.errors import InvalidRequest
from trellis.query.child_rows import Reading, load_child_rows
from trellis.query.context import evaluation_context, formula_parameters
from trellis.query.fetch import fetch_row
from trellis.query.look_ups import LookUps
from trellis.query.needs import ChildNeeds, Needs, needs_of
from trellis.query.paths import FieldPath, resolve_names, resolve_path
from trellis.query.plan import plan_query
from trellis.query.query import Query, no_record
from trellis.query.record_view import RecordView
from trellis.query.source import Source
from trellis.query.values import StoredReader
from trellis.security.access import Access
from trellis.security.actor import Actor
from trellis.storage.column_types import UUID
from trellis.storage.database import Transaction
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

MAX_VALUES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """`record`: as formulas see it, a flat mapping by dotted path; `look_ups`: must learn from a trial before a formula is evaluated,
    None when it looks nothing up."""

    record: Mapping[str, Any]
    context: EvaluationContext
    look_ups: LookUps | None = None

    async def learn(self, trial: Callable[[], object]) -> None:
        if self.look_ups is not None:
            await self.look_ups.learn([trial])


class _Given(Mapping[str, Any]):
    """A view in which some values were given, formula fields among them."""

    def __init__(self, values: Mapping[str, Any], view: RecordView) -> None:
        self._values = values
        self._view = view

    def __getitem__(self, key: str) -> Any:
        return self._values[key] if key in self._values else self._view[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._view)

    def __len__(self) -> int:
        return len(self._view)


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Reads samples in one unit of work. `live`: the model in force, which the tables follow; `compiled`: the one that the formulas
    belong to, which may be a draft over it: what only the draft has is blank. Nothing is read that the actor may not see now, whatever
    the draft would let them."""

    tx: Transaction
    live: CompiledModel
    compiled: CompiledModel
    access: Access
    actor: Actor
    now: datetime

    async def stored(self, checked: CheckedFormula, object_name: str, record_id: str) -> Sample:
        """A record that the actor may see. Raises NotFound, AccessDenied, StaleModel."""
        await self._find(object_name, record_id)
        needs = needs_of(self.compiled.model, object_name, (checked,))
        reading = self._reading(object_name)
        children = tuple(one for one in needs.children if self._is_stored(object_name, one))
        paths = self._stored_paths(object_name, (*needs.stored, *(one.owner for one in children)))
        values = await self._fetch(reading, object_name, record_id, paths)
        (lists,) = await load_child_rows(reading, children, [values])
        context, look_ups = await self._moment(reading, needs)
        view = RecordView(self.compiled, object_name, values, context, values, lists)
        return Sample(record=view, context=context, look_ups=look_ups)

    async def given(self, checked: CheckedFormula, object_name: str, values: Mapping[str, Any]) -> Sample:
        """`values`: JSON values by field name or path across lookups; what is not given is blank, child lists are empty. Raises
        InvalidRequest."""
        if len(values) > MAX_VALUES:
            raise InvalidRequest(f"{len(values)} values are too many; at most {MAX_VALUES} are taken.")
        parsed = {name: _parsed(self.compiled.model, object_name, name, value) for name, value in values.items()}
        needs = needs_of(self.compiled.model, object_name, (checked,))
        context, look_ups = await self._moment(self._reading(object_name), needs)
        view = RecordView(self.compiled, object_name, parsed, context, parsed)
        return Sample(record=_Given(parsed, view), context=context, look_ups=look_ups)

    async def _moment(self, reading: Reading, needs: Needs) -> tuple[EvaluationContext, LookUps | None]:
        context = await evaluation_context(self.tx, self.compiled, self.actor, self.now, needs)
        if not needs.looks_up:
            return context, None
        look_ups = LookUps(reading)

        def find_value(object_name: str, field: str, key_field: str, key: Any) -> Any:
            places = (self._find_stored(object_name, (name,)) for name in (field, key_field))
            return look_ups.find_value(object_name, field, key_field, key) if all(places) else None

        return replace(context, find_value=find_value), look_ups

    def _reading(self, object_name: str) -> Reading:
        plan = plan_query(self.live, self.access, self.actor, Query(object=object_name, fields=("id",)))
        return Reading(
            transaction=self.tx,
            compiled=self.live,
            actor=self.actor,
            now=self.now,
            row_filters=plan.query.row_filters,
            key=plan.key,
        )

    async def _find(self, object_name: str, record_id: str) -> None:
        fields = ("id",)
        arguments = (self.tx, self.live, self.access, self.actor, object_name, record_id, fields, self.now)
        if await fetch_row(*arguments) is None:
            raise no_record(object_name, record_id)

    async def _fetch(
        self, reading: Reading, object_name: str, record_id: str, paths: Mapping[str, FieldPath]
    ) -> dict[str, Any]:
        """Values by dotted path; parents that the actor may not see give none."""
        if not paths:
            return {}
        live = self.live
        source = Source(live.model, live.dialect, live.schema, object_name, reading.row_filters)
        reader = StoredReader(source, paths)
        chosen = sa.select(*reader.columns).select_from(source.from_clause)
        statement = prepare(chosen.where(source.root.c.id == sa.bindparam("record_id", type_=UUID)), live.dialect)
        parameters = dict(await formula_parameters(self.tx, live, self.actor, self.now, statement))
        row = await self.tx.fetch_one(statement, {**parameters, "record_id": record_id.lower()})
        return {} if row is None else reader.read(row)

    def _stored_paths(self, object_name: str, paths: Iterable[Path]) -> dict[str, FieldPath]:
        """Those that the model in force has as stored fields."""
        found = {".".join(path): self._find_stored(object_name, path) for path in sorted(set(paths))}
        return {key: path for key, path in found.items() if path is not None}

    def _find_stored(self, object_name: str, path: Path) -> FieldPath | None:
        try:
            found = resolve_names(self.live.model, object_name, path)
        except InvalidRequest:
            return None
        return found if found.field.is_stored and self._may_read(found) else None

    def _may_read(self, path: FieldPath) -> bool:
        decide = self.access.of(self.live.model).decide
        return all(
            decide(self.actor, "read", owner, name).allowed
            for owner, name in zip(path.objects, path.names, strict=True)
        )

    def _is_stored(self, object_name: str, children: ChildNeeds) -> bool:
        """Whether the model in force has the list, and all that is read of its rows."""
        if self.live.model.child_list(object_name, children.path) is None:
            return False
        if not self.access.of(self.live.model).decide(self.actor, "read", children.object).allowed:
            return False
        if any(self._find_stored(children.object, path) is None for path in children.needs.stored):
            return False
        return all(self._is_stored(children.object, one) for one in children.needs.children)


def _parsed(model: Model, object_name: str, name: str, value: Any) -> Any:
    field = resolve_path(model, object_name, name).field
    try:
        return field.result.parse(value) if isinstance(field, FormulaField) else field.parse(value)
    except FieldValueError as error:
        raise InvalidRequest(f"{name}: {error.message}") from error
