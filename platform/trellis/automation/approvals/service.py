"""Approvals of one tenant, each call one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from metamodel.names import did_you_mean
from rule_engine.wording import say
from trellis.automation.approvals.decide import approve_request, delegate_request, recall_request, reject_request
from trellis.automation.approvals.errors import NotSubmittable
from trellis.automation.approvals.store import Request
from trellis.automation.approvals.submit import submit_changes
from trellis.automation.compiling.approvals import CompiledApproval, approvals_of, approvals_on
from trellis.automation.execute import Execution
from trellis.automation.hooks import Automation, Change, SaveContext
from trellis.automation.ledger.write import write_ledger
from trellis.automation.set_off import SettingOff
from trellis.errors import FieldError, InvalidRecord, NotFound
from trellis.query.service import utc_now
from trellis.query.suggestions import Suggestions
from trellis.records.checks import check_credential
from trellis.records.load import load_records
from trellis.records.refusals import Refusals
from trellis.records.shape import shape_of
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.storage.database import Transaction
from trellis.storage.errors import ConstraintViolation
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

MAX_COMMENT = 4_000

T = TypeVar("T")


class Approvals:
    """The write side. Comments have at most MAX_COMMENT characters; blank ones are none."""

    def __init__(
        self, tenant: Tenant, automation: Automation, access: Access, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._tenant = tenant
        self._automation = automation
        self._access = access
        self._clock = clock
        self._setting_off = SettingOff(automation, Execution(automation, access).steps)

    async def submit(
        self, actor: Actor, object_name: str, record_id: str, approval: str | None = None, comment: str | None = None
    ) -> Request:
        """Whoever may change the record may submit it. `approval`: may be left out where the object has one only. Raises NotFound,
        AccessDenied, NotSubmittable, NoApprover, RuleFailed."""

        async def work(context: SaveContext) -> Request:
            suggestions = Suggestions(context.compiled.model, self._access, context.actor)
            chosen = _choose(context.compiled, suggestions, object_name, approval)
            change = await self._load(context, object_name, record_id)
            [request] = await submit_changes(context, self._setting_off, chosen, [change], comment=_comment(comment))
            return request

        return await self._write(actor, work)

    async def approve(self, actor: Actor, request_id: str, comment: str | None = None) -> Request:
        """For whom the request waits. Raises NotFound, NotWaiting, NoApprover, and what the actions at the end raise."""
        return await self._write(
            actor, lambda context: approve_request(context, self._setting_off, request_id, _comment(comment))
        )

    async def reject(self, actor: Actor, request_id: str, comment: str | None) -> Request:
        """The same. Raises InvalidRecord when nothing is said."""
        return await self._write(
            actor, lambda context: reject_request(context, self._setting_off, request_id, _comment(comment))
        )

    async def delegate(
        self, actor: Actor, request_id: str, to: str, comment: str | None = None, *, whose: str | None = None
    ) -> Request:
        """`to` decides instead of the actor, or of `whose`; each an id or a user name. Raises as delegate_request does."""
        return await self._write(
            actor,
            lambda context: delegate_request(
                context, self._setting_off, self._access, request_id, to, _comment(comment), whose=whose
            ),
        )

    async def recall(self, actor: Actor, request_id: str, comment: str | None = None) -> Request:
        """For who submitted it, the record's owner, and administrators."""
        return await self._write(
            actor,
            lambda context: recall_request(context, self._setting_off, self._access, request_id, _comment(comment)),
        )

    async def _load(self, context: SaveContext, object_name: str, record_id: str) -> Change:
        require(self._access.of(context.compiled.model), context.actor, "update", object_name)
        refusals = Refusals()
        shape = shape_of(context.compiled, object_name)
        loaded = await load_records(context, self._access, shape, {0: record_id}, "update", refusals)
        refusals.raise_any()
        values = loaded[record_id].values
        return Change(id=record_id, event="updated", values=dict(values), old=values)

    async def _write(self, actor: Actor, work: Callable[[SaveContext], Awaitable[T]]) -> T:
        """Who submitted the same record a moment earlier makes the database refuse; then it is looked at once more."""
        try:
            result = await self._attempt(actor, work)
        except ConstraintViolation:
            result = await self._attempt(actor, work)
        self._automation.committed(self._tenant.name)
        return result

    async def _attempt(self, actor: Actor, work: Callable[[SaveContext], Awaitable[T]]) -> T:
        moment = self._clock()
        now = moment.replace(microsecond=moment.microsecond // 1000 * 1000)

        async def run(transaction: Transaction, compiled: CompiledModel) -> T:
            context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
            await check_credential(context)
            result = await work(context)
            await write_ledger(context)
            return result

        return await self._tenant.write(run)


def _choose(compiled: CompiledModel, suggestions: Suggestions, object_name: str, name: str | None) -> CompiledApproval:
    """Raises NotFound, and NotSubmittable where there are several to choose from."""
    found = {one.name: one for one in approvals_on(compiled, object_name) if one.approval.is_active}
    if name is not None:
        if name in found:
            return found[name]
        elsewhere = approvals_of(compiled).get(name)
        hint = did_you_mean(name[:100], found)
        if elsewhere is not None and elsewhere.object in suggestions.objects() and elsewhere.object != object_name:
            hint = say("That one is for records of %(object)s.", object=elsewhere.object)
        raise NotFound(say('There is no approval "%(name)s" of such records.', name=name[:100]), hint=hint)
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise NotFound(say("There is no approval of such records."))
    raise NotSubmittable(say("There are several approvals: %(names)s.", names=", ".join(found)))


def _comment(text: str | None) -> str | None:
    stripped = (text or "").strip()
    if len(stripped) > MAX_COMMENT:
        message = say("This text is too long.")
        raise InvalidRecord(message, fields=(FieldError(field="comment", code="too_long", message=message),))
    if "\x00" in stripped:
        message = say("This text holds a character that cannot be stored.")
        raise InvalidRecord(message, fields=(FieldError(field="comment", code="bad_character", message=message),))
    return stripped or None
