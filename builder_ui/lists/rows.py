"""One fetched record -> one row of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from builder_ui.columns import ShownColumn, roles_of
from builder_ui.display import is_number
from builder_ui.lists.model import Cell, Row
from builder_ui.visit import Visit
from metamodel.definitions import Object


def build_row(visit: Visit, thing: Object, columns: Sequence[ShownColumn], row: Mapping[str, Any]) -> Row:
    display = visit.display
    return Row(
        href=f"/app/{thing.name}/{row['id']}",
        cells=tuple(
            Cell(shown=display.list_cell(column, row), role=role, is_number=is_number(column.field))
            for column, role in zip(columns, roles_of(thing, columns), strict=True)
        ),
    )
