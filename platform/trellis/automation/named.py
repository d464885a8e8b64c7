"""Formulas that name other records beside the one that set off the rule: loop variables, aliases of created records, parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rule_engine import EvaluationContext
from trellis.automation.run import Run, Seen
from trellis.automation.steps import Bound
from trellis.query.needs import Needs
from trellis.query.record_view import RecordView

_ID = Needs(stored=frozenset({("id",)}))


class WithNames(Mapping[str, Any]):
    """A record as formulas see it, with names that stand for other records, and hide fields."""

    __slots__ = ("_named", "_record")

    def __init__(self, record: Mapping[str, Any], named: Mapping[str, Mapping[str, Any]]) -> None:
        self._record = record
        self._named = named

    def __getitem__(self, key: str) -> Any:
        name, _, rest = key.partition(".")
        found = self._named.get(name)
        return self._record[key] if found is None else found[rest or "id"]

    def __iter__(self) -> Iterator[str]:
        return iter(self._record)

    def __len__(self) -> int:
        return len(self._record)


class NamedViews:
    """`places`: for each index the one in `seen`; `named`: for each index the record that `name` stands for there."""

    def __init__(self, seen: Seen, places: Sequence[int], name: str, named: Sequence[Mapping[str, Any]]) -> None:
        self._seen = seen
        self._places = places
        self._name = name
        self._named = named

    def values(self, index: int) -> Mapping[str, Any]:
        return WithNames(self._seen.values(self._places[index]), {self._name: self._named[index]})

    def evaluation(self, index: int) -> EvaluationContext:
        return self._seen.evaluation(self._places[index])

    def shown(self, index: int, paths: Sequence[str]) -> dict[str, Any]:
        return self._seen.shown(self._places[index], paths)

    async def refresh(self) -> None:
        await self._seen.refresh()

    def forget(self) -> None:
        self._seen.forget()

    @property
    def times_forgotten(self) -> int:
        return self._seen.times_forgotten


class GivenViews:
    """`places`: for each index the one in `seen`; `given`: for each index the values of the parameters there. Names that stand for other
    records outside are not known inside."""

    def __init__(self, seen: Seen, places: Sequence[int], given: Sequence[Mapping[str, Any]]) -> None:
        self._seen = seen
        self._places = places
        self._given = [{name: {"id": value} for name, value in values.items()} for values in given]

    def values(self, index: int) -> Mapping[str, Any]:
        record = self._seen.values(self._places[index])
        return WithNames(record, self._given[index]) if self._given[index] else record

    def evaluation(self, index: int) -> EvaluationContext:
        return self._seen.evaluation(self._places[index])

    def shown(self, index: int, paths: Sequence[str]) -> dict[str, Any]:
        return self._seen.shown(self._places[index], paths)

    async def refresh(self) -> None:
        await self._seen.refresh()

    def forget(self) -> None:
        self._seen.forget()

    @property
    def times_forgotten(self) -> int:
        return self._seen.times_forgotten


def with_name(run: Run, name: str, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> Run:
    """The run for each of `rows`: a place in `run`, and the record that `name` stands for there."""
    places = [index for index, _ in rows]
    views = NamedViews(run.views, places, name, [record for _, record in rows])
    parts = [f"{run.part(index)}/{record['id']}" for index, record in rows]
    return run.within([run.changes[index] for index in places], views, parts)


def needs_of_name(run: Run, bound: Bound) -> Needs:
    """What the rule reads of the records that a name stands for; their ids always."""
    found = run.bound.get(bound, _ID)
    return Needs(
        stored=found.stored | {("id",)},
        user=found.user,
        global_names=found.global_names,
        children=found.children,
        looks_up=found.looks_up,
    )


def view_of_row(run: Run, index: int, object_name: str, values: Mapping[str, Any], lists: Any) -> RecordView:
    return RecordView(run.context.compiled, object_name, values, run.views.evaluation(index), values, lists)
