"""What somebody sees of requests, and may do about them: the read side of approvals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rule_engine.wording import say
from trellis.automation.approvals.course import Offer
from trellis.automation.approvals.offers import offers_of
from trellis.automation.approvals.reading import (
    Box,
    Listed,
    Opened,
    fetch_box,
    fetch_of_record,
    open_request,
)
from trellis.automation.approvals.reading import count_waiting as count_waiting_for
from trellis.automation.approvals.store import find_pending
from trellis.automation.approvals.submit import run_over
from trellis.automation.compiling.approvals import CompiledApproval, CompiledStep, approvals_of, approvals_on
from trellis.automation.errors import RuleFailed
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.people import Person, find_people
from trellis.automation.run import Run
from trellis.errors import AccessDenied, NotFound
from trellis.ids import is_id
from trellis.query.fetch import fetch_row
from trellis.query.needs import Needs
from trellis.records.related import load_views
from trellis.records.shape import shape_of
from trellis.security.access import Access
from trellis.security.actor import Actor
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

Act = Literal["approve", "reject", "delegate", "recall"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A step that has not come yet. `offer`: as it would be for the record now; None when that cannot be told."""

    name: str
    label: str
    offer: Offer | None
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A request as one person sees it. `approval`: None when it was deployed away. `may`: what they may do now. `record`: the record's
    values by field as the approval sees them, None when it is gone."""

    opened: Opened
    approval: CompiledApproval | None
    ahead: tuple[Ahead, ...]
    may: frozenset[Act]
    run: Run | None

    @property
    def request(self) -> Listed:
        return self.opened.request

    @property
    def label(self) -> str:
        return self.approval.approval.label if self.approval else self.request.approval

    def step_label(self, name: str | None) -> str:
        steps = self.approval.steps if self.approval else ()
        return next((one.step.label for one in steps if one.step.name == name), name or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfRecord:
    """`requests`: the newest first. `submittable`: the approvals that the record could be submitted for now, by the person who asks."""

    requests: tuple[Listed, ...]
    submittable: tuple[CompiledApproval, ...]


class Desk:
    """Who is asked, or submitted a request, may look at it; and so may whoever may read records of its object."""

    def __init__(self, tenant: Tenant, access: Access) -> None:
        self._tenant = tenant
        self._access = access

    async def box(self, actor: Actor, box: Box, limit: int) -> tuple[Listed, ...]:
        """The newest first."""

        async def work(transaction: Transaction, compiled: CompiledModel) -> tuple[Listed, ...]:
            return await fetch_box(transaction, compiled, actor.user_id, box, limit)

        return await self._tenant.read(work)

    async def count_waiting(self, actor: Actor) -> int:
        """What waits for the actor, at most 100. One query."""
        database = self._tenant.database

        async def work(transaction: Transaction) -> int:
            return await count_waiting_for(transaction, database.schema, actor.user_id)

        return await database.read(work, is_brief=True)

    async def open(self, actor: Actor, request_id: str, *, now: datetime) -> Sight:
        """Raises NotFound, also for those who may not look at it."""

        async def work(transaction: Transaction, compiled: CompiledModel) -> Sight:
            opened = await open_request(transaction, compiled, request_id) if is_id(request_id) else None
            if opened is None or not _is_there(compiled, opened.request.object):
                raise NotFound(say("There is no such request for approval."))
            if not _is_concerned(actor, opened) and not await self._may_read(transaction, compiled, actor, opened, now):
                raise NotFound(say("There is no such request for approval."))
            context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
            approval = approvals_of(compiled).get(opened.request.approval)
            run = await _run_of(context, approval, opened.request.record_id) if approval else None
            return Sight(
                opened=opened,
                approval=approval,
                ahead=await _ahead(context, approval, run, opened.request) if approval else (),
                may=self._may(actor, opened, approval, run),
                run=run,
            )

        return await self._tenant.read(work)

    async def of_record(self, actor: Actor, object_name: str, record_id: str, *, limit: int, now: datetime) -> OfRecord:
        """Of a record that the actor may read, which the caller has made sure of. Nothing is asked where there are no approvals of the
        object."""

        async def work(transaction: Transaction, compiled: CompiledModel) -> OfRecord:
            approvals = approvals_on(compiled, object_name)
            if not approvals:
                return OfRecord(requests=(), submittable=())
            found = await fetch_of_record(transaction, compiled, record_id, limit)
            context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
            if not self._access.of(compiled.model).decide(actor, "update", object_name).allowed:
                return OfRecord(requests=found, submittable=())
            pending = await find_pending(transaction, compiled, [record_id])
            fitting = [] if pending else [one for one in approvals if await _fits(context, one, record_id)]
            return OfRecord(requests=found, submittable=tuple(fitting))

        return await self._tenant.read(work)

    async def _may_read(
        self, transaction: Transaction, compiled: CompiledModel, actor: Actor, opened: Opened, now: datetime
    ) -> bool:
        request = opened.request
        try:
            row = await fetch_row(
                transaction, compiled, self._access, actor, request.object, request.record_id, ("id",), now
            )
        except AccessDenied:
            return False
        return row is not None

    def _may(self, actor: Actor, opened: Opened, approval: CompiledApproval | None, run: Run | None) -> frozenset[Act]:
        request = opened.request
        if request.status != "pending":
            return frozenset()
        found: set[Act] = set()
        is_free = self._access.decide(actor, "administer").allowed
        steps = approval.steps if approval else ()
        allows = any(one.step.is_delegation_allowed for one in steps if one.step.name == request.step)
        if any(vote.user.id == actor.user_id for vote in opened.waiting):
            found |= {"approve", "reject"} if run is not None else set()
            found |= {"delegate"} if allows else set()
        if is_free and opened.waiting:
            found.add("delegate")
        submitter = request.submitted_by
        is_owner = run is not None and run.value_of(0, "owner") == actor.user_id
        if is_free or is_owner or (submitter is not None and submitter.id == actor.user_id):
            found.add("recall")
        return frozenset(found)


def _is_concerned(actor: Actor, opened: Opened) -> bool:
    submitter = opened.request.submitted_by
    if submitter is not None and submitter.id == actor.user_id:
        return True
    return any(vote.user.id == actor.user_id for vote in opened.votes)


def _is_there(compiled: CompiledModel, object_name: str) -> bool:
    """An object may have been deployed away since."""
    return compiled.model.find_object(object_name) is not None


async def _run_of(context: SaveContext, approval: CompiledApproval, record_id: str) -> Run | None:
    """Over the record as it is, read without a lock; None when it is gone."""
    shape = shape_of(context.compiled, approval.object)
    needs = Needs(stored=frozenset((name,) for name in shape.stored))
    found = (await load_views(context, approval.object, [record_id], needs)).get(record_id)
    if found is None:
        return None
    values = {name: found[name] for name in shape.stored}
    return await run_over(context, approval, [Change(id=record_id, event="updated", values=values, old=values)])


async def _fits(context: SaveContext, approval: CompiledApproval, record_id: str) -> bool:
    """Whether the condition holds; one that fails shows so when it is submitted."""
    if not approval.approval.is_active:
        return False
    run = await _run_of(context, approval, record_id)
    try:
        return run is not None and run.holds(approval.condition, 0)
    except RuleFailed:
        return True


async def _ahead(
    context: SaveContext, approval: CompiledApproval, run: Run | None, request: Listed
) -> tuple[Ahead, ...]:
    """The steps behind the present one."""
    names = [one.step.name for one in approval.steps]
    if request.status != "pending" or request.step not in names:
        return ()
    coming = approval.steps[names.index(request.step) + 1 :]
    offers: Sequence[Offer] = ()
    if run is not None and coming:
        try:
            offers = (await offers_of(run, approval, [0]))[0]
        except RuleFailed:
            offers = ()
    by_step = {offer.step: offer for offer in offers}
    wanted = {user for one in coming if one.step.name in by_step for user in by_step[one.step.name].people}
    people = await find_people(context.transaction, context.compiled, wanted) if wanted else {}
    return tuple(_one_ahead(one, by_step.get(one.step.name), people) for one in coming)


def _one_ahead(one: CompiledStep, offer: Offer | None, people: Mapping[str, Person]) -> Ahead:
    found = [people[user] for user in (offer.people if offer else ()) if user in people]
    return Ahead(name=one.step.name, label=one.step.label, offer=offer, people=tuple(found))
