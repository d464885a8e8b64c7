"""What people consented to: given or taken back, when, how it is known, and who wrote it down. Purposes are those of organization.yaml.

Entries are added and never changed; the newest word of a person on a purpose is what holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from metamodel.definitions import Purpose
from metamodel.model import Model
from metamodel.names import did_you_mean
from trellis.automation.consent import Consented, add_consent
from trellis.automation.hooks import SaveContext
from trellis.errors import FieldError, InvalidRecord
from trellis.query.fetch import fetch_row
from trellis.query.query import no_record
from trellis.records.checks import check_credential
from trellis.records.load import load_records
from trellis.records.refusals import Refusals
from trellis.records.shape import shape_of
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, write_audit
from trellis.storage.codecs import datetime_text, decoder, list_encoder
from trellis.storage.database import Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

MOST_SOURCE = 500
MOST_ENTRIES = 1000
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """`source`: how it is known, such as a form or a call; `said_at`: when the person said so, None for now."""

    purpose: str
    is_given: bool
    source: str
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """As NewConsent; `created_at` and `created_by` (a user's id) say who wrote it down, `author` what that user is called."""

    id: str
    object: str
    record_id: str
    purpose: str
    is_given: bool
    source: str
    said_at: datetime
    created_at: datetime
    created_by: str | None
    author: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeState:
    """`newest`: what holds; None when the person was never asked."""

    purpose: Purpose
    newest: Consent | None

    @property
    def state(self) -> str:
        """given, withdrawn or not_asked."""
        if self.newest is None:
            return "not_asked"
        return "given" if self.newest.is_given else "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConsents:
    """`purposes`: those of the record's object, in the order of the file; `entries`: all that was said, the newest first."""

    purposes: tuple[PurposeState, ...]
    entries: tuple[Consent, ...]


def purposes_of(model: Model, object_name: str) -> tuple[Purpose, ...]:
    return tuple(one for one in model.organization.consents.values() if object_name in one.objects)


async def list_consents(
    tenant: Tenant, access: Access, actor: Actor, object_name: str, record_id: str, *, now: datetime
) -> RecordConsents:
    """Of a record that the actor may read. Raises NotFound, AccessDenied."""

    async def work(transaction: Transaction, compiled: CompiledModel) -> RecordConsents:
        if await fetch_row(transaction, compiled, access, actor, object_name, record_id, ("id",), now) is None:
            raise no_record(object_name, record_id)
        return await _of_record(transaction, compiled, object_name, record_id.lower())

    return await tenant.read(work)


async def record_consent(
    tenant: Tenant,
    access: Access,
    actor: Actor,
    object_name: str,
    record_id: str,
    consent: NewConsent,
    *,
    now: datetime,
) -> RecordConsents:
    """Adds an entry about a record that the actor may change, audited; gives what holds then. Raises NotFound, AccessDenied,
    InvalidRecord."""

    async def work(transaction: Transaction, compiled: CompiledModel) -> RecordConsents:
        context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
        record = await _changeable(context, access, object_name, record_id)
        said_at = _checked(compiled.model, object_name, consent, now)
        there = (await fetch_consents(transaction, compiled, [record])).get((object_name, record), ())
        if len(there) >= MOST_ENTRIES:
            raise _wrong("purpose", f"A record has {MOST_ENTRIES:,} entries about consent at most.")
        await add_consent(
            transaction,
            compiled.schema,
            Consented(purpose=consent.purpose, object=object_name, record_id=record),
            is_given=consent.is_given,
            source=consent.source.strip(),
            said_at=said_at,
            created_by=actor.user_id,
            now=now,
        )
        written = await _of_record(transaction, compiled, object_name, record)
        details = {
            "object": object_name,
            "purpose": consent.purpose,
            "given": consent.is_given,
            "said_at": datetime_text(said_at),
        }
        subject = Subject(kind="record", id=record)
        event = AuditEvent(event="consent_recorded", actor=actor, subject=subject, details=details)
        await write_audit(transaction, compiled.schema, event, now=now)
        return written

    return await tenant.write(work)


async def fetch_consents(
    transaction: Transaction, compiled: CompiledModel, record_ids: Collection[str]
) -> Mapping[tuple[str, str], Sequence[Consent]]:
    """By object and id, the newest first. One query."""
    tables = platform_tables(compiled.schema)
    consent, user = tables.consent, tables.user
    chosen = (
        sa.select(*consent.columns, user.c.name)
        .select_from(consent.outerjoin(user, user.c.id == consent.c.created_by))
        .where(any_of(consent.c.record_id, "ids", compiled.dialect))
        .order_by(consent.c.said_at.desc(), consent.c.id.desc())
    )
    ids = list_encoder(ColumnKind.UUID, compiled.dialect)(sorted(set(record_ids)))
    moment, flag = decoder(ColumnKind.DATETIME, compiled.dialect), decoder(ColumnKind.BOOLEAN, compiled.dialect)
    found: dict[tuple[str, str], list[Consent]] = {}
    for row in await transaction.fetch(prepare(chosen, compiled.dialect), {"ids": ids}):
        one = Consent(
            id=str(row[0]),
            object=row[1],
            record_id=str(row[2]),
            purpose=row[3],
            is_given=flag(row[4]),
            source=row[5],
            said_at=moment(row[6]),
            created_at=moment(row[7]),
            created_by=None if row[8] is None else str(row[8]),
            author=row[9],
        )
        found.setdefault((one.object, one.record_id), []).append(one)
    return found


def consents_json(consents: RecordConsents) -> dict[str, Any]:
    return {
        "purposes": [
            {
                "purpose": one.purpose.name,
                "label": one.purpose.label,
                "description": one.purpose.description,
                "state": one.state,
                "since": None if one.newest is None else datetime_text(one.newest.said_at),
            }
            for one in consents.purposes
        ],
        "entries": [entry_json(one) for one in consents.entries],
    }


def entry_json(entry: Consent) -> dict[str, Any]:
    return {
        "id": entry.id,
        "purpose": entry.purpose,
        "given": entry.is_given,
        "source": entry.source,
        "said_at": datetime_text(entry.said_at),
        "created_at": datetime_text(entry.created_at),
        "created_by": entry.created_by,
    }


async def _of_record(
    transaction: Transaction, compiled: CompiledModel, object_name: str, record_id: str
) -> RecordConsents:
    entries = (await fetch_consents(transaction, compiled, [record_id])).get((object_name, record_id), ())
    newest: dict[str, Consent] = {}
    for entry in entries:
        newest.setdefault(entry.purpose, entry)
    purposes = purposes_of(compiled.model, object_name)
    states = tuple(PurposeState(purpose=one, newest=newest.get(one.name)) for one in purposes)
    return RecordConsents(purposes=states, entries=tuple(entries))


async def _changeable(context: SaveContext, access: Access, object_name: str, record_id: str) -> str:
    """Locks the record, so that two entries at once come one after the other."""
    await check_credential(context)
    shape = shape_of(context.compiled, object_name)
    require(access.of(context.compiled.model), context.actor, "update", object_name)
    refusals = Refusals()
    await load_records(context, access, shape, {0: record_id.lower()}, "update", refusals)
    refusals.raise_any()
    return record_id.lower()


def _checked(model: Model, object_name: str, consent: NewConsent, now: datetime) -> datetime:
    """When it was said."""
    names = [one.name for one in purposes_of(model, object_name)]
    if consent.purpose not in names:
        message = f"Nobody of {object_name} is asked to consent to {consent.purpose[:60]!r}."
        hint = did_you_mean(consent.purpose[:60], names) if names else "Purposes are in organization.yaml, consents."
        raise _wrong("purpose", message, hint)
    source = consent.source.strip()
    if not (1 <= len(source) <= MOST_SOURCE and source.isprintable()):
        raise _wrong("source", f"How it is known takes 1 to {MOST_SOURCE} characters of one line.")
    said_at = now if consent.said_at is None else consent.said_at
    if not EARLIEST <= said_at <= now:
        raise _wrong("said_at", "Nobody can have said so at that time.", "Give a moment since 1900 that is over.")
    return said_at.astimezone(UTC)


def _wrong(field: str, message: str, hint: str | None = None) -> InvalidRecord:
    error = FieldError(field=field, code=f"invalid_{field}", message=message)
    return InvalidRecord(message, hint=hint, fields=(error,))
