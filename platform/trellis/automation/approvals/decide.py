"""Decisions on a request: who may take them, and what is written of them. Each is one transaction, in which nobody else decides on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rule_engine.wording import say
from trellis.automation.approvals.course import Move, Offer, VoteState, approve, delegate, recall, reject
from trellis.automation.approvals.errors import NotWaiting
from trellis.automation.approvals.notices import tellings_of_move, write_notices
from trellis.automation.approvals.offers import offers_of
from trellis.automation.approvals.reminders import cancel_reminder, set_reminders
from trellis.automation.approvals.store import Request, lock_request, save_move
from trellis.automation.approvals.submit import finish, note_move, run_over
from trellis.automation.compiling.approvals import CompiledApproval, approvals_of
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.people import find_people
from trellis.automation.run import Run
from trellis.automation.set_off import SettingOff
from trellis.automation.system_access import UncheckedAccessOfRules
from trellis.errors import AccessDenied, FieldError, InvalidRecord, NotFound
from trellis.ids import is_id
from trellis.records.load import load_records
from trellis.records.refusals import Refusals
from trellis.records.shape import shape_of
from trellis.security.access import Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request as it is decided on. `approval`: None when it was deployed away; `run`: None when the record is gone."""

    request: Request
    approval: CompiledApproval | None
    run: Run | None
    offers: tuple[Offer, ...]


async def approve_request(
    context: SaveContext, setting_off: SettingOff, request_id: str, comment: str | None
) -> Request:
    """Raises NotFound, NotWaiting, NoApprover, and what the actions at the end raise."""
    case = _decidable(await _open(context, request_id))
    user = context.actor.user_id
    move = approve(case.request.course, case.offers, user)
    return await _settle(context, setting_off, case, move, comment, voter=user, voted="approved")


async def reject_request(
    context: SaveContext, setting_off: SettingOff, request_id: str, comment: str | None
) -> Request:
    """The same; a comment says why."""
    if not comment:
        message = say("Say why: whoever submitted it reads it.")
        raise InvalidRecord(message, fields=(FieldError(field="comment", code="required", message=message),))
    case = _decidable(await _open(context, request_id))
    user = context.actor.user_id
    move = reject(case.request.course, case.offers, user)
    return await _settle(context, setting_off, case, move, comment, voter=user, voted="rejected")


async def delegate_request(
    context: SaveContext,
    setting_off: SettingOff,
    access: Access,
    request_id: str,
    to: str,
    comment: str | None,
    *,
    whose: str | None = None,
) -> Request:
    """`to` and `whose` (None: the actor's own vote): an id or a user name. Administrators may always, others where the step allows it.
    Raises AccessDenied, InvalidRecord (nobody active is called so) and as approve_request does."""
    case = await _open(context, request_id)
    actor = context.actor
    whose_id = actor.user_id if whose is None else await _person(context, whose, "from")
    if not access.decide(actor, "administer").allowed:
        if whose_id != actor.user_id:
            raise AccessDenied(say("Only an administrator can hand over what others are to decide."))
        if not _allows_delegation(case):
            raise AccessDenied(say("This step allows no delegation: whom it asks is to decide."))
    to_id = await _person(context, to, "to")
    move = delegate(case.request.course, whose_id, to_id, actor.user_id)
    return await _settle(context, setting_off, case, move, comment, voter=whose_id, voted="delegated")


async def recall_request(
    context: SaveContext, setting_off: SettingOff, access: Access, request_id: str, comment: str | None
) -> Request:
    """For who submitted it, who owns the record, and administrators. Raises AccessDenied, and as approve_request does."""
    case = await _open(context, request_id)
    actor = context.actor
    is_owner = case.run is not None and case.run.value_of(0, "owner") == actor.user_id
    if actor.user_id != case.request.submitted_by and not is_owner and not access.decide(actor, "administer").allowed:
        raise AccessDenied(say("Only who submitted the record, its owner and administrators can recall it."))
    return await _settle(context, setting_off, case, recall(case.request.course, actor.user_id), comment)


async def _open(context: SaveContext, request_id: str) -> Case:
    """Locks the request, then the record."""
    request = await lock_request(context.transaction, context.compiled, request_id) if is_id(request_id) else None
    if request is None:
        raise NotFound(say("There is no such request for approval."))
    approval = approvals_of(context.compiled).get(request.approval)
    if approval is None or request.course.status != "pending":
        return Case(request=request, approval=approval, run=None, offers=())
    change = await _find_record(context, request)
    if change is None:
        return Case(request=request, approval=approval, run=None, offers=())
    run = await run_over(context, approval, [change])
    offers = (await offers_of(run, approval, [0]))[0]
    return Case(request=request, approval=approval, run=run, offers=offers)


async def _find_record(context: SaveContext, request: Request) -> Change | None:
    """As it is, locked until the transaction ends; None when it is not there, or in the bin."""
    shape = shape_of(context.compiled, request.object)
    wanted = {0: request.record_id}
    loaded = await load_records(context, UncheckedAccessOfRules(), shape, wanted, "update", Refusals())
    found = loaded.get(request.record_id)
    if found is None:
        return None
    return Change(id=request.record_id, event="updated", values=dict(found.values), old=found.values)


def _decidable(case: Case) -> Case:
    if case.run is None and case.request.course.status == "pending":
        raise NotWaiting(say("The record is gone, or the approval was taken out of the rules."), hint=say("Recall it."))
    return case


async def _settle(
    context: SaveContext,
    setting_off: SettingOff,
    case: Case,
    move: Move,
    comment: str | None,
    *,
    voter: str | None = None,
    voted: VoteState | None = None,
) -> Request:
    actor, request = context.actor, case.request
    await save_move(
        context.transaction, context.compiled, request, move, context.now, voter=voter, voted=voted, comment=comment
    )
    told = tellings_of_move(request, move, actor_id=actor.user_id, actor_name=actor.name, comment=comment)
    await write_notices(context, told)
    moved = replace(request, course=move.course)
    if move.course.round != request.course.round or move.course.status != "pending":
        await cancel_reminder(context, request.id)
        if case.approval is not None:
            await set_reminders(context, case.approval, [moved])
    if case.approval is not None and case.run is not None:
        note_move(case.run, 0, case.approval, move)
        await finish(case.run, setting_off, case.approval, {request.record_id: moved})
    return moved


def _allows_delegation(case: Case) -> bool:
    steps = case.approval.steps if case.approval is not None else ()
    return any(
        compiled.step.is_delegation_allowed for compiled in steps if compiled.step.name == case.request.course.step
    )


async def _person(context: SaveContext, called: str, member: str) -> str:
    found = await find_people(context.transaction, context.compiled, [called])
    person = found.get(called)
    if person is None or not person.is_active:
        message = say('There is no active user "%(name)s".', name=called[:100])
        raise InvalidRecord(message, fields=(FieldError(field=member, code="no_such_record", message=message),))
    return person.id
