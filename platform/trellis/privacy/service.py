"""What the API, the commands and the builder call. Everything here is for those who may erase; an export needs the right to export too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from trellis.automation.hooks import SaveContext
from trellis.privacy import erase as erasing
from trellis.privacy.data_map import MarkedObject, data_map
from trellis.privacy.erase import ErasurePlan
from trellis.privacy.export import archive
from trellis.privacy.find import FoundRecord, find_records
from trellis.privacy.subject import Subject
from trellis.records.checks import check_credential
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, write_audit
from trellis.security.audit import Subject as AuditSubject
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant


async def get_map(tenant: Tenant, access: Access, actor: Actor) -> tuple[MarkedObject, ...]:
    """Where personal data is. Raises AccessDenied."""
    require(access, actor, "erase")
    return data_map((await tenant.compiled()).model)


async def find_person(tenant: Tenant, access: Access, actor: Actor, subject: Subject) -> Sequence[FoundRecord]:
    """The person's records. Raises AccessDenied, NotFound, InvalidRequest."""
    require(access, actor, "erase")
    return await tenant.read(lambda transaction, compiled: find_records(transaction, compiled, subject))


async def plan_erasure(tenant: Tenant, access: Access, actor: Actor, subject: Subject) -> ErasurePlan:
    """What erasing the person would do. Raises what find_person raises."""
    require(access, actor, "erase")
    return await tenant.read(lambda transaction, compiled: erasing.plan_of(transaction, compiled, subject))


async def erase_person(
    tenant: Tenant, access: Access, actor: Actor, subject: Subject, fingerprint: str, *, now: datetime
) -> ErasurePlan:
    """Does the plan with that fingerprint, in one transaction, audited. Raises what find_person raises, Conflict, InvalidRecord,
    NotAuthenticated."""
    require(access, actor, "erase")

    async def work(transaction: Transaction, compiled: CompiledModel) -> ErasurePlan:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
        await check_credential(context)
        return await erasing.erase(context, subject, fingerprint)

    return await tenant.write(work)


async def export_person(
    tenant: Tenant, access: Access, actor: Actor, subject: Subject, *, now: datetime
) -> dict[str, Any]:
    """Everything about the person as JSON values, audited. Raises what find_person raises, NotAuthenticated."""
    require(access, actor, "erase")
    require(access, actor, "export")

    async def work(transaction: Transaction, compiled: CompiledModel) -> dict[str, Any]:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
        await check_credential(context)
        found = await find_records(transaction, compiled, subject)
        made = await archive(transaction, compiled, subject, found, now)
        about = AuditSubject(kind="record", id=found[0].id) if found else None
        event = AuditEvent(
            event="exported", actor=actor, subject=about, details={"what": "person", "records": len(found)}
        )
        await write_audit(transaction, compiled.schema, event, now=now)
        return made

    return await tenant.write(work)
