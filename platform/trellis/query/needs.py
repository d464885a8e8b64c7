"""What must be known to evaluate formulas over an object: stored fields, rows of child lists, and what the context has to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from metamodel.child_lists import ChildList
from metamodel.model import Model
from rule_engine import CheckedFormula
from rule_engine.typed import FindValue, walk
from rule_engine.types import Path
from trellis.errors import InvalidRequest
from trellis.query.paths import resolve_names

VLOOKUP = "VLOOKUP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """`stored` fields by path; `user`: fields of $User; `global_names`: other globals ("org.name"); `children`: one for each list, by
    path; `looks_up`: values of records that nothing points to (VLOOKUP). What formulas over the child rows need of the context is
    part of it."""

    stored: frozenset[Path] = frozenset()
    user: frozenset[str] = frozenset()
    global_names: frozenset[str] = frozenset()
    children: tuple[ChildNeeds, ...] = ()
    looks_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildNeeds:
    """What is read of the rows of one child list. `path` of the list from the record; its rows are those of `object` whose `lookup`
    points to the record that owns the list."""

    path: Path
    object: str
    lookup: str
    needs: Needs

    @property
    def owner(self) -> Path:
        """The path of the id of the record that owns the list."""
        return (*self.path[:-1], "id")


def needs_of(model: Model, object_name: str, formulas: Iterable[CheckedFormula]) -> Needs:
    """What formulas over an object come from."""
    collector = _Collector(model, object_name)
    for formula in formulas:
        collector.add_formula((), formula)
    return collector.needs()


def needs_of_paths(model: Model, object_name: str, paths: Iterable[Path]) -> Needs:
    """What the values of `paths` come from: formula fields are followed to what they name."""
    collector = _Collector(model, object_name)
    for path in paths:
        collector.add_path(path)
    return collector.needs()


def together(several: Iterable[Needs]) -> Needs:
    """What all of them need."""
    some = tuple(several)
    if len(some) == 1:
        return some[0]
    by_path: dict[Path, list[ChildNeeds]] = {}
    for needs in some:
        for one in needs.children:
            by_path.setdefault(one.path, []).append(one)
    return Needs(
        stored=frozenset().union(*(needs.stored for needs in some)),
        user=frozenset().union(*(needs.user for needs in some)),
        global_names=frozenset().union(*(needs.global_names for needs in some)),
        children=tuple(
            ChildNeeds(
                path=path, object=same[0].object, lookup=same[0].lookup, needs=together(one.needs for one in same)
            )
            for path, same in sorted(by_path.items())
        ),
        looks_up=any(needs.looks_up for needs in some),
    )


def look_ups_of(formula: CheckedFormula) -> tuple[FindValue, ...]:
    if VLOOKUP not in formula.functions:
        return ()
    return tuple(node for node in walk(formula.tree) if isinstance(node, FindValue))


class _Collector:
    """Formula fields are followed wherever they are named; a model has no circles of them."""

    def __init__(self, model: Model, object_name: str) -> None:
        self._model = model
        self._object = object_name
        self._seen: set[Path] = set()
        self._stored: set[Path] = set()
        self._user: set[str] = set()
        self._globals: set[str] = set()
        self._rows: dict[Path, tuple[ChildList, set[Path]]] = {}
        self._looks_up = False

    def add_formula(self, prefix: Path, formula: CheckedFormula) -> None:
        self._user.update(formula.user_fields)
        self._globals.update(formula.globals)
        self._looks_up = self._looks_up or VLOOKUP in formula.functions
        for reference in formula.references:
            self.add_path((*prefix, *reference.path))
        for reads in formula.collections:
            self._add_rows((*prefix, *reads.rows.path), {reference.path for reference in reads.references})

    def add_path(self, path: Path) -> None:
        if path in self._seen:
            return
        self._seen.add(path)
        target = resolve_names(self._model, self._object, path)
        if target.field.is_stored:
            self._stored.add(path)
        else:
            self.add_formula(path[:-1], self._model.formula(target.objects[-1], path[-1]))

    def needs(self) -> Needs:
        children = tuple(self._child_needs(path) for path in sorted(self._rows))
        return Needs(
            stored=frozenset(self._stored),
            user=frozenset(self._user).union(*(one.needs.user for one in children)),
            global_names=frozenset(self._globals).union(*(one.needs.global_names for one in children)),
            children=children,
            looks_up=self._looks_up or any(one.needs.looks_up for one in children),
        )

    def _add_rows(self, path: Path, names: set[Path]) -> None:
        found = self._model.child_list(self._object, path)
        if found is None:
            raise InvalidRequest(f'There is no child list "{".".join(path)}" of {self._object}.')
        self._rows.setdefault(path, (found, set()))[1].update(names)
        if len(path) > 1:
            self._stored.add((*path[:-1], "id"))

    def _child_needs(self, path: Path) -> ChildNeeds:
        found, names = self._rows[path]
        needs = needs_of_paths(self._model, found.object.name, names)
        return ChildNeeds(path=path, object=found.object.name, lookup=found.lookup.name, needs=needs)
