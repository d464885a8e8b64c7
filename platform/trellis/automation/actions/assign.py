"""`assign`, and the rows of an assignment table: who owns the record from now on."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence

from metamodel.columns import ColumnKind
from rule_engine.rules.checked import ToPreviousOwner, ToQueue, ToRole, ToTeam, ToUser
from trellis.automation.actions.choose import choose_members
from trellis.automation.groups import GroupKind, fetch_group_members
from trellis.automation.noting import Noting
from trellis.automation.people import fetch_people, people_by_id, people_by_username
from trellis.automation.queues import take_turns
from trellis.automation.run import Run
from trellis.automation.steps import AssignStep, Row
from trellis.automation.strategies import choose_in_turn
from trellis.records.previous_owners import fetch_previous_owners

logger = logging.getLogger(__name__)


async def apply_assign(run: Run, step: AssignStep, indexes: Sequence[int]) -> None:
    """A constant number of statements for each row that matched, however many records it matched."""
    for row, matched in _by_first_match(run, step, indexes):
        run.assigned.update((run.changes[index].id, row) for index in matched)
        if run.only_queue is not None and not _is_to(row, run.only_queue):
            continue
        noting = Noting(run, "assign", line=row.line, subject="owner", read=row.paths)
        before = [(_owner(run, index), noting.reading(index)) for index in matched]
        match row.assignee:
            case ToQueue():
                await _to_queue(run, row, row.assignee, matched)
            case ToRole(role=name):
                await _in_turn(run, row, "role", name, matched)
            case ToTeam(team=name):
                await _in_turn(run, row, "team", name, matched)
            case ToPreviousOwner():
                await _to_previous_owner(run, row, matched)
            case ToUser():
                await _to_user(run, row, matched)
        for index, (was, reading) in zip(matched, before, strict=True):
            noting.note(index, _owner(run, index), was, reading)


def _is_to(row: Row, queue: str) -> bool:
    return isinstance(row.assignee, ToQueue) and row.assignee.queue == queue


def _owner(run: Run, index: int) -> tuple[str | None, str | None]:
    values = run.changes[index].values
    return values.get("owner"), values.get("owner_queue")


def _by_first_match(run: Run, step: AssignStep, indexes: Sequence[int]) -> list[tuple[Row, list[int]]]:
    """In the order of the rows. Raises RuleFailed as asking one row after the other would."""
    matched: dict[int, list[int]] = {}
    for index in indexes:
        row = _row_of(run, step, index)
        if row is not None:
            matched.setdefault(row, []).append(index)
    return [(step.rows[row], members) for row, members in sorted(matched.items())]


def _row_of(run: Run, step: AssignStep, index: int) -> int | None:
    def holds(row: int) -> bool:
        return run.holds(step.rows[row].condition, index)

    if run.watch is not None:
        return next((row for row in range(len(step.rows)) if holds(row)), None)
    return step.index.first(run.views.values(index), holds)


async def _to_user(run: Run, row: Row, indexes: Sequence[int]) -> None:
    _give_to_users(run, row, indexes, await _wanted_users(run, row, indexes))


async def _wanted_users(run: Run, row: Row, indexes: Sequence[int]) -> Mapping[int, str]:
    if row.user is not None:
        ids = {index: str(user) for index in indexes if (user := run.evaluate(row.user, index))}
        return await _those_active(run, ids)
    assert isinstance(row.assignee, ToUser)
    compiled = run.context.compiled
    by_username = compiled.prepared(
        ("automation", "people by username"), lambda: people_by_username(compiled.schema, compiled.dialect)
    )
    named = await fetch_people(run.context.transaction, by_username, [str(row.assignee.user)], ColumnKind.TEXT)
    active = [person.id for person in named.values() if person.is_active]
    return dict.fromkeys(indexes, active[0]) if active else {}


async def _those_active(run: Run, users: Mapping[int, str]) -> Mapping[int, str]:
    compiled = run.context.compiled
    by_id = compiled.prepared(("automation", "people by id"), lambda: people_by_id(compiled.schema, compiled.dialect))
    people = await fetch_people(run.context.transaction, by_id, set(users.values()), ColumnKind.UUID)
    return {index: user for index, user in users.items() if user in people and people[user].is_active}


async def _to_previous_owner(run: Run, row: Row, indexes: Sequence[int]) -> None:
    """Of a save that changes the owner itself, that is who owned the record before the save."""
    former = {index: _former(run, index) for index in indexes}
    asked = [run.changes[index].id for index in indexes if former[index] is None]
    noted = await fetch_previous_owners(run.context.transaction, run.context.compiled, asked)
    users = {index: user for index in indexes if (user := former[index] or noted.get(run.changes[index].id))}
    _give_to_users(run, row, indexes, await _those_active(run, users))


def _former(run: Run, index: int) -> str | None:
    owner = (run.changes[index].old or {}).get("owner")
    return None if owner == run.value_of(index, "owner") else owner


async def _in_turn(run: Run, row: Row, kind: GroupKind, name: str, indexes: Sequence[int]) -> None:
    """The lock of the turns makes saves at the same time count one after the other."""
    context = run.context
    members = (await fetch_group_members(context.transaction, context.compiled, kind, [name]))[name]
    start = await take_turns(context.transaction, context.compiled, f"{kind}:{name}", len(indexes)) if members else 0
    chosen = choose_in_turn(members, start, len(indexes))
    users = {index: user for index, user in zip(indexes, chosen, strict=True) if user is not None}
    _give_to_users(run, row, indexes, users)


def _give_to_users(run: Run, row: Row, indexes: Collection[int], users: Mapping[int, str]) -> None:
    """Nobody, or nobody who is active: the owner stays, and the log says so."""
    for index in indexes:
        user_id = users.get(index)
        if user_id is None:
            _warn(run, "line %d names no active user for record %s; its owner stays", row.line, run.changes[index].id)
        else:
            _give(run, index, owner=user_id, queue=None)


async def _to_queue(run: Run, row: Row, assignee: ToQueue, indexes: Sequence[int]) -> None:
    """Without a strategy, or with nobody available, the record waits with the queue."""
    chosen: Sequence[str | None] = [None] * len(indexes)
    if assignee.strategy is not None:
        chosen = await choose_members(run, row, assignee, indexes)
        left = chosen.count(None)
        if left:
            _warn(
                run, "nobody at queue %s can take %d of %d records; they wait there", assignee.queue, left, len(indexes)
            )
    for index, user_id in zip(indexes, chosen, strict=True):
        _give(run, index, owner=user_id, queue=None if user_id else assignee.queue)


def _give(run: Run, index: int, *, owner: str | None, queue: str | None) -> None:
    run.changes[index].values.update(owner=owner, owner_queue=queue)


def _warn(run: Run, message: str, *arguments: object) -> None:
    logger.warning(f"tenant %s: rule %r: {message}", run.context.compiled.tenant, run.rule, *arguments)
