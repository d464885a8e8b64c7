"""Simulations, bound to a tenant: what the API and the CLI call. A simulation writes nothing and sends nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from metamodel.columns import ColumnKind
from metamodel.model import Model
from rule_engine import CheckedFormula, EvaluationContext, UnsupportedOnTarget
from trellis.automation.hooks import SaveContext
from trellis.automation.people import fetch_people, people_by_id
from trellis.errors import InvalidFilter
from trellis.query.context import time_zone
from trellis.query.filters import check_filter
from trellis.query.needs import Needs
from trellis.query.service import Clock, utc_now
from trellis.records.related import moment_of
from trellis.security.access import Access
from trellis.security.actor import Actor
from trellis.simulation.counting import Counter
from trellis.simulation.draft import Draft, read_draft
from trellis.simulation.events import PastSave
from trellis.simulation.foresee import NotForeseen, foresee
from trellis.simulation.history import History, read_history
from trellis.simulation.outcome import Counts, Shown, Simulation
from trellis.simulation.question import Question
from trellis.simulation.reading import newest_ids
from trellis.simulation.replaying import Replay
from trellis.simulation.showing import people_in, refused_by_database, show, shown_value
from trellis.simulation.sight import require_sight
from trellis.simulation.tallying import tally
from trellis.simulation.trying import Trial, Tried, taken_back
from trellis.simulation.untracked import untracked_fields
from trellis.storage.database import Transaction
from trellis.storage.errors import StorageError
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

MOST_TRIED = 10_000
BATCH = 1_000


class Simulations:
    def __init__(self, tenant: Tenant, access: Access, clock: Clock = utc_now) -> None:
        self._tenant = tenant
        self._access = access
        self._clock = clock

    async def simulate(self, actor: Actor, question: Question) -> Simulation:
        """With `since` over the saves that were made, else over the records that there are: counted by the database where it can say what
        would come of the draft, else tried on the newest of them. Raises AccessDenied, InvalidMetadata (the rules), InvalidFilter,
        InvalidRequest, NotFound (the object)."""
        model = (await self._tenant.refresh()).model
        require_sight(self._access, actor, model)
        draft, where = await asyncio.to_thread(_read, model, question)
        now = self._clock()
        since = question.since_moment(now)
        if since is not None:
            return await self._go_back(actor, draft, where, now, since, question.shown)
        try:
            counts, ids = await self._tenant.read(partial(_count, draft, where, actor, now, question.shown))
        except (NotForeseen, UnsupportedOnTarget) as error:
            return await self._try_all(actor, draft, where, now, question.shown, str(error))
        return Simulation(object=draft.object, counts=counts, shown=await self._show(actor, draft, now, ids))

    async def _try_all(
        self, actor: Actor, draft: Draft, where: CheckedFormula | None, now: datetime, most_shown: int, why: str
    ) -> Simulation:
        async def sought(transaction: Transaction, compiled: CompiledModel) -> Sequence[str]:
            context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
            try:
                return await newest_ids(context, draft.object, where, MOST_TRIED + 1)
            except UnsupportedOnTarget as error:
                raise InvalidFilter(f"The database cannot decide the condition: {error}.") from error

        ids = await self._tenant.read(sought)
        tried: list[Tried] = []
        for start in range(0, min(len(ids), MOST_TRIED), BATCH):
            some = ids[start : min(start + BATCH, MOST_TRIED)]
            tried += await taken_back(self._tenant, partial(self._try_some, actor, draft, now, some))
        compiled = await self._tenant.compiled()
        counts = tally(
            draft,
            tried,
            partial(shown_value, compiled.model.object(draft.object)),
            await self._usernames(people_in(tried)),
            is_whole=len(ids) <= MOST_TRIED,
            why_tried=why,
        )
        touched = [one.before["id"] for one in tried if one.fired or one.refused]
        shown = await self._show(actor, draft, now, touched[:most_shown])
        return Simulation(object=draft.object, counts=counts, shown=shown)

    async def _go_back(
        self,
        actor: Actor,
        draft: Draft,
        where: CheckedFormula | None,
        now: datetime,
        since: datetime,
        most_shown: int,
    ) -> Simulation:
        """Over the saves that were made since then, the oldest first, so that turns are taken as they came."""

        async def read(transaction: Transaction, compiled: CompiledModel) -> History:
            context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
            return await read_history(context, draft.object, since, draft.names, where)

        try:
            history = await self._tenant.read(read)
        except UnsupportedOnTarget as error:
            raise InvalidFilter(f"The database cannot decide the condition: {error}.") from error
        oldest_first = list(reversed(history.saves))
        replayed: list[tuple[PastSave, Tried]] = []
        for start in range(0, len(oldest_first), BATCH):
            some = oldest_first[start : start + BATCH]
            replayed += await taken_back(self._tenant, partial(self._replay_some, actor, draft, now, some))
        compiled = await self._tenant.compiled()
        tried = [one for _, one in replayed]
        names = await self._usernames(people_in(tried))
        owner = compiled.model.object(draft.object)
        counts = tally(
            draft, tried, partial(shown_value, owner), names, is_whole=history.is_whole, counted_by="history"
        )
        differing = [(save, one) for save, one in reversed(replayed) if one.refused or one.before != one.after]
        evaluation = EvaluationContext(now=now, time_zone=time_zone(actor.time_zone))
        return Simulation(
            object=draft.object,
            counts=counts,
            shown=tuple(
                show(compiled, draft, one, names, evaluation, (save.event, save.at))
                for save, one in differing[:most_shown]
            ),
            since=history.since,
            untracked=untracked_fields(compiled.model, draft),
        )

    async def _replay_some(
        self,
        actor: Actor,
        draft: Draft,
        now: datetime,
        saves: Sequence[PastSave],
        transaction: Transaction,
        compiled: CompiledModel,
    ) -> list[tuple[PastSave, Tried]]:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
        return await Replay(context, draft, self._access).replay(saves)

    async def _try_some(
        self,
        actor: Actor,
        draft: Draft,
        now: datetime,
        ids: Sequence[str],
        transaction: Transaction,
        compiled: CompiledModel,
    ) -> Sequence[Tried]:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
        return await Trial(context, draft, self._access).try_before(ids)

    async def _show(self, actor: Actor, draft: Draft, now: datetime, ids: Sequence[str]) -> tuple[Shown, ...]:
        """Together, so that turns are taken one after the other; each by itself when one of them fails in the database."""
        try:
            return await self._show_some(actor, draft, now, ids)
        except StorageError:
            return tuple([one for each in ids for one in await self._show_one(actor, draft, now, each)])

    async def _show_one(self, actor: Actor, draft: Draft, now: datetime, record_id: str) -> tuple[Shown, ...]:
        try:
            return await self._show_some(actor, draft, now, [record_id])
        except StorageError as error:
            return (refused_by_database(record_id, error.message),)

    async def _show_some(self, actor: Actor, draft: Draft, now: datetime, ids: Sequence[str]) -> tuple[Shown, ...]:
        if not ids:
            return ()

        async def work(transaction: Transaction, compiled: CompiledModel) -> tuple[Shown, ...]:
            context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
            trial = Trial(context, draft, self._access)
            tried = [one for record_id in ids if (one := await trial.try_wholly(record_id)) is not None]
            names = await _fetch_usernames(transaction, compiled, people_in(tried))
            evaluation, _ = await moment_of(context, Needs())
            return tuple(show(compiled, draft, one, names, evaluation) for one in tried)

        return await taken_back(self._tenant, work)

    async def _usernames(self, ids: frozenset[str]) -> Mapping[str, str]:
        async def work(transaction: Transaction, compiled: CompiledModel) -> Mapping[str, str]:
            return await _fetch_usernames(transaction, compiled, ids)

        return await self._tenant.read(work)


async def _count(
    draft: Draft,
    where: CheckedFormula | None,
    actor: Actor,
    now: datetime,
    most_shown: int,
    transaction: Transaction,
    compiled: CompiledModel,
) -> tuple[Counts, Sequence[str]]:
    """Raises NotForeseen, UnsupportedOnTarget."""
    counter = Counter(transaction, compiled, draft, foresee(compiled, draft), where)
    counts = await counter.count(actor, now)
    return counts, await counter.candidates(actor, now, most_shown) if most_shown else ()


async def _fetch_usernames(transaction: Transaction, compiled: CompiledModel, ids: frozenset[str]) -> Mapping[str, str]:
    query = people_by_id(compiled.schema, compiled.dialect)
    people = await fetch_people(transaction, query, ids, ColumnKind.UUID)
    return {user_id: person.username for user_id, person in people.items()}


def _read(model: Model, question: Question) -> tuple[Draft, CheckedFormula | None]:
    draft = read_draft(model, question.source, question.object)
    return draft, None if question.where is None else check_filter(model, draft.object, question.where)
