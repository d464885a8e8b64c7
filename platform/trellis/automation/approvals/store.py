"""Requests for approval as rows: written in bulk when records are submitted, one by one as people decide."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.automation.approvals.course import Course, Happening, Move, Vote, VoteState
from trellis.ids import new_id
from trellis.storage.codecs import Codec, decoder, encoder, list_encoder
from trellis.storage.column_types import DATETIME, INTEGER, TEXT, UUID
from trellis.storage.database import Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

_REQUEST = (
    *("id", "approval", "object", "record_id", "title", "comment", "submitted_by", "submitted_at"),
    *("status", "step", "round", "needed"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A record that was submitted, and how far it is. `title`: what the record was called then. `submitted_by`: None for somebody who
    is gone."""

    id: str
    approval: str
    object: str
    record_id: str
    title: str
    comment: str | None
    submitted_by: str | None
    submitted_at: datetime
    course: Course


async def find_pending(
    transaction: Transaction, compiled: CompiledModel, record_ids: Collection[str]
) -> Mapping[str, str]:
    """By id of the record, of those that are being decided on: the approval's name. One query, none for no records."""
    if not record_ids:
        return {}
    statement = compiled.prepared(("approvals", "pending"), lambda: _pending(compiled))
    encode = list_encoder(ColumnKind.UUID, compiled.dialect)
    return {row[0]: row[1] for row in await transaction.fetch(statement, {"ids": encode(sorted(record_ids))})}


async def lock_request(transaction: Transaction, compiled: CompiledModel, request_id: str) -> Request | None:
    """As it is now; whoever decides on it at the same time waits. Two queries."""
    statement = compiled.prepared(("approvals", "lock"), lambda: _lock(compiled))
    row = await transaction.fetch_one(statement, {"of_id": request_id})
    if row is None:
        return None
    votes = compiled.prepared(("approvals", "votes"), lambda: _votes(compiled))
    cast = await transaction.fetch(votes, {"of_request": request_id, "of_round": row[10]})
    return _read(
        row, [Vote(user=user, state=state) for user, state in cast], decoder(ColumnKind.DATETIME, compiled.dialect)
    )


async def insert_requests(
    transaction: Transaction, compiled: CompiledModel, submitted: Sequence[tuple[Request, Move]], now: datetime
) -> None:
    """Three executemany."""
    moment = encoder(ColumnKind.DATETIME, compiled.dialect)(now)
    rows = []
    for request, move in submitted:
        course = move.course
        rows.append(
            {
                "id": request.id,
                "approval": request.approval,
                "object": request.object,
                "record_id": request.record_id,
                "title": request.title,
                "comment": request.comment,
                "submitted_by": request.submitted_by,
                "submitted_at": moment,
                **_state(course, moment),
                "revision": compiled.revision,
            }
        )
    tables = platform_tables(compiled.schema)
    insert = compiled.prepared(
        ("approvals", "submit"), lambda: prepare(sa.insert(tables.approval_request), compiled.dialect)
    )
    if rows:
        await transaction.execute_many(insert, rows)
    await _ask(transaction, compiled, [(request.id, move.course) for request, move in submitted], moment)
    await _tell(
        transaction, compiled, [(request.id, move.happenings, request.comment) for request, move in submitted], moment
    )


async def save_move(
    transaction: Transaction,
    compiled: CompiledModel,
    request: Request,
    move: Move,
    now: datetime,
    *,
    voter: str | None = None,
    voted: VoteState | None = None,
    comment: str | None = None,
) -> None:
    """`voter` has `voted`; the comment goes with the first thing that happened."""
    moment = encoder(ColumnKind.DATETIME, compiled.dialect)(now)
    before, after = request.course, move.course
    of_round = {"of_request": request.id, "of_round": before.round}
    if voter is not None:
        cast = compiled.prepared(("approvals", "cast"), lambda: _cast(compiled))
        values = {**of_round, "of_user": voter, "new_state": voted, "now": moment}
        await transaction.execute(cast, values)
    is_over = after.round != before.round or after.status != "pending"
    if is_over:
        close = compiled.prepared(("approvals", "close"), lambda: _close(compiled))
        await transaction.execute(close, {**of_round, "now": moment})
    known = {vote.user for vote in before.votes} if after.round == before.round else set()
    new = Course(
        step=after.step, round=after.round, votes=tuple(vote for vote in after.votes if vote.user not in known)
    )
    if after.status == "pending":
        await _ask(transaction, compiled, [(request.id, new)], moment)
    update = compiled.prepared(("approvals", "move"), lambda: _update(compiled))
    state = {f"new_{name}": value for name, value in _state(after, moment).items()}
    await transaction.execute(update, {"of_id": request.id, **state})
    await _tell(transaction, compiled, [(request.id, move.happenings, comment)], moment)


async def fetch_waiting(
    transaction: Transaction, compiled: CompiledModel, request_ids: Collection[str]
) -> list[Request]:
    """Those of the requests that are pending, with the votes that are waiting. One query."""
    statement = compiled.prepared(("approvals", "waiting"), lambda: _waiting(compiled))
    encode = list_encoder(ColumnKind.UUID, compiled.dialect)
    rows = await transaction.fetch(statement, {"ids": encode(sorted(request_ids))})
    moment = decoder(ColumnKind.DATETIME, compiled.dialect)
    votes: dict[str, list[Vote]] = {}
    for row in rows:
        votes.setdefault(row[0], []).append(Vote(user=row[-1]))
    first = {row[0]: row[:-1] for row in rows}
    return [_read(row, votes[request_id], moment) for request_id, row in first.items()]


