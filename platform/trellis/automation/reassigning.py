"""Records of somebody who is away go back through the queue that they came by: whoever else sits there gets them, or they wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa

from rule_engine import CheckedFormula
from rule_engine.rules.checked import ToQueue
from trellis.automation.compiling.rules import ordered_rules
from trellis.automation.execute import Execution
from trellis.automation.hooks import Automation, Change, SaveContext
from trellis.automation.ledger.note import Note
from trellis.automation.ledger.pending import pending_of
from trellis.automation.ledger.write import write_ledger
from trellis.automation.people import find_people
from trellis.automation.pulling import find_queue, queue_objects
from trellis.automation.run import Run
from trellis.automation.steps import AssignStep, BranchStep, CompiledRule, Counted, Row, Step
from trellis.automation.system_access import UncheckedAccessOfRules
from trellis.automation.triggers import would_match
from trellis.automation.views import Views
from trellis.errors import FieldError, InvalidRecord, InvalidRequest
from trellis.query.context import formula_parameters
from trellis.query.filters import prepared_filter
from trellis.query.needs import together
from trellis.query.service import utc_now
from trellis.query.source import Source
from trellis.records.draft import RecordChange, Saved
from trellis.records.load import load_records
from trellis.records.refusals import Refusals
from trellis.records.save import Batch, update_records_of
from trellis.records.shape import shape_of
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.storage.column_types import UUID
from trellis.storage.database import Statement, Transaction
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

BATCH = 500
NIL = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassigned:
    """How many records `moved` to others at the queue, how many are `waiting` there since nobody could take them, and how many stayed
    because saving them was `refused`."""

    moved: int = 0
    waiting: int = 0
    refused: int = 0

    def __add__(self, other: Reassigned) -> Reassigned:
        return Reassigned(
            moved=self.moved + other.moved, waiting=self.waiting + other.waiting, refused=self.refused + other.refused
        )


NONE = Reassigned()


async def reassign(
    tenant: Tenant,
    automation: Automation,
    access: Access,
    actor: Actor,
    queue: str,
    user: str,
    *,
    object_name: str | None = None,
    where: str | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Reassigned:
    """Takes the records of `user` (an id or a user name) that an assignment table or a rule would give to the queue now, and lets it do
    so, the user left out. Of those what counts as open: where a row says by what it counts (`by case where …`) that, and `where`, a
    formula over `object_name`. In transactions of BATCH records each. Raises NotFound, InvalidRecord (no such user), InvalidRequest,
    InvalidFilter, RuleFailed."""
    require(access, actor, "administer")
    now = clock()
    total = NONE
    compiled = await tenant.refresh()
    found = find_queue(compiled.model, queue)
    names = queue_objects(compiled.model, found)
    if where is not None and object_name is None and len(names) > 1:
        raise InvalidRequest(f"{queue} has records of several objects.", hint=f"Name the object: {', '.join(names)}.")
    if object_name is not None and object_name not in names:
        raise InvalidRequest(
            f"No records of {object_name[:60]!r} wait in {queue}.", hint=f"Its objects: {', '.join(names)}."
        )
    for name in (object_name,) if object_name is not None else names:
        after: str | None = NIL
        while after is not None:
            batch = _Batch(automation, access, queue, user, name, where, after)
            done, after = await tenant.write(partial(batch.run, actor, now))
            total += done
    automation.committed(tenant.name)
    return total


OWNER = ("owner", "owner_queue")


@dataclass(frozen=True, slots=True)
class _Batch:
    """The records of one object whose id comes `after`, at most BATCH."""

    automation: Automation
    access: Access
    queue: str
    user: str
    object: str
    where: str | None
    after: str

    async def run(
        self, actor: Actor, now: datetime, transaction: Transaction, compiled: CompiledModel
    ) -> tuple[Reassigned, str | None]:
        """What was done, and after which id to go on; None: nothing is left."""
        context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
        people = await find_people(transaction, compiled, [self.user])
        person = people.get(self.user)
        if person is None:
            message = f'There is no user "{self.user[:100]}".'
            raise InvalidRecord(message, fields=(FieldError(field="user", code="not_found", message=message),))
        rules = _assigning(compiled, self.object, self.queue)
        if not rules:
            return NONE, None
        owned = await self._owned(context, person.id, _conditions(rules, self.object, self.queue))
        given = await self._decide(context, rules, person.id, owned) if owned else {}
        done = await self._give(context, given)
        return done, list(owned)[-1] if len(owned) == BATCH else None

    async def _owned(
        self, context: SaveContext, user: str, conditions: Sequence[CheckedFormula]
    ) -> Mapping[str, Mapping[int, bool]]:
        """The live records of the user, in the order of their ids, and whether each of the conditions holds for them, by its identity."""
        compiled = context.compiled
        # The memo keeps the formulas with the statement, so that no other gets their ids meanwhile.
        key = ("automation", "owned", self.object, self.where, tuple(map(id, conditions)))
        statement, _ = compiled.prepared(
            key, lambda: (_statement(compiled, self.object, self.where, conditions), conditions)
        )
        values = await formula_parameters(context.transaction, compiled, context.actor, context.now, statement)
        rows = await context.transaction.fetch(statement, {"owner": user, "after": self.after, **values})
        identities = [id(condition) for condition in conditions]
        return {row[0]: dict(zip(identities, map(bool, row[1:]), strict=True)) for row in rows}

    async def _decide(
        self,
        context: SaveContext,
        rules: Sequence[CompiledRule],
        user: str,
        owned: Mapping[str, Mapping[int, bool]],
    ) -> Mapping[str, _Given]:
        """What the rules would do now with those that are open and that they give to the queue, by id: the last one has its way, as in a
        save. Nothing is written, and no turns are taken but those of the queue."""
        trial = replace(context, memory={})
        changes = await _load(trial, self.object, list(owned))
        needs = together(rule.needs for rule in rules)
        looking_up = tuple(evaluate for rule in rules for evaluate in rule.looking_up)
        views = Views(trial, self.object, changes, needs, looking_up, are_written=True)
        run = Run(
            context=trial,
            object_name=self.object,
            changes=changes,
            views=views,
            passed_over=frozenset((user,)),
            only_queue=self.queue,
        )
        execution = Execution(self.automation, self.access)
        deciding: dict[str, _Given] = {}
        for rule in rules:
            run.begin(rule)
            run.assigned.clear()
            await views.refresh()
            indexes = [
                index
                for index, change in enumerate(changes)
                if would_match(rule.triggers, change) and run.holds(rule.condition, index)
            ]
            await execution.steps(run, rule.before, indexes)
            decided = [changes[index] for index in indexes if changes[index].id in run.assigned]
            deciding |= {change.id: _Given(rule.name, change, run.assigned[change.id]) for change in decided}
        return {one: each for one, each in deciding.items() if self._is_given(each, owned[one])}

    def _is_given(self, each: _Given, held: Mapping[int, bool]) -> bool:
        return _is_to(each.row, self.queue) and _is_open(each.row, held) and not each.change.errors

    async def _give(self, context: SaveContext, given: Mapping[str, _Given]) -> Reassigned:
        """Only the owner: whatever else the rules set is not their business here."""
        if not given:
            return NONE
        changes = [
            RecordChange(id=one, values=dict(zip(OWNER, each.after, strict=True))) for one, each in given.items()
        ]
        batch = Batch(context, self.automation, UncheckedAccessOfRules(), self.object, partial=True)
        outcomes = await update_records_of(batch, changes, "trusted")
        saved = [each for each, outcome in zip(given.values(), outcomes, strict=True) if isinstance(outcome, Saved)]
        for each in saved:
            note = Note(each.rule, each.row.line, "reassign", self.queue, each.after, each.before)
            pending_of(context).add((self.object, each.change.id), note)
        await write_ledger(context)
        waiting = sum(each.after[0] is None for each in saved)
        return Reassigned(moved=len(saved) - waiting, waiting=waiting, refused=len(given) - len(saved))


class _Given(NamedTuple):
    """A record as the rules would leave it, and the rule and row that decided last."""

    rule: str
    change: Change
    row: Row

    @property
    def before(self) -> tuple[str | None, ...]:
        return tuple((self.change.old or {}).get(name) for name in OWNER)

    @property
    def after(self) -> tuple[str | None, ...]:
        return tuple(self.change.values[name] for name in OWNER)


async def _load(context: SaveContext, object_name: str, ids: Sequence[str]) -> list[Change]:
    """As they are, locked until the transaction ends."""
    refusals = Refusals()
    shape = shape_of(context.compiled, object_name)
    places = dict(enumerate(ids))
    loaded = await load_records(context, UncheckedAccessOfRules(), shape, places, "update", refusals)
    return [
        Change(id=one, event="updated", values=dict(found.values), old=found.values)
        for one in ids
        if (found := loaded.get(one)) is not None
    ]


def _statement(
    compiled: CompiledModel, object_name: str, where: str | None, conditions: Sequence[CheckedFormula]
) -> Statement:
    """Rows of (id, whether each condition holds…)."""
    source = Source(compiled.model, compiled.dialect, compiled.schema, object_name)
    root = source.root
    held = [
        sa.case((source.condition(condition, behind=1), sa.literal_column("1")), else_=sa.literal_column("0"))
        for condition in conditions
    ]
    narrowed = [] if where is None else [source.condition(prepared_filter(compiled, object_name, where))]
    is_theirs = root.c.owner == sa.bindparam("owner", type_=UUID)
    chosen = sa.select(root.c.id, *(one.label(f"held_{place}") for place, one in enumerate(held)))
    chosen = chosen.select_from(source.from_clause).where(*source.visible(), is_theirs, *narrowed)
    chosen = chosen.where(root.c.id > sa.bindparam("after", type_=UUID)).order_by(root.c.id)
    return prepare(chosen.limit(sa.literal_column(str(BATCH), sa.Integer())), compiled.dialect)


def _conditions(rules: Sequence[CompiledRule], object_name: str, queue: str) -> list[CheckedFormula]:
    """What counts as open, of the rows that give to the queue and say so of their own object."""
    rows = [row for rule in rules for step in _assign_steps(rule.before) for row in step.rows if _is_to(row, queue)]
    found = (_counts(row.counted, object_name) for row in rows)
    return list({id(condition): condition for condition in found if condition is not None}.values())


def _counts(counted: Counted | None, object_name: str) -> CheckedFormula | None:
    is_own = counted is not None and counted.object == object_name and not counted.parts
    return counted.condition if counted is not None and is_own else None


def _is_open(row: Row, held: Mapping[int, bool]) -> bool:
    return row.counted is None or held.get(id(row.counted.condition), True)


def _assigning(compiled: CompiledModel, object_name: str, queue: str) -> tuple[CompiledRule, ...]:
    """The rules and tables that assign, in their order; none when none may give records to the queue."""
    found = tuple(rule for rule in ordered_rules(compiled, object_name) if _assign_steps(rule.before))
    rows = (row for rule in found for step in _assign_steps(rule.before) for row in step.rows)
    return found if any(_is_to(row, queue) for row in rows) else ()


def _assign_steps(steps: Sequence[Step]) -> list[AssignStep]:
    found: list[AssignStep] = []
    for step in steps:
        if isinstance(step, AssignStep):
            found.append(step)
        elif isinstance(step, BranchStep):
            found += _assign_steps((*step.then, *step.otherwise))
    return found


def _is_to(row: Row, queue: str) -> bool:
    return isinstance(row.assignee, ToQueue) and row.assignee.queue == queue
