"""The rules of a tenant, with somebody looking on: at the conditions that rules decide, and at those of validations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trellis.automation.engine import Engine
from trellis.automation.hooks import Change, SaveContext
from trellis.query.needs import needs_of
from trellis.records.related import views_of
from trellis.rule_tests.coverage import Watcher
from trellis.security.access import AdministratorAccess


class WatchedEngine:
    """Implements trellis.automation.hooks.Automation. Wakes nobody: what is in the outbox stays there."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._engine = Engine(lambda _: None, AdministratorAccess(), watcher)

    async def before_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        await self._engine.before_save(context, object_name, changes)
        if changes and changes[0].event in ("created", "updated"):
            await self._watch_validations(context, object_name, changes)

    async def after_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        await self._engine.after_save(context, object_name, changes)

    def committed(self, tenant: str) -> None:
        self._engine.committed(tenant)

    async def _watch_validations(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        """They are decided after the rules have changed the record, by records.validate."""
        model = context.compiled.model
        conditions = [
            row.condition for one in model.rules_for(object_name).validations if one.is_active for row in one.rows
        ]
        if not conditions:
            return
        needs = needs_of(model, object_name, conditions)
        written = [change.old is not None for change in changes]
        seen = await views_of(context, object_name, [change.values for change in changes], needs, written=written)
        for change, view in zip(changes, seen.views, strict=True):
            if change.old is None:
                evaluation = replace(seen.evaluation, is_new=True)
            else:
                evaluation = replace(seen.evaluation, prior=view.as_it_was(change.old, seen.evaluation))
            for condition in conditions:
                self._watcher.decide(condition, view, evaluation)
