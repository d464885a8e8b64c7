"""The steps of an approval as they would be for some records now: which are passed over, and who would decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from metamodel.columns import ColumnKind
from rule_engine.rules.checked import Assignee, ToPreviousOwner, ToQueue, ToRole, ToTeam, ToUser
from trellis.automation.approvals.course import Offer, PassedOver
from trellis.automation.compiling.approvals import CompiledApproval, CompiledStep
from trellis.automation.groups import GroupKind, fetch_group_members
from trellis.automation.people import Person, fetch_people, people_by_id, people_by_username
from trellis.automation.queues import fetch_members
from trellis.automation.run import Run
from trellis.records.previous_owners import fetch_previous_owners


@dataclass(slots=True, kw_only=True)
class _Asked:
    """Whom the steps that are taken name, and who of them there is: active users only."""

    by_id: set[str] = field(default_factory=set)
    usernames: set[str] = field(default_factory=set)
    queues: set[str] = field(default_factory=set)
    groups: dict[GroupKind, set[str]] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    named: Mapping[str, Person] = field(default_factory=dict)
    seated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    grouped: Mapping[tuple[GroupKind, str], tuple[str, ...]] = field(default_factory=dict)


async def offers_of(run: Run, approval: CompiledApproval, indexes: Sequence[int]) -> dict[int, tuple[Offer, ...]]:
    """For each of the records the steps in order. One query for each way of naming people, whatever the number of records. Raises
    RuleFailed."""
    passed = {index: [_passed_over(run, step, index) for step in approval.steps] for index in indexes}
    users = {
        (index, step.step.name): str(user)
        for index, step in _taken(approval, passed)
        if step.user is not None and (user := run.evaluate(step.user, index))
    }
    users |= await _previous_owners(run, approval, passed)
    asked = _Asked(by_id=set(users.values()))
    for _, step in _taken(approval, passed):
        _note(asked, step.step.approver)
    await _find(run, asked)
    return {
        index: tuple(
            _offer(step, why, users.get((index, step.step.name)), asked)
            for step, why in zip(approval.steps, reasons, strict=True)
        )
        for index, reasons in passed.items()
    }


async def _previous_owners(
    run: Run, approval: CompiledApproval, passed: Mapping[int, Sequence[PassedOver | None]]
) -> dict[tuple[int, str], str]:
    asking = [
        (index, step.step.name)
        for index, step in _taken(approval, passed)
        if isinstance(step.step.approver, ToPreviousOwner)
    ]
    records = {run.changes[index].id for index, _ in asking}
    owners = await fetch_previous_owners(run.context.transaction, run.context.compiled, records)
    found = {key: owners.get(run.changes[key[0]].id) for key in asking}
    return {key: owner for key, owner in found.items() if owner is not None}


def _taken(
    approval: CompiledApproval, passed: Mapping[int, Sequence[PassedOver | None]]
) -> Iterator[tuple[int, CompiledStep]]:
    for index, reasons in passed.items():
        for step, why in zip(approval.steps, reasons, strict=True):
            if why is None:
                yield index, step


def _passed_over(run: Run, step: CompiledStep, index: int) -> PassedOver | None:
    if not run.holds(step.condition, index):
        return "condition"
    return "skip_if" if step.skip_if is not None and run.holds(step.skip_if, index) else None


def _note(asked: _Asked, approver: Assignee) -> None:
    match approver:
        case ToUser(user=str(username)):
            asked.usernames.add(username)
        case ToQueue(queue=queue):
            asked.queues.add(queue)
        case ToRole(role=role):
            asked.groups.setdefault("role", set()).add(role)
        case ToTeam(team=team):
            asked.groups.setdefault("team", set()).add(team)


async def _find(run: Run, asked: _Asked) -> None:
    transaction, compiled = run.context.transaction, run.context.compiled
    by_id = compiled.prepared(("automation", "people by id"), lambda: people_by_id(compiled.schema, compiled.dialect))
    by_username = compiled.prepared(
        ("automation", "people by username"), lambda: people_by_username(compiled.schema, compiled.dialect)
    )
    asked.people = await fetch_people(transaction, by_id, asked.by_id, ColumnKind.UUID)
    named = await fetch_people(transaction, by_username, asked.usernames, ColumnKind.TEXT)
    asked.named = {person.username: person for person in named.values()}
    if asked.queues:
        members = await fetch_members(transaction, compiled, asked.queues)
        asked.seated = {queue: tuple(member.user_id for member in found) for queue, found in members.items()}
    asked.grouped = {
        (kind, name): tuple(member.user_id for member in found)
        for kind, names in asked.groups.items()
        for name, found in (await fetch_group_members(transaction, compiled, kind, names)).items()
    }


def _offer(compiled: CompiledStep, why: PassedOver | None, user: str | None, asked: _Asked) -> Offer:
    step = compiled.step
    people = () if why is not None else _people(step.approver, user, asked)
    return Offer(
        step=step.name,
        label=step.label,
        people=people,
        needed=len(people) if step.needs_everybody else step.quorum,
        passed_over=why,
        rejects_to=step.rejects_to,
    )


def _people(approver: Assignee, user: str | None, asked: _Asked) -> tuple[str, ...]:
    match approver:
        case ToUser(user=str(username)):
            person = asked.named.get(username)
        case ToQueue(queue=queue):
            return asked.seated.get(queue, ())
        case ToRole(role=role):
            return asked.grouped.get(("role", role), ())
        case ToTeam(team=team):
            return asked.grouped.get(("team", team), ())
        case _:
            person = asked.people.get(user or "")
    return (person.id,) if person is not None and person.is_active else ()