async def note_events(
    transaction: Transaction, compiled: CompiledModel, happened: Sequence[tuple[str, Happening]], now: datetime
) -> None:
    """Things that happened to requests without a move. One executemany."""
    moment = encoder(ColumnKind.DATETIME, compiled.dialect)(now)
    await _tell(transaction, compiled, [(request_id, (one,), None) for request_id, one in happened], moment)


def _state(course: Course, moment: Any) -> dict[str, Any]:
    return {
        "status": course.status,
        "step": course.step,
        "round": course.round,
        "needed": course.needed,
        "ended_at": None if course.status == "pending" else moment,
    }


async def _ask(
    transaction: Transaction, compiled: CompiledModel, asked: Sequence[tuple[str, Course]], moment: Any
) -> None:
    rows = [
        {
            "id": new_id(),
            "request_id": request_id,
            "round": course.round,
            "step": course.step,
            "user_id": vote.user,
            "state": vote.state,
            "asked_at": moment,
            "decided_at": None,
        }
        for request_id, course in asked
        for vote in course.votes
    ]
    if rows:
        table = platform_tables(compiled.schema).approval_vote
        insert = compiled.prepared(("approvals", "ask"), lambda: prepare(sa.insert(table), compiled.dialect))
        await transaction.execute_many(insert, rows)


async def _tell(
    transaction: Transaction,
    compiled: CompiledModel,
    happened: Sequence[tuple[str, Sequence[Happening], str | None]],
    moment: Any,
) -> None:
    rows = [
        {
            "id": new_id(),
            "request_id": request_id,
            "round": one.round,
            "kind": one.kind,
            "step": one.step,
            "user_id": one.user,
            "other_id": one.other,
            "comment": comment if place == 0 else one.detail,
            "happened_at": moment,
        }
        for request_id, happenings, comment in happened
        for place, one in enumerate(happenings)
    ]
    table = platform_tables(compiled.schema).approval_event
    insert = compiled.prepared(("approvals", "tell"), lambda: prepare(sa.insert(table), compiled.dialect))
    if rows:
        await transaction.execute_many(insert, rows)


def _read(row: Sequence[Any], votes: Sequence[Vote], as_moment: Codec) -> Request:
    values = dict(zip(_REQUEST, row, strict=True))
    course = Course(
        status=values["status"],
        step=values["step"],
        round=values["round"],
        needed=values["needed"],
        votes=tuple(votes),
    )
    return Request(
        **{name: values[name] for name in _REQUEST[:7]}, submitted_at=as_moment(values["submitted_at"]), course=course
    )


def _pending(compiled: CompiledModel) -> Statement:
    table = platform_tables(compiled.schema).approval_request
    is_pending = table.c.status == sa.literal_column("'pending'")
    chosen = sa.select(table.c.record_id, table.c.approval)
    return prepare(chosen.where(any_of(table.c.record_id, "ids", compiled.dialect), is_pending), compiled.dialect)


def _lock(compiled: CompiledModel) -> Statement:
    table = platform_tables(compiled.schema).approval_request
    chosen = sa.select(*(table.c[name] for name in _REQUEST)).where(table.c.id == sa.bindparam("of_id", type_=UUID))
    return prepare(chosen.with_for_update(), compiled.dialect)


def _waiting(compiled: CompiledModel) -> Statement:
    tables = platform_tables(compiled.schema)
    request, vote = tables.approval_request, tables.approval_vote
    of_round = (vote.c.request_id == request.c.id) & (vote.c.round == request.c.round)
    chosen = sa.select(*(request.c[name] for name in _REQUEST), vote.c.user_id).join(vote, of_round)
    chosen = chosen.where(
        any_of(request.c.id, "ids", compiled.dialect),
        request.c.status == sa.literal_column("'pending'"),
        vote.c.state == sa.literal_column("'waiting'"),
    )
    return prepare(chosen.order_by(request.c.id, vote.c.id), compiled.dialect)


def _votes(compiled: CompiledModel) -> Statement:
    table = platform_tables(compiled.schema).approval_vote
    chosen = sa.select(table.c.user_id, table.c.state).where(*_of_round(table)).order_by(table.c.id)
    return prepare(chosen, compiled.dialect)


def _cast(compiled: CompiledModel) -> Statement:
    table = platform_tables(compiled.schema).approval_vote
    is_it = table.c.user_id == sa.bindparam("of_user", type_=UUID)
    values = {"state": sa.bindparam("new_state", type_=TEXT), "decided_at": sa.bindparam("now", type_=DATETIME)}
    return prepare(sa.update(table).where(*_of_round(table), is_it).values(values), compiled.dialect)


def _close(compiled: CompiledModel) -> Statement:
    table = platform_tables(compiled.schema).approval_vote
    is_waiting = table.c.state == sa.literal_column("'waiting'")
    values = {"state": sa.literal_column("'closed'"), "decided_at": sa.bindparam("now", type_=DATETIME)}
    return prepare(sa.update(table).where(*_of_round(table), is_waiting).values(values), compiled.dialect)


def _of_round(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        table.c.request_id == sa.bindparam("of_request", type_=UUID),
        table.c.round == sa.bindparam("of_round", type_=INTEGER),
    )


def _update(compiled: CompiledModel) -> Statement:
    table = platform_tables(compiled.schema).approval_request
    names = ("status", "step", "round", "needed", "ended_at")
    values = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return prepare(
        sa.update(table).where(table.c.id == sa.bindparam("of_id", type_=UUID)).values(values), compiled.dialect
    )
