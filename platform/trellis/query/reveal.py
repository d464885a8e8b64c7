"""Encrypted fields in the clear: asked for by name, for one record, and written into the audit before the answer leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from metamodel.fields.sealed import Sealed
from trellis.errors import InvalidRequest
from trellis.query.fetch import fetch_sealed_row
from trellis.query.paths import get_object
from trellis.query.query import no_record
from trellis.query.sealed import open_value
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, write_audit
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

MOST_FIELDS = 50


async def reveal(
    tenant: Tenant,
    access: Access,
    actor: Actor,
    object_name: str,
    record_id: str,
    fields: tuple[str, ...],
    now: datetime,
) -> Mapping[str, str | None]:
    """The values by name, None for blank ones. Raises NotFound, AccessDenied, InvalidRequest for fields that are not encrypted ones of the
    record itself, CannotUnseal for a value that is not the one that was sealed there."""
    if not 1 <= len(fields) <= MOST_FIELDS:
        raise InvalidRequest(f"Name the fields to reveal: 1 to {MOST_FIELDS}.")

    async def work(transaction: Transaction, compiled: CompiledModel) -> Mapping[str, str | None]:
        _check(compiled, object_name, fields)
        granted = access.of(compiled.model)
        for name in fields:
            require(granted, actor, "reveal", object_name, name)
        row = await fetch_sealed_row(transaction, compiled, access, actor, object_name, record_id, fields, now)
        if row is None:
            raise no_record(object_name, record_id)
        definitions = compiled.model.object(object_name).fields
        revealed = {
            name: open_value(compiled, object_name, definitions[name], row[name])
            if isinstance(row[name], Sealed)
            else None
            for name in fields
        }
        subject = Subject(kind="record", id=str(record_id).lower())
        details = {"object": object_name, "fields": sorted(fields)}
        event = AuditEvent(event="field_revealed", actor=actor, subject=subject, details=details)
        await write_audit(transaction, compiled.schema, event, now=now)
        return revealed

    return await tenant.write(work)


def _check(compiled: CompiledModel, object_name: str, fields: tuple[str, ...]) -> None:
    owner = get_object(compiled.model, object_name)
    sealed = [name for name, field in owner.fields.items() if field.encrypted]
    wrong = [name for name in fields if name not in sealed]
    if wrong:
        hint = f"Encrypted fields of {object_name}: {', '.join(sealed)}." if sealed else None
        raise InvalidRequest(f"{str(wrong[0])[:100]!r} is no encrypted field of {object_name}.", hint=hint)
