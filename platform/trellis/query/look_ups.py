"""Values of records that nothing points to (VLOOKUP), for formulas in Python, which cannot wait for a database in the middle.

Formulas are tried; a key that is not known yet stops the trial and is noted; the noted keys are fetched together, one query for each
field that is looked up, and the trials are repeated. Keys that come out of other look-ups take one more round each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from rule_engine import FormulaError
from trellis.query.child_rows import Reading
from trellis.query.context import formula_parameters
from trellis.query.paths import resolve_names
from trellis.query.source import Source
from trellis.query.values import StoredReader
from trellis.storage.codecs import list_encoder
from trellis.storage.database import Statement
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare

MOST_ROUNDS = 50

Place = tuple[str, str, str]
"""Object, field, and the field that the key is compared with."""


class KeyNotKnown(Exception):  # no fault: it asks for the key to be fetched
    """Not a FormulaError, so that no formula recovers from it."""


class LookUps:
    """`find_value` is what EvaluationContext has; it knows what `learn` has fetched."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._known: dict[Place, dict[Any, Any]] = {}
        self._wanted: dict[Place, set[Any]] = {}

    def find_value(self, object_name: str, field: str, key_field: str, key: Any) -> Any:
        """Raises KeyNotKnown."""
        if key is None:
            return None
        place = (object_name, field, key_field)
        known = self._known.setdefault(place, {})
        if key not in known:
            self._wanted.setdefault(place, set()).add(key)
            raise KeyNotKnown
        return known[key]

    async def learn(self, trials: Iterable[Callable[[], object]]) -> None:
        """Fetches every value that the trials look up. What they raise otherwise is left for when they are meant."""
        waiting = list(trials)
        for _ in range(MOST_ROUNDS):
            waiting = [trial for trial in waiting if not _comes_to_an_end(trial)]
            if not waiting:
                return
            await self._fetch_wanted()

    async def _fetch_wanted(self) -> None:
        wanted, self._wanted = self._wanted, {}
        for place, keys in wanted.items():
            self._known[place] |= await self._fetch(place, keys)

    async def _fetch(self, place: Place, keys: set[Any]) -> dict[Any, Any]:
        reading = self._reading
        compiled, (object_name, _, key_field) = reading.compiled, place
        column = compiled.model.object(object_name).fields[key_field].columns[0]
        encode, found = list_encoder(column, compiled.dialect), dict.fromkeys(keys)
        storable = [key for key in keys if _is_storable(encode, key)]
        if not storable:
            return found
        statement, reader = compiled.prepared(("query", "look up", *reading.key, place), lambda: _query(reading, place))
        values = {"keys": encode(storable)}
        values |= await formula_parameters(reading.transaction, compiled, reading.actor, reading.now, statement)
        rows = [reader.read(row) for row in await reading.transaction.fetch(statement, values)]
        return found | {row["key"]: row["value"] for row in rows}


def _comes_to_an_end(trial: Callable[[], object]) -> bool:
    try:
        trial()
    except KeyNotKnown:
        return False
    except FormulaError:
        pass
    return True


def _is_storable(encode: Callable[[Sequence[Any]], Any], key: Any) -> bool:
    """A number with more decimals than the field has equals none of its values."""
    try:
        encode([key])
    except (ValueError, ArithmeticError):
        return False
    return True


def _query(reading: Reading, place: Place) -> tuple[Statement, StoredReader]:
    """Of the records with one key the first, by id."""
    compiled, (object_name, field, key_field) = reading.compiled, place
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name, reading.row_filters)
    paths = {"key": (key_field,), "value": (field,)}
    reader = StoredReader(
        source, {key: resolve_names(compiled.model, object_name, path) for key, path in paths.items()}
    )
    column = source.root.c[compiled.model.object(object_name).fields[key_field].columns[0].name]
    first = sa.func.row_number().over(partition_by=column, order_by=source.root.c.id).label("place")
    rows = sa.select(*(one.label(f"v{place}") for place, one in enumerate(reader.columns)), first)
    rows = rows.select_from(source.from_clause).where(any_of(column, "keys", compiled.dialect), *source.visible())
    found = rows.subquery("p")
    chosen = sa.select(*list(found.c)[:-1]).where(found.c.place == sa.literal_column("1"))
    return prepare(chosen, compiled.dialect), reader
