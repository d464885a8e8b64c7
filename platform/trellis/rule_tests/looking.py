"""A record of a test as formulas see it by now."""

from __future__ import annotations

from dataclasses import dataclass

from trellis.automation.compiling.reads import Reads
from trellis.automation.hooks import Change, Event, SaveContext
from trellis.automation.run import Run, Watch
from trellis.automation.views import Views
from trellis.records.load import load_records
from trellis.records.refusals import Refusals
from trellis.records.shape import shape_of
from trellis.security.access import AdministratorAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A record that something happened to. `event`: how it was saved last."""

    object: str
    id: str
    event: Event


async def look_at(context: SaveContext, affected: Affected, reads: Reads, watch: Watch | None = None) -> Run:
    """With what was noted in `reads` loaded. Raises NotFound."""
    shape = shape_of(context.compiled, affected.object)
    refusals = Refusals()
    is_deleted = affected.event == "deleted"
    access, ids = AdministratorAccess(), {0: affected.id}
    loaded = await load_records(context, access, shape, ids, "read", refusals, deleted=is_deleted)
    refusals.raise_any()
    values = loaded[affected.id].values
    change = Change(id=affected.id, event=affected.event, values=values, old=values)
    views = Views(context, affected.object, [change], reads.needs, tuple(reads.looking_up), are_written=True)
    await views.refresh()
    return Run(context=context, object_name=affected.object, changes=[change], views=views, rule="test", watch=watch)
