"""`notify` and `send`: outbox rows, one for each recipient and channel, and one for all of a chat, who read it together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    )
    entries: dict[str, Entry] = {}
    for index in indexes:
        content = _content(run, step, index)
        recipients = _recipients(run, step, index, told)
        _note(run, step, index, [user or address for user, address in recipients])
        for channel, whom in _rows(step, recipients):
            entry = _entry(run, step, index, channel, {**content, **whom})
            entries[entry.key] = entry
    return list(entries.values())


def _rows(step: NotifyStep, recipients: Sequence[_Recipient]) -> Iterator[tuple[Channel, dict[str, Any]]]:
    """Whom each row is for."""
    for user, address in recipients:
        for channel in step.channels:
            if channel == "chat" or (user is None and channel == "in_app"):
                continue
            via = {"webhook": step.webhook} if channel == "sms" else {}
            yield channel, {"user": user, "address": address, **via}
    if "chat" in step.channels and recipients:
        users = [user for user, _ in recipients if user]
        addresses = [address for _, address in recipients if address]
        yield "chat", {"user": None, "webhook": step.webhook, "users": users, "addresses": addresses}


def _note(run: Run, step: NotifyStep, index: int, told: Sequence[str | None]) -> None:
    paths = step.shown if step.message is None else step.message.paths
    done: Done = "send" if step.is_sent else "notify"
    run.note(index, done, line=step.line, subject=", ".join(step.channels), value=tuple(told), read=paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Who sits at the queues, has the roles, is in the teams and has the user names that the step and its records name."""

    queues: Mapping[str, Sequence[Member]]
    groups: Mapping[tuple[GroupKind, str], Sequence[Member]]
    usernames: Mapping[str, str]


_Recipient = tuple[str | None, str | None]
"""A user's id, or an address: of e-mail, a telephone number, what the chat knows somebody by."""


def _recipients(run: Run, step: NotifyStep, index: int, told: _Told) -> list[_Recipient]:
    """Blank ones are left out."""
    found: list[_Recipient] = []
    for recipient, formula in step.recipients:
        match recipient:
            case Owner():
                owner, queue = run.value_of(index, "owner"), run.value_of(index, "owner_queue")
                found += [(owner, None)] if owner else [(member.user_id, None) for member in told.queues.get(queue, ())]
            case Creator():
                found.append((run.value_of(index, "created_by"), None))
            case QueueRecipient(queue=queue):
                found += [(member.user_id, None) for member in told.queues.get(queue, ())]
            case RoleRecipient(role=role):
                found += [(member.user_id, None) for member in told.groups["role", role]]
            case TeamRecipient(team=team):
                found += [(member.user_id, None) for member in told.groups["team", team]]
            case UserRecipient(username=username):
                found.append((told.usernames.get(username), None))
            case PathRecipient() if formula is not None:
                found.append((run.evaluate(formula, index), None))
            case EmailRecipient() if formula is not None:
                found.append((None, run.evaluate(formula, index)))
    return [(user, address) for user, address in dict.fromkeys(found) if user or address]


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
