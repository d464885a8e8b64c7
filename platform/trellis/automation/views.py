"""What the formulas of a save read: each record with its parents along the paths that rules name, its child rows, and the moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from rule_engine import EvaluationContext
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.steps import Evaluate
from trellis.query.look_ups import LookUps
from trellis.query.needs import Needs
from trellis.query.record_view import Lists, RecordView
from trellis.records.related import load_lists, load_related, moment_of

NOTHING_GIVEN: Mapping[str, Any] = MappingProxyType({})


class Views:
    """Parents and child rows are loaded by `refresh`, for the records whose lookups changed since the last time, and values that
    formulas look up; nothing else asks the database. Whoever changed a record calls it before the next formula is evaluated.
    `looking_up`: the formulas that do; `are_written`: the database has the records, new ones too, as it has not before a save; `given`:
    globals beside those of the tenant."""

    def __init__(
        self,
        context: SaveContext,
        object_name: str,
        changes: Sequence[Change],
        needs: Needs,
        looking_up: Sequence[Evaluate] = (),
        *,
        are_written: bool = False,
        given: Mapping[str, Any] = NOTHING_GIVEN,
    ) -> None:
        self._given = given
        self._context = context
        self._object = object_name
        self._changes = changes
        self._needs = needs
        self._looking_up = looking_up
        self._written = [are_written or change.old is not None for change in changes]
        self._lookups = sorted({path[0] for path in needs.stored if len(path) > 1})
        self._loaded: list[tuple[Any, ...] | None] = [None] * len(changes)
        self._parents: list[Mapping[str, Any]] = [{}] * len(changes)
        self._lists: list[Lists] = [{}] * len(changes)
        self._times_forgotten = 0
        self._moment: EvaluationContext | None = None
        self._of_new: EvaluationContext | None = None
        self._look_ups: LookUps | None = None
        self._views: dict[int, RecordView] = {}
        self._evaluations: dict[int, EvaluationContext] = {}

    @property
    def times_forgotten(self) -> int:
        return self._times_forgotten

    async def refresh(self) -> None:
        """One query for each hop and each child list when a lookup changed, else none; one for each field that is looked up with a key
        not seen before."""
        for view in self._views.values():
            view.forget()
        if self._moment is None:
            moment, self._look_ups = await moment_of(self._context, self._needs)
            self._moment = replace(moment, globals={**moment.globals, **self._given}) if self._given else moment
        if self._lookups or self._needs.children:
            await self._load()
        if self._look_ups is not None:
            await self._look_ups.learn(
                partial(evaluate, self.values(index), self.evaluation(index))
                for index in range(len(self._changes))
                for evaluate in self._looking_up
            )

    def forget(self) -> None:
        """What was saved meanwhile may have changed parents and child rows: the next `refresh` reads them anew."""
        self._loaded = [None] * len(self._changes)
        self._times_forgotten += 1

    async def _load(self) -> None:
        stale = [index for index, change in enumerate(self._changes) if self._loaded[index] != self._keys(change)]
        if not stale:
            return
        rows = [self._changes[index].values for index in stale]
        written = [self._written[index] for index in stale]
        parents = await load_related(self._context, self._object, rows, self._needs.stored)
        lists = await load_lists(self._context, self._needs, rows, parents, written=written)
        for index, found, own in zip(stale, parents, lists, strict=True):
            self._parents[index] = found
            self._lists[index] = own
            self._loaded[index] = self._keys(self._changes[index])
            self._evaluations.pop(index, None)
            self._views.pop(index, None)

    def values(self, index: int) -> RecordView:
        """The record as formulas see it; its formula fields as of the last `refresh`."""
        view = self._views.get(index)
        if view is None:
            view = self._views[index] = self._view(index, self._changes[index].values, self.evaluation(index))
        return view

    def evaluation(self, index: int) -> EvaluationContext:
        evaluation = self._evaluations.get(index)
        if evaluation is None:
            evaluation = self._evaluations[index] = self._evaluation(index)
        return evaluation

    def _evaluation(self, index: int) -> EvaluationContext:
        assert self._moment is not None, "refresh comes first"
        old = self._changes[index].old
        if old is None:
            if self._of_new is None:
                self._of_new = replace(self._moment, is_new=True)
            return self._of_new
        return replace(self._moment, prior=self._view(index, {}, self._moment).as_it_was(old, self._moment))

    def _view(self, index: int, values: Mapping[str, Any], evaluation: EvaluationContext) -> RecordView:
        compiled = self._context.compiled
        return RecordView(compiled, self._object, values, evaluation, self._parents[index], self._lists[index])

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
