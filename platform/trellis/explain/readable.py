"""What of the ledger and of the history an actor may read: fields that are hidden from them are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from metamodel.model import Model
from rule_engine import CheckedFormula
from trellis.automation.ledger.note import Note
from trellis.automation.ledger.read import LedgerRow
from trellis.explain.clauses import Clause
from trellis.explain.field_changes import FieldChange
from trellis.explain.sentences import field_of
from trellis.security.access import Access
from trellis.security.actor import Actor

_NAME = re.compile(r"[^\W\d][\w.]*")


class Readable:
    """`object_name`: of the record that is explained."""

    def __init__(self, model: Model, access: Access, actor: Actor, object_name: str) -> None:
        self._model = model
        self._access = access
        self._actor = actor
        self.object_name = object_name

    def rows(self, rows: Sequence[LedgerRow]) -> list[LedgerRow]:
        """Without notes about hidden fields, and without hidden values that were read."""
        return [
            replace(row, notes=tuple(self._note(note) for note in row.notes if self._may(field_of(note))))
            for row in rows
        ]

    def changes(self, changes: Sequence[FieldChange]) -> list[FieldChange]:
        return [change for change in changes if self._may(change.field)]

    def clause(self, clause: Clause | None) -> Clause | None:
        """Without its line where that names what is hidden, and without conditions where one of them reads it: that a condition held
        tells of every value in it."""
        if clause is None:
            return None
        names = {name.rstrip(".").lower() for name in _NAME.findall(clause.text)}
        shows_text = all(self._may_name(clause.object, name) for name in names)
        shows_why = all(self._may_hold(clause.object, condition.formula) for condition in clause.conditions)
        return replace(
            clause, text=clause.text if shows_text else "", conditions=clause.conditions if shows_why else ()
        )

    def _may_name(self, object_name: str, name: str) -> bool:
        """A name that is none of the object's own is one of a child's, or no field at all."""
        if self._model.find_path(object_name, name) is not None:
            return self._may_follow(object_name, name)
        field = name.rpartition(".")[2]
        having = [one.name for one in self._model.objects.values() if field in one.fields]
        return not having or any(self._may_read(one, field) for one in having)

    def _may_hold(self, object_name: str, formula: CheckedFormula) -> bool:
        return all(self._may_follow(about, ".".join(path)) for about, path in self._paths(object_name, formula))

    def _paths(self, object_name: str, formula: CheckedFormula) -> Iterator[tuple[str, tuple[str, ...]]]:
        for reference in formula.references:
            yield object_name, reference.path
        for reads in formula.collections:
            child = self._model.child_list(object_name, reads.rows.path)
            if child is not None:
                yield child.object.name, (child.lookup.name,)
                for reference in reads.references:
                    yield child.object.name, reference.path

    def _may(self, field: str | None) -> bool:
        return field is None or self._may_read(self.object_name, field)

    def _note(self, note: Note) -> Note:
        if note.read is None:
            return note
        about = self.object_name if note.origin is None else note.origin[0]
        return note._replace(read=tuple((path, value) for path, value in note.read if self._may_follow(about, path)))

    def _may_follow(self, object_name: str, path: str) -> bool:
        """Every field along the path, and the objects that they are of."""
        found = self._model.find_object(object_name)
        steps = self._model.find_path(object_name, path) if found else None
        if steps is None:
            return self._may_read(object_name, path.partition(".")[0])
        return all(self._may_read(step.object.name, step.field.name) for step in steps)

    def _may_read(self, object_name: str, field: str) -> bool:
        decide = self._access.decide
        return (
            decide(self._actor, "read", object_name).allowed and decide(self._actor, "read", object_name, field).allowed
        )
