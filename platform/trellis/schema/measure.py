"""Draft steps -> plan steps: asks the database for rows in the way and rows to touch, and estimates the time. Reads only."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from trellis.schema.checks import Finding, count_rows, run_check
from trellis.schema.drafting import DraftStep, Work
from trellis.schema.operations import CreateTable, NoteBin, in_order
from trellis.schema.plan import PlanStep
from trellis.storage.database import DialectName

MICROSECONDS: Mapping[DialectName, Mapping[Work, float]] = {
    "postgresql": {"none": 0.0, "update": 56.0, "rewrite": 20.0, "index": 2.0, "scan": 0.7},
    "sqlite": {"none": 0.0, "update": 10.0, "rewrite": 25.0, "index": 1.5, "scan": 0.4},
}
TABLE_SECONDS = 0.004


def measured(connection: sa.Connection, draft: DraftStep, dialect: DialectName) -> PlanStep:
    """`connection`: of the database as it is before the deploy."""
    findings = [run_check(connection, check, dialect) for check in draft.checks]
    found: tuple[Finding, ...] = tuple(finding for finding in findings if finding is not None)
    kept = [values.note(connection, dialect) for values in draft.kept]
    rows = count_rows(connection, draft.counted, draft.counted_columns) if draft.counted else 0
    cost = draft.cost
    if cost == "backfill" and rows == 0:
        cost = "instant"
    return PlanStep(
        cost=cost,
        summary=draft.summary,
        target=draft.target,
        rows=rows,
        seconds=_seconds(draft, rows, dialect),
        findings=found,
        ddl=_ddl(draft, dialect),
        refusal=draft.refusal,
        notes=(*draft.notes, *(note for note in kept if note is not None)),
    )


def _seconds(draft: DraftStep, rows: int, dialect: DialectName) -> float:
    tables = sum(isinstance(operation, CreateTable) for operation in draft.operations)
    per_row = sum(MICROSECONDS[dialect][work] for work in draft.work)
    return round(tables * TABLE_SECONDS + rows * per_row / 1e6, 3)


def _ddl(draft: DraftStep, dialect: DialectName) -> tuple[str, ...]:
    from trellis.schema.ddl import written  # with Alembic

    shown = (operation for operation in in_order(draft.operations) if not isinstance(operation, NoteBin))
    return tuple(statement for operation in shown for statement in written(operation, dialect))
