"""Mail that came back: a delivery report (RFC 3464) -> which letter it was about, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import Message
from email.utils import getaddresses
from functools import lru_cache

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.automation.mail_tokens import is_marked_for, read_return_path
from trellis.automation.suppressions import find_mail_key, suppress
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Statement
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

MAX_SIZE = 5_000_000
MAX_SAID = 300
_ARRIVED_AT = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
_DEAD_ADDRESS = ("5.1.", "5.2.1", "5.4.4")
"""Statuses (RFC 3463) that say of the address itself that nothing will ever arrive: unknown, moved, disabled, no such host. A full mailbox
or a refused content says nothing of the next letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """`tenant` and `mark`: as of the address it came back to; `addresses`: whom the letter may have been for; `key`: the idempotency key
    that its Message-ID had; `status`: such as 5.1.1; `said`: the other server's words."""

    tenant: str
    mark: str
    addresses: tuple[str, ...]
    key: str | None
    status: str
    said: str

    @property
    def is_address_dead(self) -> bool:
        return self.status.startswith(_DEAD_ADDRESS)


def parse_bounce(content: bytes) -> Bounce | None:
    """None for what is no report of a letter of ours that could not be delivered: an answer, spam, a report of a delay."""
    try:
        report = message_from_bytes(content[:MAX_SIZE], policy=policy.compat32)
        return _parse(report)
    except (ValueError, LookupError, MessageError, AttributeError, TypeError):
        return None  # The email package trips over some of what can be made up.


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """`address`: whom the letter had gone to; `is_suppressed`: nothing more is sent there; `is_noted`: at the message in the outbox."""

    address: str
    is_suppressed: bool
    is_noted: bool


async def apply_bounce(tenant: Tenant, bounce: Bounce, *, now: datetime) -> Applied | None:
    """None when no letter to any of the addresses can have had that mark: then somebody made the report up. Three statements at most."""
    key = await find_mail_key(tenant.database, tenant.keys)
    address = next((one for one in bounce.addresses if key and is_marked_for(key, tenant.name, one, bounce.mark)), None)
    if address is None:
        return None
    error = f"it came back from {address}: {bounce.status} {bounce.said}".strip()
    if bounce.is_address_dead:
        await suppress(tenant.database, address, "bounced", f"{bounce.status} {bounce.said}".strip(), now)
    is_noted = False
    if bounce.key is not None:
        database = tenant.database
        moment = encoder(ColumnKind.DATETIME, database.dialect)(now)
        statement = _statement(database.schema, database.dialect)
        values = {"key": bounce.key, "error": error, "now": moment}
        is_noted = bool(await database.write(lambda transaction: transaction.execute(statement, values)))
    return Applied(address=address, is_suppressed=bounce.is_address_dead, is_noted=is_noted)


def _parse(report: Message) -> Bounce | None:
    arrived = [value for name in _ARRIVED_AT for value in report.get_all(name, [])]
    marked = [found for _, address in getaddresses(map(str, arrived)) if (found := read_return_path(address))]
    failed = next((one for one in _statuses(report) if one.get("Action", "").strip().lower() == "failed"), None)
    if not marked or failed is None:
        return None
    returned = _returned(report)
    named = [failed.get(name, "").rpartition(";")[2].strip() for name in ("Original-Recipient", "Final-Recipient")]
    named += [address for _, address in getaddresses([str(returned.get("To", ""))])] if returned is not None else []
    message_id = str(returned.get("Message-ID", "")).strip("<> \t\r\n") if returned is not None else ""
    key = message_id.partition("@")[0]
    tenant, mark = marked[0]
    return Bounce(
        tenant=tenant,
        mark=mark,
        addresses=tuple(dict.fromkeys(one for one in named if one)),
        key=key if len(key) == 40 and key.isalnum() and key.isascii() else None,
        status=_line(failed.get("Status", "")).partition(" ")[0],
        said=_line(failed.get("Diagnostic-Code", "").partition(";")[2]),
    )


def _statuses(report: Message) -> Iterator[Message]:
    """The blocks of the machine-readable part, one for each recipient."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status" and isinstance(part.get_payload(), list):
            yield from (one for one in part.get_payload() if isinstance(one, Message))


def _returned(report: Message) -> Message | None:
    """The letter itself, or its headers."""
    for part in report.walk():
        if part.get_content_type() == "message/rfc822" and isinstance(part.get_payload(), list):
            return next((one for one in part.get_payload() if isinstance(one, Message)), None)
        if part.get_content_type() == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            return message_from_bytes(content) if isinstance(content, bytes) else None
    return None


def _line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in str(text)).split())[:MAX_SAID]


@lru_cache(maxsize=256)
def _statement(schema: str | None, dialect: DialectName) -> Statement:
    table = platform_tables(schema).outbox
    now = sa.bindparam("now", type_=table.c.next_attempt_at.type)
    is_it = (table.c.idempotency_key == sa.bindparam("key")) & (table.c.kind == "email") & (table.c.status == "done")
    error = sa.bindparam("error", type_=table.c.last_error.type)
    noted = sa.update(table).where(is_it).values(status="dead", last_error=error, next_attempt_at=now, done_at=now)
    return prepare(noted, dialect)
