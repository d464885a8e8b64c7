"""Claimed rows -> messages, ready for their channels: recipients looked up, words made. One query for a batch, and those of what
the recipients may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from metamodel.columns import ColumnKind
from trellis.automation.approvals.texts import TEMPLATES
from trellis.automation.channels.channel import Message
from trellis.automation.claims import ClaimedRow, Outcome
from trellis.automation.consent import Consented, consent_of, fetch_consenting
from trellis.automation.errors import TemplateRefused
from trellis.automation.notice import NO_WORDS, render_notice
from trellis.automation.payload import load_payload
from trellis.automation.people import Person, fetch_people, people_by_id
from trellis.automation.sight import Sight, Told, fetch_sight
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """`settled`: rows that nothing can or need be delivered for, and why."""

    messages: tuple[Message, ...]
    settled: tuple[Outcome, ...]


async def make_messages(tenant: Tenant, rows: Sequence[ClaimedRow], base_url: str, now: datetime) -> Made:
    """Words are made with the model of now, not that of the save: a template mended since serves what still waits."""
    compiled = await tenant.refresh()
    settled: list[Outcome] = []
    readable: list[tuple[ClaimedRow, Mapping[str, Any]]] = []
    for row in rows:
        try:
            readable.append((row, load_payload(row.payload)))
        except (ValueError, KeyError, TypeError) as error:
            settled.append(Outcome(row=row, error=f"its payload cannot be read: {error}", is_dead=True))
    people = await _fetch_recipients(tenant, compiled, [payload for _, payload in readable])
    consenting = await _fetch_consenting(tenant, [payload for _, payload in readable])
    sight = await _fetch_sight(tenant, compiled, readable, people, now)
    messages: list[Message] = []
    for row, payload in readable:
        missing = _missing_consent(compiled, payload, consenting)
        if missing is not None:
            settled.append(Outcome(row=row, error=f"not delivered: there is no consent to {missing}"))
            continue
        made = _make_message(compiled, row, payload, people, base_url, sight)
        if isinstance(made, Message):
            messages.append(made)
        else:
            settled.append(made)
    return Made(messages=tuple(messages), settled=tuple(settled))


async def _fetch_recipients(
    tenant: Tenant, compiled: CompiledModel, payloads: Sequence[Mapping[str, Any]]
) -> Mapping[str, Person]:
    wanted = {str(payload["user"]) for payload in payloads if payload.get("user")}
    wanted.update(str(user) for payload in payloads for user in payload.get("users") or ())
    query = compiled.prepared(("automation", "people by id"), lambda: people_by_id(compiled.schema, compiled.dialect))

    async def read(transaction: Transaction) -> Mapping[str, Person]:
        return await fetch_people(transaction, query, wanted, ColumnKind.UUID)

    return await tenant.database.read(read) if wanted else {}


async def _fetch_consenting(tenant: Tenant, payloads: Sequence[Mapping[str, Any]]) -> frozenset[Consented]:
    """Those who had consented when it was written may have thought better of it."""
    asked = {found for payload in payloads if (found := consent_of(payload)) is not None}
    if not asked:
        return frozenset()
    schema = tenant.database.schema
    return await tenant.database.read(lambda transaction: fetch_consenting(transaction, schema, asked))


def _missing_consent(
    compiled: CompiledModel, payload: Mapping[str, Any], consenting: frozenset[Consented]
) -> str | None:
    """The purpose that nobody has consented to: what the message rests on, or what its template, which may be another one by now, is
    for."""
    consented, template = consent_of(payload), compiled.model.templates.get(str(payload.get("template")))
    if consented is not None and consented not in consenting:
        return consented.purpose
    purpose = None if template is None else template.purpose
    return purpose if purpose is not None and (consented is None or consented.purpose != purpose) else None


async def _fetch_sight(
    tenant: Tenant,
    compiled: CompiledModel,
    readable: Sequence[tuple[ClaimedRow, Mapping[str, Any]]],
    people: Mapping[str, Person],
    now: datetime,
) -> Sight:
    told = [
        Told(
            person=people[user],
            object=row.object,
            record_id=row.record_id,
            paths=frozenset() if payload.get("template") in TEMPLATES else frozenset(payload.get("values") or ()),
        )
        for row, payload in readable
        if row.kind != "webhook"
        for user in _users(payload)
        if user in people
    ]
    return await tenant.database.read(lambda transaction: fetch_sight(transaction, compiled, told, now))


def _users(payload: Mapping[str, Any]) -> list[str]:
    alone = payload.get("user")
    return [str(user) for user in ([alone] if alone else payload.get("users") or ())]


def _hide(
    sight: Sight, row: ClaimedRow, payload: Mapping[str, Any], readers: Sequence[Person]
) -> tuple[Mapping[str, Any], bool]:
    """What the message says without what one of its readers may not see; and whether all of them see the record."""
    if not all(sight.sees(reader, row.object, row.record_id) for reader in readers):
        return payload, False
    values = payload.get("values")
    if values and payload.get("template") not in TEMPLATES:
        for reader in readers:
            values = sight.values(reader, row.object, row.record_id, values)
        return {**payload, "values": values}, True
    return payload, True


def _make_message(
    compiled: CompiledModel,
    row: ClaimedRow,
    payload: Mapping[str, Any],
    people: Mapping[str, Person],
    base_url: str,
    sight: Sight,
) -> Message | Outcome:
    recipient = people.get(str(payload.get("user")))
    if payload.get("user") and (recipient is None or not recipient.is_active):
        return Outcome(row=row, error="not delivered: the recipient is not an active user")
    called = tuple(map(str, payload.get("users") or ()))
    others = tuple(people[user] for user in called if user in people and people[user].is_active)
    if called and not others and not payload.get("addresses"):
        return Outcome(row=row, error="not delivered: none of the recipients is an active user")
    try:
        about = (row.object, row.record_id)
        notice = NO_WORDS
        if row.kind != "webhook":
            readers = others if recipient is None else (recipient,)
            payload, is_seen = _hide(sight, row, payload, readers)
            notice = render_notice(
                compiled,
                payload,
                recipient,
                record=about,
                base_url=base_url,
                with_html=row.kind == "email",
                is_seen=is_seen,
            )
    except TemplateRefused as error:
        return Outcome(row=row, error=f"{error.message}. {error.hint or ''}".strip(), is_dead=True)
    return Message(
        row=row,
        notice=notice,
        recipient=recipient,
        address=recipient.email if recipient else str(payload.get("address") or ""),
        payload=payload,
        compiled=compiled,
        others=others,
    )
