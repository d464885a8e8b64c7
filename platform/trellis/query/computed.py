"""Rows of a query -> Python values, with what their formula fields in Python read elsewhere: child rows, and values that are looked up.
One statement for each child list and each field that is looked up, none for rows that need neither."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from trellis.query.child_rows import Reading, load_child_rows
from trellis.query.context import evaluation_context
from trellis.query.look_ups import LookUps
from trellis.query.record_view import Lists
from trellis.query.values import ValueReader
from trellis.storage.database import Row


async def read_rows(reading: Reading, reader: ValueReader, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """`rows`: the values of the reader's columns."""
    needs = reader.needs
    context = await evaluation_context(reading.transaction, reading.compiled, reading.actor, reading.now, needs)
    lists: Sequence[Lists | None] = [None] * len(rows)
    if needs.children:
        lists = await load_child_rows(reading, needs.children, [reader.read_hidden(row) for row in rows])
    if needs.looks_up:
        look_ups = LookUps(reading)
        context = replace(context, find_value=look_ups.find_value)
        trials: list[Callable[[], object]] = [
            partial(reader.read, row, context, own) for row, own in zip(rows, lists, strict=True)
        ]
        await look_ups.learn(trials)
    return [reader.read(row, context, own) for row, own in zip(rows, lists, strict=True)]
