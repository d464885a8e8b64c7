"""How users are reached beside e-mail: the number that SMS go to, and what the organization's chat knows them by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from metamodel.fields.contact import PhoneField
from metamodel.fields.field import FieldValueError
from trellis.errors import FieldError, InvalidRecord, NotFound
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, write_audit
from trellis.security.audit.who import fetch_subject
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

MAX_CHAT_ID = 255
_PHONE = PhoneField(name="phone", label="Phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """None: not at all. `phone` as E.164 where it has a country code."""

    phone: str | None = None
    chat_id: str | None = None


async def get_contact(tenant: Tenant, access: Access, actor: Actor, user_id: str) -> Contact:
    """Raises NotFound."""
    require(access, actor, "administer")
    statement = _statements(tenant.database.schema, tenant.database.dialect).get

    async def read(transaction: Transaction) -> Row | None:
        return await transaction.fetch_one(statement, {"id": user_id})

    row = await tenant.database.read(read)
    if row is None:
        raise _nobody(tenant, user_id)
    return Contact(phone=row[0], chat_id=row[1])


async def set_contact(
    tenant: Tenant, access: Access, actor: Actor, user_id: str, contact: Contact, *, now: datetime
) -> Contact:
    """Gives what was kept. Raises InvalidRecord, NotFound."""
    require(access, actor, "administer")
    kept = _parse(contact)
    moment = encoder(ColumnKind.DATETIME, tenant.database.dialect)(now)
    values = {"id": user_id, "phone": kept.phone, "chat_id": kept.chat_id, "now": moment}
    statements = _statements(tenant.database.schema, tenant.database.dialect)

    async def work(transaction: Transaction) -> None:
        before = await transaction.fetch_one(statements.get, {"id": user_id})
        if before is None or not await transaction.execute(statements.set, values):
            raise _nobody(tenant, user_id)
        pairs = {"phone": [before[0], kept.phone], "chat_id": [before[1], kept.chat_id]}
        details = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        if details:
            subject = await fetch_subject(transaction, tenant.database.schema, user_id)
            event = AuditEvent(event="user_changed", actor=actor, subject=subject, details=details)
            await write_audit(transaction, tenant.database.schema, event, now=now)

    await tenant.database.write(work)
    return kept


def _parse(contact: Contact) -> Contact:
    wrong: list[FieldError] = []
    phone = None
    try:
        phone = _PHONE.parse(contact.phone)
    except FieldValueError as error:
        message = f"{contact.phone!r} is not a phone number: {error.message}"
        wrong.append(FieldError(field="phone", code="invalid_phone", message=message))
    chat_id = contact.chat_id or None
    if chat_id and (len(chat_id) > MAX_CHAT_ID or not chat_id.isprintable() or " " in chat_id):
        message = f"{chat_id[:60]!r} is no id of a chat: it has no spaces, and at most {MAX_CHAT_ID} characters."
        wrong.append(FieldError(field="chat_id", code="invalid_chat_id", message=message))
    if wrong:
        raise InvalidRecord("; ".join(error.message for error in wrong), fields=tuple(wrong))
    return Contact(phone=phone, chat_id=chat_id)


def _nobody(tenant: Tenant, user_id: str) -> NotFound:
    return NotFound(f"There is no user {user_id} in the tenant {tenant.name}.")


@dataclass(frozen=True, slots=True)
class _Statements:
    get: Statement
    set: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    user = platform_tables(schema).user
    is_it = (user.c.id == sa.bindparam("id", type_=user.c.id.type)) & user.c.deleted_at.is_(None)
    get = sa.select(user.c.phone, user.c.chat_id).where(is_it)
    given = {name: sa.bindparam(name, type_=user.c[name].type) for name in ("phone", "chat_id")}
    changed = sa.update(user).where(is_it).values(**given, updated_at=sa.bindparam("now"), version=user.c.version + 1)
    return _Statements(prepare(get, dialect), prepare(changed, dialect))
