"""What the formulas of a save read: each record with its parents along the paths that rules name, and the moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rule_engine import EvaluationContext
from trellis.automation.hooks import Change, SaveContext
from trellis.query.context import evaluation_context
from trellis.query.record_view import Needs, RecordView
from trellis.records.related import load_related


class Views:
    """Parents are loaded by `refresh`, for the records whose lookups changed since the last time; nothing else asks the database.
    Whoever changed a record calls it before the next formula is evaluated."""

    def __init__(self, context: SaveContext, object_name: str, changes: Sequence[Change], needs: Needs) -> None:
        self._context = context
        self._object = object_name
        self._changes = changes
        self._needs = needs
        self._lookups = sorted({path[0] for path in needs.stored if len(path) > 1})
        self._loaded: list[tuple[Any, ...] | None] = [None] * len(changes)
        self._parents: list[Mapping[str, Any]] = [{}] * len(changes)
        self._moment: EvaluationContext | None = None
        self._views: dict[int, RecordView] = {}
        self._evaluations: dict[int, EvaluationContext] = {}

    async def refresh(self) -> None:
        """One query for each hop when a lookup changed, else none."""
        context = self._context
        self._views.clear()
        if self._moment is None:
            self._moment = await evaluation_context(
                context.transaction, context.compiled, context.actor, context.now, self._needs.user
            )
        if not self._lookups:
            return
        stale = [index for index, change in enumerate(self._changes) if self._loaded[index] != self._keys(change)]
        if not stale:
            return
        rows = [self._changes[index].values for index in stale]
        parents = await load_related(context, self._object, rows, self._needs.stored)
        for index, found in zip(stale, parents, strict=True):
            self._parents[index] = found
            self._loaded[index] = self._keys(self._changes[index])

    def values(self, index: int) -> RecordView:
        """The record as formulas see it; its formula fields as of the last `refresh`."""
        view = self._views.get(index)
        if view is None:
            values, parents = self._changes[index].values, self._parents[index]
            view = RecordView(self._context.compiled, self._object, values, self.evaluation(index), parents)
            self._views[index] = view
        return view

    def evaluation(self, index: int) -> EvaluationContext:
        evaluation = self._evaluations.get(index)
        if evaluation is None:
            evaluation = self._evaluations[index] = self._evaluation(self._changes[index])
        return evaluation

    def _evaluation(self, change: Change) -> EvaluationContext:
        assert self._moment is not None, "refresh comes first"
        if change.old is None:
            return replace(self._moment, is_new=True)
        prior = RecordView(self._context.compiled, self._object, change.old, self._moment)
        return replace(self._moment, prior=prior)

    def shown(self, index: int, paths: Iterable[str]) -> dict[str, Any]:
        """The values of `paths`, for messages: as stored (a percent of 24 is 24), or computed."""
        stored = {**self._parents[index], **self._changes[index].values}
        computed = self.values(index)
        model = self._context.compiled.model
        shown: dict[str, Any] = {}
        for path in paths:
            steps = model.find_path(self._object, path) or ()
            shown[path] = stored.get(path) if steps and steps[-1].field.is_stored else computed[path]
        return shown

    def _keys(self, change: Change) -> tuple[Any, ...]:
        return tuple(change.values.get(name) for name in self._lookups)
