"""`notify` and `send`: outbox rows, one for each recipient and channel, and one for all of a chat, who read it together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from metamodel.columns import ColumnKind
from rule_engine.rules.checked import (
    Creator,
    EmailRecipient,
    Owner,
    PathRecipient,
    QueueRecipient,
    RoleRecipient,
    TeamRecipient,
    UserRecipient,
)
from trellis.automation.consent import Consented, as_payload, fetch_consenting
from trellis.automation.groups import GroupKind, fetch_group_members
from trellis.automation.ledger.note import Done
from trellis.automation.outbox import Channel, Entry, idempotency_key
from trellis.automation.people import fetch_people, people_by_username
from trellis.automation.queues import fetch_members
from trellis.automation.run import Run
from trellis.automation.steps import NotifyStep
from trellis.automation.strategies import Member


async def plan_notices(run: Run, step: NotifyStep, indexes: Sequence[int]) -> list[Entry]:
    """At most one query each for queues, roles, teams and usernames, however many records matched. Who is told twice over is told once."""
    told = _Told(
        queues=await _queues(run, step, indexes),
        groups=await _groups(run, step),
        usernames=await _usernames(run, step),
        consenting=await _consenting(run, step, indexes),
    )
    entries: dict[str, Entry] = {}
    for index in indexes:
        content = _content(run, step, index)
        recipients = _allowed(run, step, index, told)
        _note(run, step, index, [one.user or one.address for one in recipients])
        for channel, whom in _rows(step, recipients):
            entry = _entry(run, step, index, channel, {**content, **whom})
            entries[entry.key] = entry
    return list(entries.values())


def _rows(step: NotifyStep, recipients: Sequence[_Recipient]) -> Iterator[tuple[Channel, dict[str, Any]]]:
    """Whom each row is for."""
    for one in recipients:
        for channel in step.channels:
            if channel == "chat" or (one.user is None and channel == "in_app"):
                continue
            via = {"webhook": step.webhook} if channel == "sms" else {}
            yield channel, {"user": one.user, "address": one.address, **via, **_resting_on(one)}
    if "chat" in step.channels and recipients:
        users = [one.user for one in recipients if one.user]
        addresses = [one.address for one in recipients if one.address]
        about = {"user": None, "webhook": step.webhook, "users": users, "addresses": addresses}
        yield "chat", {**about, **_resting_on(recipients[0])}


def _resting_on(recipient: _Recipient) -> dict[str, Any]:
    """What has to hold when the message goes out, too. A chat for which somebody has to consent is one with them alone."""
    return {} if recipient.consented is None else {"consent": as_payload(recipient.consented)}


def _note(run: Run, step: NotifyStep, index: int, told: Sequence[str | None]) -> None:
    paths = step.shown if step.message is None else step.message.paths
    if step.purpose is not None and not told:
        return
    done: Done = "send" if step.is_sent else "notify"
    run.note(index, done, line=step.line, subject=", ".join(step.channels), value=tuple(told), read=paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Who sits at the queues, has the roles, is in the teams and has the user names that the step and its records name; which of those
    who have to consent have."""

    queues: Mapping[str, Sequence[Member]]
    groups: Mapping[tuple[GroupKind, str], Sequence[Member]]
    usernames: Mapping[str, str]
    consenting: frozenset[Consented]


class _Recipient(NamedTuple):
    """A user's id, or an address: of e-mail, a telephone number, what the chat knows somebody by. `consented`: what the message rests
    on, None for one that needs no consent."""

    user: str | None
    address: str | None = None
    consented: Consented | None = None


def _allowed(run: Run, step: NotifyStep, index: int, told: _Told) -> list[_Recipient]:
    """Those who may get it; that others have not consented is noted."""
    recipients = _recipients(run, step, index, told)
    if step.purpose is None:
        return recipients
    withheld = [one for one in recipients if one.consented is None or one.consented not in told.consenting]
    if withheld:
        value = tuple(one.address or one.user for one in withheld)
        run.note(index, "withhold", line=step.line, subject=step.purpose, value=value)
    return [one for one in recipients if one not in withheld]


