"""New keys for old: another data key of a tenant, and its keys under another master key. Both audited; neither stops anything."""

from __future__ import annotations

from datetime import datetime

from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, Who, write_audit
from trellis.security.encryption.key_store import KeyInfo
from trellis.storage.database import Transaction
from trellis.tenancy.tenant import Tenant


async def rotate_data_key(tenant: Tenant, access: Access, actor: Actor, *, now: datetime) -> KeyInfo:
    """What seals from a little later on. Raises AccessDenied, NoMasterKey."""
    require(access, actor, "administer")

    async def work(transaction: Transaction) -> KeyInfo:
        made = await tenant.key_store.add(transaction, now)
        event = AuditEvent(event="data_key_rotated", actor=actor, subject=Subject(kind="key", id=str(made.number)))
        await write_audit(transaction, tenant.database.schema, event, now=now)
        return made

    made = await tenant.database.write(work)
    await tenant.key_store.refresh()
    return made


async def rewrap_data_keys(tenant: Tenant, who: Who, *, now: datetime) -> int:
    """How many keys were wrapped by another master key than the current one, and are no more. Raises NoMasterKey, WrongMasterKey."""

    async def work(transaction: Transaction) -> int:
        count = await tenant.key_store.rewrap(transaction)
        if count:
            masters = tenant.key_store.masters
            subject = Subject(kind="key", id=masters.current.id if masters is not None else "")
            event = AuditEvent(event="master_key_rotated", actor=who, subject=subject, details={"keys": count})
            await write_audit(transaction, tenant.database.schema, event, now=now)
        return count

    return await tenant.database.write(work)
