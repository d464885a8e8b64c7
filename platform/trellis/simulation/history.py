"""Reads what was saved of one object since some moment: records, changes of tracked fields, and what rules noted. Locks nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from metamodel.columns import ColumnKind
from rule_engine import CheckedFormula
from trellis.automation.hooks import SaveContext
from trellis.automation.ledger.note import Note
from trellis.automation.ledger.read import fetch_ledger_since
from trellis.automation.payload import unmark_value
from trellis.simulation.events import Moment, PastChange, PastSave, saves_of_record
from trellis.simulation.reading import created_since, read_records
from trellis.storage.codecs import decoder, encoder
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare

MOST_SAVES = 10_000
MOST_CHANGES = 50_000
PAGE = 5_000
RECORDS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`saves`: the newest first. `since`: from when on they are all there; later than asked for when there were too many."""

    saves: Sequence[PastSave]
    since: datetime
    is_whole: bool


async def read_history(
    context: SaveContext, object_name: str, since: datetime, names: frozenset[str], where: CheckedFormula | None
) -> History:
    """Of live records that meet `where` now. `names`: of the rules whose effects are taken out of what was given. Raises
    UnsupportedOnTarget for `where`."""
    changes = await _changes(context, object_name, since)
    created = await created_since(context, object_name, since, MOST_SAVES + 1)
    is_whole = len(changes) <= MOST_CHANGES and len(created) <= MOST_SAVES
    if len(changes) > MOST_CHANGES:
        # The oldest save may have been cut off in the midst of its fields.
        last = changes[-1]
        since = max(since, last.at)
        changes = [one for one in changes if (one.record_id, one.version) != (last.record_id, last.version)]
    if len(created) > MOST_SAVES:
        since = max(since, created[-1][1])
    by_record: dict[str, list[PastChange]] = {record_id: [] for record_id, at in created if at >= since}
    for change in changes:
        by_record.setdefault(change.record_id, []).append(change)
    notes = await _notes(context, object_name, since)
    ids, saves = list(by_record), list[PastSave]()
    for start in range(0, len(ids), RECORDS):
        for record in await read_records(context, object_name, ids[start : start + RECORDS], where):
            saves += saves_of_record(record, by_record[record["id"]], notes, names, since)
    saves.sort(key=lambda save: (save.at, save.record_id), reverse=True)
    if len(saves) > MOST_SAVES:
        is_whole, since = False, saves[MOST_SAVES - 1].at
    return History(saves=saves[:MOST_SAVES], since=since, is_whole=is_whole)


async def _changes(context: SaveContext, object_name: str, since: datetime) -> list[PastChange]:
    """The newest first, one more than MOST_CHANGES when there are so many."""
    table = platform_tables(context.compiled.schema).field_history
    names = ("record_id", "field", "before", "after", "changed_at", "changed_by", "version")
    chosen = sa.select(*(table.c[name] for name in names)).where(
        table.c.object == sa.bindparam("object"),
        table.c.changed_at >= sa.bindparam("since", type_=table.c.changed_at.type),
    )
    chosen = chosen.order_by(table.c.changed_at.desc(), table.c.id.desc()).limit(MOST_CHANGES + 1)
    dialect = context.compiled.dialect
    moment = decoder(ColumnKind.DATETIME, dialect)
    values = {"object": object_name, "since": encoder(ColumnKind.DATETIME, dialect)(since)}
    return [
        PastChange(
            record_id=str(record_id),
            field=field,
            before=_value(before),
            after=_value(after),
            at=moment(at),
            actor_id=actor_id,
            version=version,
        )
        for record_id, field, before, after, at, actor_id, version in await context.transaction.fetch(
            prepare(chosen, dialect), values
        )
    ]


async def _notes(context: SaveContext, object_name: str, since: datetime) -> Mapping[Moment, Sequence[Note]]:
    found: dict[Moment, list[Note]] = {}
    after = ""
    while True:
        rows = await fetch_ledger_since(
            context.transaction, context.compiled.schema, object_name, since, after=after, limit=PAGE
        )
        for row in rows:
            found.setdefault((row.record_id, row.decided_at), []).extend(row.notes)
        if not rows or rows[-1].id == after:
            return found
        after = rows[-1].id


def _value(text: str | None) -> Any:
    return None if text is None else unmark_value(orjson.loads(text))
