"""The audit as a file: JSON lines, which can be verified elsewhere, and CSV for a spreadsheet. That somebody took it is audited first."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any, Literal

import orjson

from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit.chain import COLUMNS, AuditRow
from trellis.security.audit.event import AuditEvent, Subject
from trellis.security.audit.read import Wanted, fetch_rows
from trellis.security.audit.write import write_audit
from trellis.storage.codecs import datetime_text
from trellis.tenancy.tenant import Tenant

Format = Literal["jsonl", "csv"]
MEDIA_TYPES: dict[Format, str] = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
AT_ONCE = 1_000
# What a spreadsheet would take for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


async def export_audit(
    tenant: Tenant, access: Access, actor: Actor, wanted: Wanted, shape: Format, *, now: datetime
) -> AsyncIterator[str]:
    """Pieces of text, the oldest row first; the row about this export is the last one when it is wanted. Raises AccessDenied."""
    require(access, actor, "view_audit")
    require(access, actor, "export")
    event = AuditEvent(
        event="audit_exported", actor=actor, subject=Subject(kind="audit", id="audit"), details={"format": shape}
    )
    await tenant.database.write(lambda transaction: write_audit(transaction, tenant.database.schema, event, now=now))
    return _pieces(tenant, wanted, shape)


async def _pieces(tenant: Tenant, wanted: Wanted, shape: Format) -> AsyncIterator[str]:
    if shape == "csv":
        yield _csv([COLUMNS])
    position = 0
    while True:
        rows = await fetch_rows(tenant, wanted, limit=AT_ONCE, position=position, is_newest_first=False)
        if rows:
            yield _csv(_cells(row) for row in rows) if shape == "csv" else _lines(rows)
            position = rows[-1].number
        if len(rows) < AT_ONCE:
            return


def row_json(row: AuditRow) -> dict[str, Any]:
    """A row as the API and the export show it; `details` as an object."""
    return _said(row) | {"details": orjson.loads(row.details)}


def _said(row: AuditRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS} | {"occurred_at": datetime_text(row.occurred_at)}


def _lines(rows: Iterable[AuditRow]) -> str:
    return "".join(orjson.dumps(row_json(row)).decode() + "\n" for row in rows)


def _csv(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cells(row: AuditRow) -> list[object]:
    return [_cell(value) for value in _said(row).values()]


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value