def _recipients(run: Run, step: NotifyStep, index: int, told: _Told) -> list[_Recipient]:
    """Blank ones are left out."""
    found: list[_Recipient] = []
    for recipient, formula in step.recipients:
        match recipient:
            case Owner():
                owner, queue = run.value_of(index, "owner"), run.value_of(index, "owner_queue")
                found += [_Recipient(owner)] if owner else _members(told.queues.get(queue, ()))
            case Creator():
                found.append(_Recipient(run.value_of(index, "created_by")))
            case QueueRecipient(queue=queue):
                found += _members(told.queues.get(queue, ()))
            case RoleRecipient(role=role):
                found += _members(told.groups["role", role])
            case TeamRecipient(team=team):
                found += _members(told.groups["team", team])
            case UserRecipient(username=username):
                found.append(_Recipient(told.usernames.get(username)))
            case PathRecipient() if formula is not None:
                found.append(_Recipient(run.evaluate(formula, index)))
            case EmailRecipient() if formula is not None:
                found.append(_Recipient(None, run.evaluate(formula, index), _rests_on(run, step, recipient, index)))
    return [one for one in dict.fromkeys(found) if one.user or one.address]


def _members(members: Sequence[Member]) -> list[_Recipient]:
    return [_Recipient(member.user_id) for member in members]


def _rests_on(run: Run, step: NotifyStep, recipient: EmailRecipient, index: int) -> Consented | None:
    if step.purpose is None or recipient.person is None:
        return None
    record_id = run.views.values(index)[".".join(recipient.person.path)]
    if record_id is None:
        return None
    return Consented(purpose=step.purpose, object=recipient.person.object, record_id=str(record_id))


async def _consenting(run: Run, step: NotifyStep, indexes: Sequence[int]) -> frozenset[Consented]:
    people = [recipient for recipient, _ in step.recipients if isinstance(recipient, EmailRecipient)]
    asked = {found for index in indexes for one in people if (found := _rests_on(run, step, one, index)) is not None}
    return await fetch_consenting(run.context.transaction, run.context.compiled.schema, asked)


def _content(run: Run, step: NotifyStep, index: int) -> dict[str, Any]:
    """The words, or the template and the values it shows, as they are now: what the message says is true of this save."""
    if step.message is not None:
        return {"text": run.evaluate(step.message, index) or run.rule}
    return {"template": step.template, "values": run.views.shown(index, step.shown)}


def _entry(run: Run, step: NotifyStep, index: int, channel: Channel, payload: dict[str, Any]) -> Entry:
    change, revision = run.changes[index], run.context.compiled.revision
    version = change.values.get("version") or 0
    recipient = payload["user"] or payload.get("address") or payload.get("webhook") or ""
    key = idempotency_key(
        run.rule, revision, f"{change.id}{run.part(index)}", version, change.event, step.number, recipient, channel
    )
    return Entry(
        kind=channel,
        key=key,
        payload=payload,
        object=run.object_name,
        record_id=change.id,
        rule=run.rule,
        revision=revision,
    )


async def _queues(run: Run, step: NotifyStep, indexes: Sequence[int]) -> Mapping[str, Sequence[Member]]:
    wanted = {recipient.queue for recipient, _ in step.recipients if isinstance(recipient, QueueRecipient)}
    if any(isinstance(recipient, Owner) for recipient, _ in step.recipients):
        waiting = (run.value_of(index, "owner_queue") for index in indexes if not run.value_of(index, "owner"))
        wanted |= {queue for queue in waiting if queue}
    return await fetch_members(run.context.transaction, run.context.compiled, wanted) if wanted else {}


async def _groups(run: Run, step: NotifyStep) -> Mapping[tuple[GroupKind, str], Sequence[Member]]:
    wanted: dict[GroupKind, set[str]] = {"role": set(), "team": set()}
    for recipient, _ in step.recipients:
        if isinstance(recipient, RoleRecipient):
            wanted["role"].add(recipient.role)
        elif isinstance(recipient, TeamRecipient):
            wanted["team"].add(recipient.team)
    found: dict[tuple[GroupKind, str], Sequence[Member]] = {}
    for kind, names in wanted.items():
        members = await fetch_group_members(run.context.transaction, run.context.compiled, kind, names)
        found |= {(kind, name): of_group for name, of_group in members.items()}
    return found


async def _usernames(run: Run, step: NotifyStep) -> Mapping[str, str]:
    wanted = {recipient.username for recipient, _ in step.recipients if isinstance(recipient, UserRecipient)}
    compiled = run.context.compiled
    query = compiled.prepared(
        ("automation", "people by username"), lambda: people_by_username(compiled.schema, compiled.dialect)
    )
    people = await fetch_people(run.context.transaction, query, wanted, ColumnKind.TEXT)
    return {person.username: person.id for person in people.values()}
