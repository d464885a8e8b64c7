"""One record as a formula sees it: a flat mapping by dotted path, in which formula fields are computed when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from metamodel.fields.field import Field
from metamodel.model import Model
from rule_engine import CheckedFormula, EvaluationContext, compile_python
from rule_engine.types import Path
from trellis.query.paths import resolve_names
from trellis.tenancy.compiled import CompiledModel

Evaluate = Callable[[Mapping[str, Any], EvaluationContext], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What must be known to evaluate formulas: `stored` fields by path, and fields of $User."""

    stored: frozenset[Path]
    user: frozenset[str]


def needs_of(model: Model, object_name: str, formulas: Iterable[CheckedFormula]) -> Needs:
    """What formulas over an object come from."""
    some = tuple(formulas)
    needs = needs_of_paths(model, object_name, (one.path for formula in some for one in formula.references))
    return Needs(stored=needs.stored, user=needs.user.union(*(formula.user_fields for formula in some)))


def needs_of_paths(model: Model, object_name: str, paths: Iterable[Path]) -> Needs:
    """What the values of `paths` come from: formula fields are followed to what they name."""
    seen: set[Path] = set(paths)
    waiting, stored, user = list(seen), set[Path](), set[str]()
    while waiting:
        path = waiting.pop()
        target = resolve_names(model, object_name, path)
        if target.field.is_stored:
            stored.add(path)
            continue
        formula = model.formula(target.objects[-1], path[-1])
        user.update(formula.user_fields)
        inner = {(*path[:-1], *one.path) for one in formula.references}
        waiting += inner - seen
        seen |= inner
    return Needs(stored=frozenset(stored), user=frozenset(user))


def python_formula(compiled: CompiledModel, formula: CheckedFormula) -> Evaluate:
    """The compiled formula, made once for each that the model holds."""
    # The memo keeps the formula with what is made of it, so that no other gets its id meanwhile.
    return compiled.prepared(("formula", id(formula)), lambda: (formula, compile_python(formula)))[1]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a dotted path is: a stored field, or a formula of `owner` whose own names begin with `prefix`."""

    field: Field
    owner: str
    prefix: str
    evaluate: Evaluate | None


class RecordView(Mapping[str, Any]):
    """`values`: Python values of the record's own stored fields, `related` those along lookups by dotted path; what is not there is
    blank. Sees what changes in `values` afterwards, but for formula fields that were asked for before. Formula errors pass through."""

    __slots__ = ("_compiled", "_computed", "_context", "_object", "_related", "_values")

    def __init__(
        self,
        compiled: CompiledModel,
        object_name: str,
        values: Mapping[str, Any],
        context: EvaluationContext,
        related: Mapping[str, Any] | None = None,
    ) -> None:
        self._compiled = compiled
        self._object = object_name
        self._values = values
        self._related = related or {}
        self._context = context
        self._computed: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        entry = self._entry(key)
        if entry.evaluate is None:
            values = self._related if entry.prefix else self._values
            return values.get(key)
        if key not in self._computed:
            record = _Below(self, entry.prefix) if entry.prefix else self
            self._computed[key] = entry.evaluate(record, self._context)
        return self._computed[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._compiled.model.object(self._object).fields)

    def __len__(self) -> int:
        return len(self._compiled.model.object(self._object).fields)

    def _entry(self, key: str) -> _Entry:
        compiled, object_name = self._compiled, self._object
        entries: dict[str, _Entry] = compiled.prepared(("record_view", object_name), dict)
        entry = entries.get(key)
        if entry is None:
            entry = entries[key] = _find_entry(compiled, object_name, key)
        return entry


class _Below(Mapping[str, Any]):
    """The part of a view behind one lookup path, as the parent's own formulas name it."""

    __slots__ = ("_prefix", "_view")

    def __init__(self, view: RecordView, prefix: str) -> None:
        self._view = view
        self._prefix = prefix

    def __getitem__(self, key: str) -> Any:
        return self._view[self._prefix + key]

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _find_entry(compiled: CompiledModel, object_name: str, key: str) -> _Entry:
    path = resolve_names(compiled.model, object_name, key.split("."))
    owner = path.objects[-1]
    prefix = "".join(f"{name}." for name in path.names[:-1])
    if path.field.is_stored:
        return _Entry(path.field, owner, prefix, None)
    formula = compiled.model.formula(owner, path.field.name)
    return _Entry(path.field, owner, prefix, python_formula(compiled, formula))
