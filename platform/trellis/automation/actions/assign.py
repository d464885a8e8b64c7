"""`assign`, and the rows of an assignment table: who owns the record from now on."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from metamodel.columns import ColumnKind
from rule_engine.rules.checked import ToQueue, ToUser
from trellis.automation.actions.choose import choose_members
from trellis.automation.people import fetch_people, people_by_id, people_by_username
from trellis.automation.run import Run
from trellis.automation.steps import AssignStep, Row

logger = logging.getLogger(__name__)


async def apply_assign(run: Run, step: AssignStep, indexes: Sequence[int]) -> None:
    """A constant number of statements for each row that matched, however many records it matched."""
    for row, matched in _by_first_match(run, step, indexes):
        if isinstance(row.assignee, ToUser):
            await _to_user(run, row, matched)
        elif isinstance(row.assignee, ToQueue):
            await _to_queue(run, row, row.assignee, matched)
        else:
            raise AssertionError(row.assignee)  # the checker says that it is not available


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
    """Nobody, or somebody who is not active: the owner stays, and the log says so."""
    wanted = await _wanted_users(run, row, indexes)
    for index in indexes:
        user_id = wanted.get(index)
        if user_id is None:
            _warn(run, "line %d names no active user for record %s; its owner stays", row.line, run.changes[index].id)
        else:
            _give(run, index, owner=user_id, queue=None)


async def _wanted_users(run: Run, row: Row, indexes: Sequence[int]) -> Mapping[int, str]:
    compiled, transaction = run.context.compiled, run.context.transaction
    if row.user is None:
        assert isinstance(row.assignee, ToUser)
        username = str(row.assignee.user)
        by_username = compiled.prepared(
            ("automation", "people by username"), lambda: people_by_username(compiled.schema, compiled.dialect)
        )
        named = await fetch_people(transaction, by_username, [username], ColumnKind.TEXT)
        active = [person.id for person in named.values() if person.is_active]
        return dict.fromkeys(indexes, active[0]) if active else {}
    ids = {index: str(user) for index in indexes if (user := run.evaluate(row.user, index))}
    by_id = compiled.prepared(("automation", "people by id"), lambda: people_by_id(compiled.schema, compiled.dialect))
    people = await fetch_people(transaction, by_id, set(ids.values()), ColumnKind.UUID)
    return {index: user for index, user in ids.items() if user in people and people[user].is_active}


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
