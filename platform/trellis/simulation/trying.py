"""Tries a draft on records, wholly, in a transaction that is taken back: nothing is written, and nothing is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from rule_engine import EvaluationContext, FormulaError
from rule_engine.rules.checked import Assignment, FieldChanges
from trellis.automation.compiling.reads import Reads
from trellis.automation.compiling.rules import compile_statements
from trellis.automation.engine import Engine
from trellis.automation.execute import Execution
from trellis.automation.hooks import Change, Event, SaveContext
from trellis.automation.ledger.note import Note
from trellis.automation.ledger.pending import pending_of
from trellis.automation.outbox import Entry
from trellis.automation.run import Run
from trellis.automation.steps import AssignStep, CompiledRule, Formula, Row, Step
from trellis.automation.triggers import events_of
from trellis.automation.views import Views
from trellis.errors import TrellisError
from trellis.query.needs import together
from trellis.records.related import views_of
from trellis.security.access import Access
from trellis.simulation.draft import Draft, Drafted
from trellis.simulation.reading import Values, read_records
from trellis.storage.database import Transaction
from trellis.storage.errors import StorageError
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

T = TypeVar("T")
Work = Callable[[Transaction, CompiledModel], Awaitable[T]]


class _TakenBack(Exception):
    """Ends the transaction, with what was found in it."""

    def __init__(self, found: Any) -> None:
        self.found = found
        super().__init__("taken back")


async def taken_back(tenant: Tenant, work: Work[T]) -> T:
    """What `work` gives, in a transaction that is not committed, whatever happens in it."""

    async def undone(transaction: Transaction, compiled: CompiledModel) -> T:
        raise _TakenBack(await work(transaction, compiled))

    try:
        return await tenant.write(undone)
    except _TakenBack as ended:
        found: T = ended.found
        return found


@dataclass(slots=True, kw_only=True)
class Tried:
    """One record. `before` and `after`: its values; `fired`: the places of the statements that did; `entries`: what would be in the outbox,
    `others`: what would be written beside it; `refused`: messages of `fail` and of validations, and what a rule failed of; `notes`: what
    the ledger would have."""

    before: Values
    after: Values
    fired: list[int] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    others: list[tuple[str, Change]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def refuse(
        self, rows: Sequence[tuple[Formula, Formula, int]], record: Mapping[str, Any], evaluation: EvaluationContext
    ) -> None:
        """`rows`: condition, message and line of each row of validations. One that cannot be evaluated refuses, too."""
        for condition, message, line in rows:
            try:
                said = (
                    (message.run(record, evaluation) or "Refused.")
                    if condition.run(record, evaluation) is True
                    else None
                )
            except FormulaError as error:
                said = f"{error} in {condition.source}"
            if said is not None:
                self.refused.append(said)
                self.notes.append(Note("", line, "fail"))


class Trial:
    """Of one draft, in one transaction. `access`: the rights of rules that run as the user."""

    def __init__(self, context: SaveContext, draft: Draft, access: Access) -> None:
        self._context = context
        self._draft = draft
        self._noticing = _Noticing(Engine(lambda _: None, access))
        self._execution = Execution(self._noticing, access)
        statements = [drafted.statement for drafted in draft.drafted]
        self._compiled = compile_statements(context.compiled.model, statements)
        self._meant = [self._meaning(drafted) for drafted in draft.drafted]

    async def try_before(self, ids: Sequence[str]) -> Sequence[Tried]:
        """What would be done to the records themselves, for all at once."""
        records = await read_records(self._context, self._draft.object, ids)
        return await self._try_some(records)

    async def _try_some(self, records: Sequence[Values]) -> Sequence[Tried]:
        """A rule that fails for one fails for all of a batch: then its halves are tried."""
        tried = [Tried(before=dict(values), after=dict(values)) for values in records]
        try:
            await self._before(tried)
            await self._validate(tried)
        except TrellisError as error:
            if len(records) > 1:
                half = len(records) // 2
                return [*await self._try_some(records[:half]), *await self._try_some(records[half:])]
            for one in tried:
                one.refused.append(error.message)
        return tried

    async def try_wholly(self, record_id: str) -> Tried | None:
        """What would be done to one record, and by it to others; None when it is gone. Raises StorageError: the transaction cannot be
        used any more then."""
        records = await read_records(self._context, self._draft.object, [record_id])
        if not records:
            return None
        [values] = records
        tried = Tried(before=dict(values), after=values)
        self._noticing.others = tried.others
        try:
            await self._before([tried])
            await self._validate([tried])
            if not tried.refused:
                await self._after(tried)
        except StorageError:
            raise
        except TrellisError as error:
            tried.refused.append(error.message)
        return tried

    async def _before(self, tried: Sequence[Tried]) -> None:
        for place, (drafted, rule) in enumerate(zip(self._draft.drafted, self._compiled, strict=True)):
            run = await self._run(tried, drafted, rule)
            indexes = [
                index for index, one in enumerate(tried) if not one.refused and self._fires(run, place, rule, index)
            ]
            for index in indexes:
                tried[index].fired.append(place)
            await self._execution.steps(run, rule.before, indexes)
            for one, change in zip(tried, run.changes, strict=True):
                one.refused += [error.message for error in change.errors]
        noted = pending_of(self._context).take()
        for one in tried:
            one.notes += noted.get((self._draft.object, one.before["id"]), ())

    async def _after(self, tried: Tried) -> None:
        for place in tried.fired:
            rule = self._compiled[place]
            run = await self._run([tried], self._draft.drafted[place], rule)
            await self._execution.steps(run, rule.after, [0])
            tried.entries += run.entries

    async def _run(self, tried: Sequence[Tried], drafted: Drafted, rule: CompiledRule) -> Run:
        event = _event_of(drafted)
        changes = [self._change(one, drafted, event) for one in tried]
        reads = Reads(self._context.compiled.model, self._draft.object)
        if drafted.meant is not None:
            reads.note(drafted.meant)
        needs = together((rule.needs, reads.needs))
        views = Views(self._context, self._draft.object, changes, needs, rule.looking_up, are_written=True)
        await views.refresh()
        run = Run(context=self._context, object_name=self._draft.object, changes=changes, views=views, are_written=True)
        run.begin(rule)
        return run

    def _change(self, tried: Tried, drafted: Drafted, event: Event) -> Change:
        """A record that changes had what the trigger says it had; everything else is as it is."""
        old: Values | None = None
        if event != "created":
            old = dict(tried.after)
            for trigger in drafted.statement.triggers:
                if isinstance(trigger, FieldChanges) and isinstance(trigger.before, str):
                    old[trigger.field] = trigger.before
        return Change(id=tried.before["id"], event=event, values=tried.after, old=old)

    def _fires(self, run: Run, place: int, rule: CompiledRule, index: int) -> bool:
        if not run.holds(self._meant[place], index) or not run.holds(rule.condition, index):
            return False
        if isinstance(self._draft.drafted[place].statement, Assignment):
            return any(run.holds(row.condition, index) for step in rule.before for row in _rows(step))
        return True

    def _meaning(self, drafted: Drafted) -> Formula | None:
        return Reads(self._context.compiled.model, self._draft.object).optional(drafted.meant)

    async def _validate(self, tried: Sequence[Tried]) -> None:
        rows = [row for validation in self._draft.validations for row in validation.rows]
        if not rows:
            return
        reads = Reads(self._context.compiled.model, self._draft.object)
        formulas = [(reads.formula(row.condition), reads.formula(row.message), row.line) for row in rows]
        written = [True] * len(tried)
        values = [one.after for one in tried]
        seen = await views_of(self._context, self._draft.object, values, reads.needs, written=written)
        for one, view in zip(tried, seen.views, strict=True):
            evaluation = replace(seen.evaluation, prior=view.as_it_was(one.before, seen.evaluation))
            one.refuse(formulas, view, evaluation)


class _Noticing:
    """Implements trellis.automation.hooks.Automation over the rules in force, and notices what records draft rules write."""

    def __init__(self, automation: Engine) -> None:
        self._automation = automation
        self.others: list[tuple[str, Change]] = []

    async def before_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        await self._automation.before_save(context, object_name, changes)

    async def after_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        self.others += [(object_name, change) for change in changes]
        await self._automation.after_save(context, object_name, changes)

    def committed(self, tenant: str) -> None:
        return None


def _rows(step: Step) -> Sequence[Row]:
    return step.rows if isinstance(step, AssignStep) else ()


def _event_of(drafted: Drafted) -> Event:
    events = events_of(drafted.statement.triggers)
    for event in ("created", "updated", "deleted", "restored"):
        if event in events:
            return event
    return "updated"
