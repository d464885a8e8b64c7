"""`for each`: the rows of a child list, for all records at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trellis.automation.named import needs_of_name, view_of_row, with_name
from trellis.automation.run import Run
from trellis.automation.steps import ForEachStep
from trellis.records.related import load_rows


async def rows_of_loop(run: Run, step: ForEachStep, indexes: Sequence[int]) -> Run:
    """The run with a place for each row, in the order they were made. One query, and one for each list that the body reads of them."""
    needs = needs_of_name(run, (step.variable, step.object))
    owners = [run.views.values(index)[step.owner] for index in indexes]
    found = await load_rows(run.context, step.object, step.lookup, owners, needs)
    rows: list[tuple[int, Mapping[str, Any]]] = []
    for index, of_owner in zip(indexes, found, strict=True):
        ordered = sorted(of_owner, key=lambda row: str(row.values["id"]))
        rows += [(index, view_of_row(run, index, step.object, row.values, row.lists)) for row in ordered]
    whole = with_name(run, step.variable, rows)
    if step.condition is None and step.limit is None:
        return whole
    kept: list[tuple[int, Mapping[str, Any]]] = []
    taken: dict[int, int] = {}
    for place, row in enumerate(rows):
        count = taken.get(row[0], 0)
        if (step.limit is None or count < step.limit) and whole.holds(step.condition, place):
            taken[row[0]] = count + 1
            kept.append(row)
    return with_name(run, step.variable, kept)
