"""An automation that does nothing: for sample data, which is as its recipe says and tells nobody."""

from __future__ import annotations

from collections.abc import Sequence

from trellis.automation.hooks import Change, SaveContext


class SilentAutomation:
    """Implements trellis.automation.hooks.Automation."""

    async def before_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        return None

    async def after_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        return None

    def committed(self, tenant: str) -> None:
        return None
