"""Collects what the formulas of one rule read, of the record and of the other records that have names in it, and compiles them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from metamodel.model import Model
from rule_engine import CheckedFormula, EvaluationContext, compile_python
from rule_engine.rules.checked import EmailRecipient, PathRecipient, Recipient
from rule_engine.types import Path
from trellis.automation.notice import paths_in_template
from trellis.automation.steps import Bound, Evaluate, Formula
from trellis.query.needs import Needs, needs_of, needs_of_paths, together

OF_EVENT = "event."
"""How the globals begin that an inbound event brings with it: the tenant has no value for them."""


class Reads:
    """`names`: what stands for another record where the compiler is now, by name: the object. `parameters`: names with a value of their
    own. Both hide fields."""

    def __init__(self, model: Model, object_name: str, parameters: frozenset[str] = frozenset()) -> None:
        self.model = model
        self.object_name = object_name
        self.names: dict[str, str] = {}
        self.parameters = parameters
        self.looking_up: list[Evaluate] = []
        self._needs: list[Needs] = []
        self._shown: set[Path] = set()
        self._bound: dict[Bound, list[Needs]] = {}

    @property
    def needs(self) -> Needs:
        by_templates = needs_of_paths(self.model, self.object_name, self._shown)
        context = [
            Needs(user=one.user, global_names=one.global_names, looks_up=one.looks_up)
            for several in self._bound.values()
            for one in several
        ]
        return together((*self._needs, by_templates, *context))

    @property
    def bound(self) -> Mapping[Bound, Needs]:
        return {bound: together(several) for bound, several in self._bound.items()}

    def object_of(self, path: Path) -> tuple[str, Path]:
        """The object that a path begins at, and the rest of the path from there."""
        found = self.names.get(path[0]) if path else None
        return (self.object_name, path) if found is None else (found, path[1:])

    def shown(self, template: str | None) -> tuple[str, ...]:
        """What the template shows of the record. It may name what is not there: that is blank, not an error."""
        paths = paths_in_template(self.model, template) if template is not None else frozenset()
        known = sorted(path for path in paths if self.model.find_path(self.object_name, path) is not None)
        self._shown.update(tuple(path.split(".")) for path in known)
        self.looking_up += [
            _reading(path)
            for path in known
            if needs_of_paths(self.model, self.object_name, [tuple(path.split("."))]).looks_up
        ]
        return tuple(known)

    def formula(self, checked: CheckedFormula) -> Formula:
        run = _compiled_when_asked(checked)
        if self.note(checked):
            self.looking_up.append(run)
        return Formula(source=checked.source, run=run, checked=checked, paths=_own_paths(checked))

    def optional(self, checked: CheckedFormula | None) -> Formula | None:
        return None if checked is None else self.formula(checked)

    def values(self, pairs: Sequence[tuple[str, CheckedFormula]]) -> tuple[tuple[str, Formula], ...]:
        return tuple((name, self.formula(value)) for name, value in pairs)

    def note(self, checked: CheckedFormula) -> bool:
        """Notes what a formula reads; whether it looks up by what it reads of the record alone."""
        named = {path[0] for path in _paths(checked)} & self.names.keys()
        for name in named:
            part = _part(checked, partial(_behind, name))
            self._bound.setdefault((name, self.names[name]), []).append(needs_of(self.model, self.names[name], [part]))
        own = needs_of(self.model, self.object_name, [_part(checked, self._of_record)])
        self._needs.append(own)
        return own.looks_up and not named and not self.parameters

    def note_path(self, path: Path) -> None:
        """A field that is read without a formula."""
        object_name, rest = self.object_of(path)
        needs = needs_of_paths(self.model, object_name, [rest or ("id",)])
        if path[0] in self.names:
            self._bound.setdefault((path[0], object_name), []).append(needs)
        else:
            self._needs.append(needs)

    def note_name(self, name: str) -> None:
        self._bound.setdefault((name, self.names[name]), []).append(Needs(stored=frozenset({("id",)})))

    def counting(self, condition: CheckedFormula | None) -> None:
        """What a condition that the database decides needs of the context."""
        if condition is not None:
            self._needs.append(Needs(user=frozenset(condition.user_fields), global_names=frozenset(condition.globals)))

    def recipient(self, recipient: Recipient) -> tuple[Recipient, Formula | None]:
        if isinstance(recipient, PathRecipient):
            return recipient, self.formula(recipient.user)
        if isinstance(recipient, EmailRecipient):
            if recipient.person is not None:
                self.note_path(recipient.person.path)
            return recipient, self.formula(recipient.address)
        return recipient, None

    def _of_record(self, path: Path) -> Path | None:
        is_other = path[0] in self.names or path[0] in self.parameters
        return None if is_other else path


def _reading(path: str) -> Evaluate:
    return lambda record, _: record[path]


def _paths(checked: CheckedFormula) -> set[Path]:
    return {one.path for one in checked.references} | {one.rows.path for one in checked.collections}


def _own_paths(checked: CheckedFormula) -> tuple[str, ...]:
    return tuple(dict.fromkeys(".".join(one.path) for one in checked.references))


def _behind(name: str, path: Path) -> Path | None:
    return path[1:] if path[0] == name else None


def _part(checked: CheckedFormula, keep: Callable[[Path], Path | None]) -> CheckedFormula:
    """As if it read only the paths that `keep` gives, in their new form."""
    references = tuple(
        replace(one, path=path) for one in checked.references if (path := keep(one.path)) is not None and path
    )
    collections = tuple(
        replace(one, rows=replace(one.rows, path=path))
        for one in checked.collections
        if (path := keep(one.rows.path)) is not None
    )
    global_names = tuple(name for name in checked.globals if not name.startswith(OF_EVENT))
    return replace(checked, references=references, collections=collections, globals=global_names)


def _compiled_when_asked(checked: CheckedFormula) -> Evaluate:
    """Compiling takes some hundred times as long as running, and most records meet few of many rules."""
    compiled: Evaluate | None = None

    def run(record: Mapping[str, Any], evaluation: EvaluationContext) -> Any:
        nonlocal compiled
        if compiled is None:
            compiled = compile_python(checked)
        return compiled(record, evaluation)

    return run
