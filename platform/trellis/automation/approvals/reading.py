"""Requests as people look at them: lists of those that concern somebody, and one with everything that happened to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.automation.approvals.course import Kind, Status, VoteState
from trellis.automation.people import Person, fetch_people, people_by_id
from trellis.storage.codecs import decoder
from trellis.storage.column_types import INTEGER, UUID
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

Box = Literal["waiting", "submitted", "done"]
"""What waits for somebody; what they submitted and is not decided yet; what they decided, or submitted and has come to its end."""
BOXES: tuple[Box, ...] = ("waiting", "submitted", "done")

_COLUMNS = (
    *("id", "approval", "object", "record_id", "title", "status", "step", "round", "needed"),
    *("comment", "submitted_by", "submitted_at", "ended_at"),
)
_MOMENTS = frozenset(("submitted_at", "ended_at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """`title`: what the record was called when it was submitted. `submitted_by`: None for somebody who is gone."""

    id: str
    approval: str
    object: str
    record_id: str
    title: str
    status: Status
    step: str | None
    round: int
    needed: int
    comment: str | None
    submitted_by: Person | None
    submitted_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`other`: to whom it was delegated. `comment`: what was said, or for passed_over and ended why and how."""

    kind: Kind
    round: int
    step: str | None
    user: Person | None
    other: Person | None
    comment: str | None
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """Somebody's vote in a round."""

    user: Person
    state: VoteState
    step: str
    round: int
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A request and all that happened to it, in order."""

    request: Listed
    events: tuple[Event, ...]
    votes: tuple[Ballot, ...]

    @property
    def waiting(self) -> tuple[Ballot, ...]:
        """Of whom it waits for now."""
        return tuple(vote for vote in self.votes if vote.state == "waiting") if self.request.status == "pending" else ()


async def fetch_box(
    transaction: Transaction, compiled: CompiledModel, user_id: str, box: Box, limit: int
) -> tuple[Listed, ...]:
    """The newest first. Two queries."""
    statement = _statements(compiled.schema, compiled.dialect).boxes[box]
    rows = await transaction.fetch(statement, {"of_user": user_id, "most": limit})
    return await _listed(transaction, compiled, rows)


async def count_waiting(transaction: Transaction, schema: str | None, user_id: str) -> int:
    """How many requests wait for somebody, at most 100."""
    row = await transaction.fetch_one(_statements(schema, transaction.dialect).count, {"of_user": user_id})
    return int(row[0]) if row else 0


async def fetch_of_record(
    transaction: Transaction, compiled: CompiledModel, record_id: str, limit: int
) -> tuple[Listed, ...]:
    """The newest first."""
    statement = _statements(compiled.schema, compiled.dialect).of_record
    return await _listed(
        transaction, compiled, await transaction.fetch(statement, {"of_record": record_id, "most": limit})
    )


async def open_request(transaction: Transaction, compiled: CompiledModel, request_id: str) -> Opened | None:
    """Four queries."""
    statements = _statements(compiled.schema, compiled.dialect)
    row = await transaction.fetch_one(statements.one, {"of_id": request_id})
    if row is None:
        return None
    events = await transaction.fetch(statements.events, {"of_id": request_id})
    votes = await transaction.fetch(statements.votes, {"of_id": request_id})
    wanted = {row[10], *(event[3] for event in events), *(event[4] for event in events), *(vote[0] for vote in votes)}
    people = await _people(transaction, compiled, wanted)
    moment = decoder(ColumnKind.DATETIME, compiled.dialect)
    return Opened(
        request=_read(row, people, moment),
        events=tuple(
            Event(
                kind=kind,
                round=number,
                step=step,
                user=people.get(user),
                other=people.get(other),
                comment=comment,
                happened_at=moment(at),
            )
            for kind, number, step, user, other, comment, at in events
        ),
        votes=tuple(
            Ballot(user=people[user], state=state, step=step, round=number, asked_at=moment(at))
            for user, state, step, number, at in votes
            if user in people
        ),
    )


async def _listed(
    transaction: Transaction, compiled: CompiledModel, rows: Sequence[Sequence[Any]]
) -> tuple[Listed, ...]:
    people = await _people(transaction, compiled, {row[10] for row in rows})
    moment = decoder(ColumnKind.DATETIME, compiled.dialect)
    return tuple(_read(row, people, moment) for row in rows)


async def _people(
    transaction: Transaction, compiled: CompiledModel, ids: Collection[str | None]
) -> Mapping[str | None, Person]:
    query = compiled.prepared(("automation", "people by id"), lambda: people_by_id(compiled.schema, compiled.dialect))
    found = await fetch_people(transaction, query, {one for one in ids if one is not None}, ColumnKind.UUID)
    return dict(found.items())


def _read(row: Sequence[Any], people: Mapping[str | None, Person], moment: Any) -> Listed:
    values = {name: moment(value) if name in _MOMENTS else value for name, value in zip(_COLUMNS, row, strict=True)}
    return Listed(**{**values, "submitted_by": people.get(values["submitted_by"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statements:
    boxes: Mapping[Box, Statement]
    count: Statement
    of_record: Statement
    one: Statement
    events: Statement
    votes: Statement


@lru_cache(maxsize=1_000)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    request, vote, event = tables.approval_request, tables.approval_vote, tables.approval_event
    chosen = sa.select(*(request.c[name] for name in _COLUMNS))
    user = sa.bindparam("of_user", type_=UUID)
    most: Any = sa.bindparam("most", type_=INTEGER)
    is_pending = request.c.status == sa.literal_column("'pending'")
    voted = sa.select(vote.c.request_id).where(vote.c.user_id == user)
    is_waiting = vote.c.state == sa.literal_column("'waiting'")
    has_decided = vote.c.state.in_(
        [sa.literal_column(f"'{state}'", sa.Text()) for state in ("approved", "rejected", "delegated")]
    )
    conditions: Mapping[Box, sa.ColumnElement[bool]] = {
        "waiting": request.c.id.in_(voted.where(is_waiting)) & is_pending,
        "submitted": (request.c.submitted_by == user) & is_pending,
        "done": request.c.id.in_(voted.where(has_decided)) | ((request.c.submitted_by == user) & ~is_pending),
    }
    waiting = sa.select(request.c.id).where(conditions["waiting"]).limit(sa.literal_column("100", sa.Integer()))
    of_id = sa.bindparam("of_id", type_=UUID)

    def made(statement: sa.Select[Any]) -> Statement:
        return prepare(statement, dialect)

    return _Statements(
        boxes={
            box: made(chosen.where(condition).order_by(request.c.id.desc()).limit(most))
            for box, condition in conditions.items()
        },
        count=made(sa.select(sa.func.count()).select_from(waiting.subquery())),
        of_record=made(
            chosen.where(request.c.record_id == sa.bindparam("of_record", type_=UUID))
            .order_by(request.c.id.desc())
            .limit(most)
        ),
        one=made(chosen.where(request.c.id == of_id)),
        events=made(
            sa.select(
                *(event.c[name] for name in ("kind", "round", "step", "user_id", "other_id", "comment", "happened_at"))
            )
            .where(event.c.request_id == of_id)
            .order_by(event.c.id)
        ),
        votes=made(
            sa.select(*(vote.c[name] for name in ("user_id", "state", "step", "round", "asked_at")))
            .where(vote.c.request_id == of_id)
            .order_by(vote.c.id)
        ),
    )
