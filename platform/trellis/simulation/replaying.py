"""Runs a draft at saves that were made, in a transaction that is taken back: what would have come of them, beside what did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from metamodel.columns import ColumnKind
from rule_engine.rules.checked import Assignee, ToQueue, ToRole, ToTeam
from trellis.automation.compiling.reads import Reads
from trellis.automation.compiling.rules import compile_statements
from trellis.automation.engine import Engine
from trellis.automation.execute import Execution
from trellis.automation.groups import fetch_group_members
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.ledger.pending import pending_of
from trellis.automation.people import Person, fetch_people, people_by_id
from trellis.automation.queues import fetch_members
from trellis.automation.run import Run
from trellis.automation.triggers import is_triggered
from trellis.automation.views import Views
from trellis.errors import TrellisError
from trellis.records.related import views_of
from trellis.security.access import Access
from trellis.security.actor import Actor
from trellis.simulation.draft import Draft
from trellis.simulation.events import PastSave
from trellis.simulation.trying import Tried

OWNERSHIP = ("owner", "owner_queue")


class Replay:
    """Of one draft, in one transaction. Parents and child rows are those of now; of a new record there are none."""

    def __init__(self, context: SaveContext, draft: Draft, access: Access) -> None:
        self._context = context
        self._draft = draft
        self._execution = Execution(Engine(lambda _: None, access), access)
        self._compiled = compile_statements(context.compiled.model, [one.statement for one in draft.drafted])
        self._members: dict[tuple[str, str], frozenset[str]] = {}

    async def replay(self, saves: Sequence[PastSave]) -> list[tuple[PastSave, Tried]]:
        """For each save what came of it (`before`) and what would have (`after`), in the order of `saves`."""
        people = await self._people(saves)
        found: list[tuple[PastSave, Tried]] = []
        for (at, actor_id, _), some in groupby(saves, lambda save: (save.at, save.actor_id, save.event)):
            actor = _actor(self._context.actor, people.get(actor_id or ""))
            found += await self._replay_some(actor, at, list(some))
        return found

    async def _replay_some(self, actor: Actor, at: datetime, saves: list[PastSave]) -> list[tuple[PastSave, Tried]]:
        """Saves of one moment. A rule that fails for one fails for all: then the halves are tried."""
        context = replace(self._context, actor=actor, now=at, memory={})
        tried = [Tried(before=save.came, after=dict(save.given)) for save in saves]
        try:
            assigned = await self._run_rules(context, saves, tried)
            await self._validate(context, saves, tried)
        except TrellisError as error:
            if len(saves) > 1:
                half = len(saves) // 2
                first = await self._replay_some(actor, at, saves[:half])
                return [*first, *await self._replay_some(actor, at, saves[half:])]
            tried[0].after = dict(tried[0].before)
            tried[0].refused.append(error.message)
            return list(zip(saves, tried, strict=True))
        for save, one in zip(saves, tried, strict=True):
            one.after = await self._compared(save, one, assigned.get(save.record_id))
        return list(zip(saves, tried, strict=True))

    async def _run_rules(
        self, context: SaveContext, saves: Sequence[PastSave], tried: Sequence[Tried]
    ) -> Mapping[str, Assignee]:
        """Gives to whom each record was assigned last."""
        assigned: dict[str, Assignee] = {}
        changes = [
            Change(id=save.record_id, event=save.event, values=one.after, old=save.old)
            for save, one in zip(saves, tried, strict=True)
        ]
        for place, rule in enumerate(self._compiled):
            written = saves[0].event != "created"
            views = Views(context, self._draft.object, changes, rule.needs, rule.looking_up, are_written=written)
            await views.refresh()
            run = Run(context=context, object_name=self._draft.object, changes=changes, views=views, are_written=True)
            run.begin(rule)
            indexes = [
                index
                for index, change in enumerate(changes)
                if is_triggered(rule.triggers, change) and not change.errors and run.holds(rule.condition, index)
            ]
            for index in indexes:
                tried[index].fired.append(place)
            await self._execution.steps(run, rule.before, indexes)
            assigned |= {record_id: row.assignee for record_id, row in run.assigned.items()}
        noted = pending_of(context).take()
        for one, change in zip(tried, changes, strict=True):
            one.notes += noted.get((self._draft.object, change.id), ())
            one.refused += [error.message for error in change.errors]
        return assigned

    async def _validate(self, context: SaveContext, saves: Sequence[PastSave], tried: Sequence[Tried]) -> None:
        rows = [row for validation in self._draft.validations for row in validation.rows]
        if not rows:
            return
        reads = Reads(context.compiled.model, self._draft.object)
        formulas = [(reads.formula(row.condition), reads.formula(row.message), row.line) for row in rows]
        written = [save.old is not None for save in saves]
        values = [one.after for one in tried]
        seen = await views_of(context, self._draft.object, values, reads.needs, written=written)
        for save, one, view in zip(saves, tried, seen.views, strict=True):
            if save.old is None:
                evaluation = replace(seen.evaluation, is_new=True)
            else:
                evaluation = replace(seen.evaluation, prior=view.as_it_was(save.old, seen.evaluation))
            one.refuse(formulas, view, evaluation)

    async def _compared(self, save: PastSave, tried: Tried, assignee: Assignee | None) -> dict[str, Any]:
        """What came, with what the draft would have made of the fields that it, or the rules that it replaces, are about."""
        about = {note.subject for note in tried.notes if note.done == "set" and note.subject} | save.undone
        after = {**save.came, **{name: tried.after[name] for name in about if name in tried.after}}
        if assignee is not None or "owner" in save.undone:
            is_same = assignee is not None and await self._is_among(save.came, assignee)
            after |= {name: (save.came if is_same else tried.after).get(name) for name in OWNERSHIP if name in after}
        return after

    async def _is_among(self, came: Mapping[str, Any], assignee: Assignee) -> bool:
        """Whether whoever got the record is one of those whose turn it might have been."""
        match assignee:
            case ToQueue(queue=queue, strategy=strategy) if strategy is not None:
                return came.get("owner_queue") == queue or came.get("owner") in await self._members_of("queue", queue)
            case ToRole(role=role):
                return came.get("owner") in await self._members_of("role", role)
            case ToTeam(team=team):
                return came.get("owner") in await self._members_of("team", team)
        return False

    async def _members_of(self, kind: str, name: str) -> frozenset[str]:
        """Of now."""
        if (kind, name) not in self._members:
            transaction, compiled = self._context.transaction, self._context.compiled
            if kind == "queue":
                found = await fetch_members(transaction, compiled, [name])
            else:
                found = await fetch_group_members(transaction, compiled, "role" if kind == "role" else "team", [name])
            self._members[kind, name] = frozenset(member.user_id for member in found[name])
        return self._members[kind, name]

    async def _people(self, saves: Sequence[PastSave]) -> Mapping[str, Person]:
        ids = {save.actor_id for save in saves if save.actor_id is not None}
        query = people_by_id(self._context.compiled.schema, self._context.compiled.dialect)
        return await fetch_people(self._context.transaction, query, ids, ColumnKind.UUID)


def _actor(asking: Actor, person: Person | None) -> Actor:
    """Who saved; whoever asks stands in for somebody who is not there any more."""
    if person is None:
        return asking
    return replace(
        asking,
        user_id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        time_zone=person.time_zone,
    )
