"""One record as a formula sees it: a flat mapping by dotted path, in which formula fields are computed when they are asked for, and
child lists are sequences of such mappings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rule_engine import CheckedFormula, EvaluationContext, compile_python
from trellis.query.paths import resolve_names
from trellis.tenancy.compiled import CompiledModel

Evaluate = Callable[[Mapping[str, Any], EvaluationContext], Any]


def python_formula(compiled: CompiledModel, formula: CheckedFormula) -> Evaluate:
    """The compiled formula, made once for each that the model holds."""
    # The memo keeps the formula with what is made of it, so that no other gets its id meanwhile.
    return compiled.prepared(("formula", id(formula)), lambda: (formula, compile_python(formula)))[1]


@dataclass(slots=True)
class ChildRow:
    """`values`: stored fields by dotted path, also along lookups; `lists`: child rows of its own that its formula fields read."""

    values: dict[str, Any]
    lists: Mapping[str, ChildRows] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChildRows:
    """The rows of `object` whose `lookup` points to one record."""

    object: str
    lookup: str
    rows: Sequence[ChildRow]


Lists = Mapping[str, ChildRows]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a dotted path is: a stored field, a child list, or a formula whose own names begin with `prefix`."""

    prefix: str
    evaluate: Evaluate | None = None
    is_list: bool = False


class RecordView(Mapping[str, Any]):
    """`values`: Python values of the record's own stored fields, `related` those along lookups by dotted path, `lists` child rows by
    dotted path; what is not there is blank, a list that is not there empty. Sees what changes in `values` afterwards, but for formula
    fields and lists that were asked for before. Formula errors pass through. `parent`: the lookup and the view of the record in whose
    list this one is, so that the row sees that record as it is now."""

    __slots__ = (
        "_compiled",
        "_computed",
        "_context",
        "_entries",
        "_lists",
        "_object",
        "_parent",
        "_related",
        "_values",
    )

    def __init__(
        self,
        compiled: CompiledModel,
        object_name: str,
        values: Mapping[str, Any],
        context: EvaluationContext,
        related: Mapping[str, Any] | None = None,
        lists: Lists | None = None,
        parent: tuple[str, RecordView] | None = None,
    ) -> None:
        self._compiled = compiled
        self._object = object_name
        self._values = values
        self._related = related or {}
        self._lists = lists or {}
        self._parent = parent
        self._context = context
        self._computed: dict[str, Any] = {}
        self._entries: dict[str, _Entry] = compiled.prepared(("record_view", object_name), dict)

    def __getitem__(self, key: str) -> Any:
        entry = self._entries.get(key) or self._new_entry(key)
        if entry.is_list:
            if key not in self._computed:
                self._computed[key] = self._rows(key)
        elif entry.evaluate is None:
            return self._related_value(key) if entry.prefix else self._values.get(key)
        elif key not in self._computed:
            record = _Below(self, entry.prefix) if entry.prefix else self
            self._computed[key] = entry.evaluate(record, self._context)
        return self._computed[key]

    def forget(self) -> None:
        """What was computed: the values that it came from may have changed."""
        if self._computed:
            self._computed.clear()

    def as_it_was(self, values: Mapping[str, Any], context: EvaluationContext) -> RecordView:
        """The record with earlier `values`, and the child rows of now: what they were is not known."""
        return RecordView(self._compiled, self._object, values, context, None, self._lists)

    def __iter__(self) -> Iterator[str]:
        return iter(self._compiled.model.object(self._object).fields)

    def __len__(self) -> int:
        return len(self._compiled.model.object(self._object).fields)

    def _related_value(self, key: str) -> Any:
        if self._parent is not None:
            lookup, parent = self._parent
            name = key.removeprefix(f"{lookup}.")
            if name != key and name in parent._values:
                return parent._values[name]
        return self._related.get(key)

    def _rows(self, key: str) -> list[RecordView]:
        found = self._lists.get(key)
        if found is None:
            return []
        parent = None if "." in key else (found.lookup, self)
        return [
            RecordView(self._compiled, found.object, row.values, self._context, row.values, row.lists, parent)
            for row in found.rows
        ]

    def _new_entry(self, key: str) -> _Entry:
        entry = self._entries[key] = _find_entry(self._compiled, self._object, key)
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
    names = key.split(".")
    prefix = "".join(f"{name}." for name in names[:-1])
    if compiled.model.find_path(object_name, key) is None and compiled.model.child_list(object_name, names) is not None:
        return _Entry(prefix, is_list=True)
    path = resolve_names(compiled.model, object_name, names)
    if path.field.is_stored:
        return _Entry(prefix)
    formula = compiled.model.formula(path.objects[-1], path.field.name)
    return _Entry(prefix, python_formula(compiled, formula))
