"""One phase of one save, as the actions see it: the changes, what formulas read from them, and errors that name rule and record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from rule_engine import CheckedFormula, EvaluationContext
from rule_engine.errors import FormulaError
from trellis.automation.errors import RuleFailed
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.ledger.note import Done, Note, Read, Reading
from trellis.automation.ledger.pending import Pending, pending_of
from trellis.automation.ledger.sampling import Sampling
from trellis.automation.outbox import Entry
from trellis.automation.steps import Bound, CompiledRule, Formula, Row
from trellis.errors import FieldError, TrellisError
from trellis.query.needs import Needs

NOT_KEPT = Reading(None)
_OF_FIELDS = frozenset(("assign", "set"))


CALL = "\x1e"
"""Ends the part that a call is: what follows is within the called rule."""


class Seen(Protocol):
    """What formulas read, by the place of a change."""

    def values(self, index: int) -> Mapping[str, Any]: ...
    def evaluation(self, index: int) -> EvaluationContext: ...
    def shown(self, index: int, paths: Sequence[str]) -> dict[str, Any]: ...
    async def refresh(self) -> None: ...
    def forget(self) -> None: ...

    @property
    def times_forgotten(self) -> int: ...


class Watch(Protocol):
    """Looks on while conditions are decided: for those who ask which were ever true, and which false."""

    def decide(self, condition: CheckedFormula, record: Mapping[str, Any], evaluation: EvaluationContext) -> None:
        """Comes before the condition is evaluated."""


@dataclass(slots=True, kw_only=True)
class Run:
    """`changes`: in a loop one for each of its rows, so that a change may come more than once; `parts` tells those apart. `stopped`:
    what the rule has ended for. `entries`: what is to go into the outbox. `watch`: while somebody does, every condition is
    asked that would be without an index. `are_written`: the records are in the database already. `asked`: the paths that the
    conditions read which led here. `calls`: the rules that called one another to here, this one the last. `passed_over`: the users
    who get nothing from queues now; with `only_queue` nothing
    is handed out but by that queue. `assigned`: by id of the record, the row that decided who owns it. `given`: globals
    that came with what set the rule off."""

    context: SaveContext
    object_name: str
    changes: Sequence[Change]
    views: Seen
    rule: str = field(default="")
    bound: Mapping[Bound, Needs] = field(default_factory=dict)
    is_as_user: bool = False
    parts: Sequence[str] = ()
    stopped: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    watch: Watch | None = None
    are_written: bool = False
    asked: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    passed_over: frozenset[str] = frozenset()
    only_queue: str | None = None
    assigned: dict[str, Row] = field(default_factory=dict)
    sampling: Sampling = field(default_factory=Sampling)
    given: Mapping[str, Any] = field(default_factory=dict)

    def begin(self, rule: CompiledRule) -> None:
        self.rule = rule.name
        self.bound = rule.bound
        self.is_as_user = rule.runs_as == "user"
        self.stopped = set()
        self.asked = () if rule.condition is None else rule.condition.paths

    def within(self, changes: Sequence[Change], views: Seen, parts: Sequence[str]) -> Run:
        """The same rule for rows of a loop, or with a name more."""
        return replace(self, changes=changes, views=views, parts=parts)

    def calling(self, rule: CompiledRule, changes: Sequence[Change], views: Seen, parts: Sequence[str]) -> Run:
        """A rule that this one calls: what it stops for goes on here."""
        inner = replace(
            self, changes=changes, views=views, parts=parts, calls=(*(self.calls or (self.rule,)), rule.name)
        )
        inner.begin(rule)
        inner.asked = (*self.asked, *inner.asked)
        return inner

    def asking(self, condition: Formula) -> Run:
        """The same rule in a branch that the condition leads to."""
        return replace(self, asked=(*self.asked, *condition.paths))

    def part(self, index: int) -> str:
        return self.parts[index] if self.parts else ""

    def going_on(self, indexes: Sequence[int]) -> Sequence[int]:
        """Without those that the rule has ended for."""
        if not self.stopped:
            return indexes
        return [index for index in indexes if self._whole(index) not in self.stopped]

    def stop(self, index: int) -> None:
        """The rule ends for the record: out of every loop, but not out of the rule that called it."""
        self.stopped.add(self._whole(index))

    def _whole(self, index: int) -> str:
        return f"{self.changes[index].id}{self.part(index).rpartition(CALL)[0]}"

    def holds(self, condition: Formula | None, index: int) -> bool:
        """Blank counts as false."""
        if condition is None:
            return True
        if self.watch is not None:
            self.watch.decide(condition.checked, self.views.values(index), self.views.evaluation(index))
        return self.evaluate(condition, index) is True

    def evaluate(self, formula: Formula, index: int) -> Any:
        """The formula's value for one of the changes. Raises RuleFailed."""
        try:
            return formula.run(self.views.values(index), self.views.evaluation(index))
        except FormulaError as error:
            raise self.failed(index, f"{error} in {formula.source}") from error

    def failed(self, index: int, reason: str, field_name: str | None = None) -> RuleFailed:
        message = f"rule {self.rule!r} on {self.object_name} failed: {reason}"
        where = FieldError(field=field_name, code=RuleFailed.code, message=message, index=index)
        return RuleFailed(message, hint="Nothing was saved. Mend the rule, or the values it reads.", fields=(where,))

    def note(
        self,
        index: int,
        done: Done,
        *,
        line: int,
        subject: str | None = None,
        value: Any = None,
        before: Any = None,
        read: Sequence[str] | Reading = (),
    ) -> None:
        """Tells the ledger what the rule did about one of the changes, as Note has it. `read`: the paths that decided it, beside those
        of the conditions that led here, with their values of now; or what `reading` gave earlier. Written with the record, and only
        if that is."""
        kept = read.values if isinstance(read, Reading) else self.reading(index, read).values
        self.keep(index, Note(self.rule, line, done, subject, value, before, kept))

    def keep(self, index: int, note: Note) -> None:
        """A note that is made already: until the record is written, at its change."""
        change = self.changes[index]
        if self.are_written:
            self.pending.add((self.object_name, change.id), note)
        else:
            change.notes.append(note)
        if note.done in _OF_FIELDS and note.subject is not None:
            change.set_by[note.subject] = self.rule

    def reading(self, index: int, read: Sequence[str]) -> Reading:
        """For `note`, of what the action is about to change."""
        if not self.is_kept_whole(index):
            return NOT_KEPT
        return Reading(self._read(index, (*self.asked, *read)))

    def is_kept_whole(self, index: int) -> bool:
        """Whether the ledger is to have what is read about the change."""
        change = self.changes[index]
        if change.is_kept_whole is None:
            change.is_kept_whole = self.sampling.takes(self.context.compiled.tenant, self.context.now)
        return change.is_kept_whole

    def note_other(
        self, index: int, key: tuple[str, str], done: Done, *, line: int, subject: str | None = None, value: Any = None
    ) -> None:
        """The same at the other record, an (object, id), that the rule of this one wrote."""
        origin = (self.object_name, self.changes[index].id)
        self.pending.add(key, Note(self.rule, line, done, subject, value, origin=origin))

    @property
    def pending(self) -> Pending:
        return pending_of(self.context)

    def _read(self, index: int, paths: Sequence[str]) -> Read:
        """Without what cannot be read here, such as fields of a record that the database finds."""
        values = self.views.values(index)
        read: list[tuple[str, Any]] = []
        for path in dict.fromkeys(paths):
            with suppress(FormulaError, TrellisError, KeyError):
                read.append((path, values[path]))
        return tuple(read)

    def value_of(self, index: int, name: str) -> Any:
        return self.changes[index].values.get(name)
