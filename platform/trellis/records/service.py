"""The write side: functions that work within a transaction, for rules and imports, and Records, bound to a tenant, for everyone else."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar, cast, overload

from trellis.automation.hooks import Automation, SaveContext
from trellis.automation.ledger.refusals import Refusal, take_refusals, write_refusals
from trellis.errors import FieldError, InvalidRecord, TrellisError
from trellis.query.service import utc_now
from trellis.records.bin import delete_records, restore_records
from trellis.records.draft import RecordChange, Rejected, Saved
from trellis.records.parse import Source
from trellis.records.save import Batch, Outcome, create_records, update_records_of
from trellis.records.upsert import upsert_record
from trellis.security.access import Access
from trellis.security.actor import Actor
from trellis.storage.database import Transaction
from trellis.storage.errors import ConstraintViolation, UniqueViolation
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

__all__ = ["RecordChange", "Records", "Rejected", "Saved", "create", "delete", "restore", "update", "upsert"]

T = TypeVar("T")
logger = logging.getLogger(__name__)
Payload = Mapping[str, Any]


async def create(
    context: SaveContext,
    automation: Automation,
    access: Access,
    object_name: str,
    payloads: Sequence[Payload],
    *,
    source: Source = "json",
) -> tuple[Saved, ...]:
    """New records, all or none. At most 10,000; the number of statements does not depend on how many. Raises NotFound (the object),
    AccessDenied, InvalidRequest, InvalidRecord, NotAuthenticated."""
    batch = Batch(context, automation, access, object_name, partial=False)
    return _all_saved(await create_records(batch, payloads, source))


async def update(
    context: SaveContext,
    automation: Automation,
    access: Access,
    object_name: str,
    changes: Sequence[RecordChange],
    *,
    source: Source = "json",
) -> tuple[Saved, ...]:
    """Changed records, all or none. Raises as create does, and NotFound and Conflict for single records."""
    batch = Batch(context, automation, access, object_name, partial=False)
    return _all_saved(await update_records_of(batch, changes, source))


async def delete(
    context: SaveContext,
    automation: Automation,
    access: Access,
    object_name: str,
    ids: Sequence[str],
    *,
    expected_versions: Sequence[int | None] = (),
) -> tuple[Saved, ...]:
    """Puts records into the bin, all or none. Raises NotFound, Conflict, AccessDenied, InvalidRecord (others still refer to one)."""
    return await delete_records(Batch(context, automation, access, object_name, partial=False), ids, expected_versions)


async def restore(
    context: SaveContext, automation: Automation, access: Access, object_name: str, ids: Sequence[str]
) -> tuple[Saved, ...]:
    """Takes records out of the bin, all or none."""
    return await restore_records(Batch(context, automation, access, object_name, partial=False), ids)


async def upsert(
    context: SaveContext,
    automation: Automation,
    access: Access,
    object_name: str,
    field: str,
    value: object,
    values: Payload,
    *,
    source: Source = "json",
) -> Saved:
    """Updates the record whose external id `field` is `value`, or creates it."""
    batch = Batch(context, automation, access, object_name, partial=False)
    return await upsert_record(batch, field, value, values, source)


class Records:
    """The write side of one tenant, each call one transaction. Raises what the functions of this module raise."""

    def __init__(
        self, tenant: Tenant, automation: Automation, access: Access, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._tenant = tenant
        self._automation = automation
        self._access = access
        self._clock = clock

    @overload
    async def create(
        self,
        actor: Actor,
        object_name: str,
        payloads: Sequence[Payload],
        *,
        source: Source = ...,
        partial: Literal[False] = ...,
    ) -> tuple[Saved, ...]: ...

    @overload
    async def create(
        self,
        actor: Actor,
        object_name: str,
        payloads: Sequence[Payload],
        *,
        source: Source = ...,
        partial: Literal[True],
    ) -> tuple[Saved | Rejected, ...]: ...

    async def create(
        self,
        actor: Actor,
        object_name: str,
        payloads: Sequence[Payload],
        *,
        source: Source = "json",
        partial: bool = False,
    ) -> tuple[Saved, ...] | tuple[Saved | Rejected, ...]:
        """`partial`: takes the records that are right and says of the others what is wrong, instead of all or none."""

        async def work(context: SaveContext) -> tuple[Outcome, ...]:
            batch = Batch(context, self._automation, self._access, object_name, partial=partial)
            return await create_records(batch, payloads, source)

        return await self._write(actor, work)

    @overload
    async def update(
        self,
        actor: Actor,
        object_name: str,
        changes: Sequence[RecordChange],
        *,
        source: Source = ...,
        partial: Literal[False] = ...,
    ) -> tuple[Saved, ...]: ...

    @overload
    async def update(
        self,
        actor: Actor,
        object_name: str,
        changes: Sequence[RecordChange],
        *,
        source: Source = ...,
        partial: Literal[True],
    ) -> tuple[Saved | Rejected, ...]: ...

    async def update(
        self,
        actor: Actor,
        object_name: str,
        changes: Sequence[RecordChange],
        *,
        source: Source = "json",
        partial: bool = False,
    ) -> tuple[Saved, ...] | tuple[Saved | Rejected, ...]:
        """`partial` as in create."""

        async def work(context: SaveContext) -> tuple[Outcome, ...]:
            batch = Batch(context, self._automation, self._access, object_name, partial=partial)
            return await update_records_of(batch, changes, source)

        return await self._write(actor, work)

    async def delete(
        self, actor: Actor, object_name: str, ids: Sequence[str], *, expected_versions: Sequence[int | None] = ()
    ) -> tuple[Saved, ...]:
        return await self._write(
            actor,
            lambda context: delete(
                context, self._automation, self._access, object_name, ids, expected_versions=expected_versions
            ),
        )

    async def restore(self, actor: Actor, object_name: str, ids: Sequence[str]) -> tuple[Saved, ...]:
        return await self._write(
            actor, lambda context: restore(context, self._automation, self._access, object_name, ids)
        )

    async def upsert(
        self,
        actor: Actor,
        object_name: str,
        field: str,
        value: object,
        values: Payload,
        *,
        source: Source = "json",
    ) -> Saved:
        return await self._write(
            actor,
            lambda context: upsert(
                context, self._automation, self._access, object_name, field, value, values, source=source
            ),
        )

    async def _write(self, actor: Actor, work: Callable[[SaveContext], Awaitable[T]]) -> T:
        """A unique value that somebody else took, or a target that somebody deleted, between the check and the write makes the
        database refuse; then everything runs once more, and the check finds it."""
        try:
            result = await self._attempt(actor, work)
        except ConstraintViolation:
            try:
                result = await self._attempt(actor, work)
            except ConstraintViolation as error:
                raise _as_field_error(error) from error
        self._automation.committed(self._tenant.name)
        return result

    async def _attempt(self, actor: Actor, work: Callable[[SaveContext], Awaitable[T]]) -> T:
        now = self._clock()
        refused: list[Refusal] = []

        async def run(transaction: Transaction, compiled: CompiledModel) -> T:
            context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
            try:
                result = await work(context)
            except TrellisError:
                refused[:] = take_refusals(context)
                raise
            await write_refusals(context, take_refusals(context))
            return result

        try:
            return await self._tenant.write(run)
        except TrellisError:
            await self._tell_of(refused, actor, now)
            raise

    async def _tell_of(self, refused: Sequence[Refusal], actor: Actor, now: datetime) -> None:
        """In a transaction of its own: the save's is undone. That it cannot be told changes nothing about the refusal."""

        async def write(transaction: Transaction, compiled: CompiledModel) -> None:
            await write_refusals(SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now), refused)

        if refused:
            try:
                await self._tenant.write(write)
            except TrellisError as error:
                logger.warning("tenant %s: the ledger does not have a refusal: %s", self._tenant.name, error)


def _all_saved(outcomes: tuple[Outcome, ...]) -> tuple[Saved, ...]:
    """Of a batch that is not partial: a record that was not saved has raised."""
    return cast("tuple[Saved, ...]", outcomes)


def _as_field_error(error: ConstraintViolation) -> InvalidRecord:
    is_unique = isinstance(error, UniqueViolation)
    field = error.columns[-1] if error.columns else None
    message = (
        "The value is taken." if is_unique else "The record it points to is not there, or others still refer to it."
    )
    code = "not_unique" if is_unique else "no_such_record"
    where = FieldError(field=field, code=code, message=message)
    return InvalidRecord(f"{field}: {message}" if field else message, fields=(where,))
