"""What the platform keeps beside the records and that says the same as they did: history, ledger, notices, messages, timers, approvals
and answers to repeated requests. Counting it and making it go are the same walk, so that the plan says what will be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.automation.ledger.content import dump_block, dump_notes, load_block, load_notes
from trellis.automation.ledger.note import Note
from trellis.storage.codecs import list_encoder
from trellis.storage.column_types import TEXT, UUID
from trellis.storage.database import Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

COPIES = ("field_history", "ledger", "notification", "outbox", "timer", "approval_request", "idempotency", "consent")
LEAST_TEXT = 6
"""Shorter texts are not looked for in messages: they would be found in those about others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What copies are about: the ids of the records by object, the fields of theirs that go, and in lower case the addresses and
    numbers of the person."""

    records: Mapping[str, Sequence[str]]
    fields: Mapping[str, Sequence[str]]
    contacts: frozenset[str]


async def erase_copies(
    transaction: Transaction, compiled: CompiledModel, erased: Erased, *, is_rehearsal: bool
) -> dict[str, int]:
    """How many rows of each of COPIES go, or lose what they say of the person. `is_rehearsal`: counts and changes nothing."""
    copies = _Copies(transaction, compiled, erased, is_rehearsal)
    return {
        "field_history": await copies.field_history(),
        "ledger": await copies.ledger() + await copies.ledger_blocks(),
        "notification": await copies.of_records("notification") + await copies.naming("notification", "title", "body"),
        "outbox": await copies.of_records("outbox") + await copies.naming("outbox", "payload"),
        "timer": await copies.of_records("timer"),
        "approval_request": await copies.approvals(),
        "idempotency": await copies.answers(),
        "consent": await copies.of_records("consent"),
    }


class _Copies:
    def __init__(self, transaction: Transaction, compiled: CompiledModel, erased: Erased, is_rehearsal: bool) -> None:
        self._transaction, self._compiled, self._erased = transaction, compiled, erased
        self._is_rehearsal = is_rehearsal
        self._tables = platform_tables(compiled.schema)

    async def field_history(self) -> int:
        table, count = self._tables.field_history, 0
        for name, fields in self._erased.fields.items():
            if fields:
                which = sa.and_(self._is_one_of(table, name), table.c.field.in_(list(fields)))
                count += await self._delete(table, which, self._ids(name))
        return count

    async def of_records(self, name: str) -> int:
        """Rows about the records go, whatever they say."""
        table: sa.Table = getattr(self._tables, name)
        return sum(
            [await self._delete(table, self._is_one_of(table, one), self._ids(one)) for one in self._erased.records]
        )

    async def naming(self, name: str, *columns: str) -> int:
        """Rows about other records, or none, that have one of the person's addresses or numbers in them."""
        if not self._erased.contacts:
            return 0
        table: sa.Table = getattr(self._tables, name)
        contains = sa.or_(
            *(
                sa.func.lower(table.c[column]).contains(contact, autoescape=True)
                for contact in sorted(self._erased.contacts)
                for column in columns
            )
        )
        return await self._delete(table, sa.and_(contains, sa.not_(self._is_any(table))), self._all_ids())

    async def ledger(self) -> int:
        """The rule, the line and what it did stay; the values go."""
        table, count = self._tables.ledger, 0
        for name in self._erased.records:
            found = sa.select(table.c.id, table.c.content).where(self._is_one_of(table, name))
            for row_id, content in await self._transaction.fetch(self._prepared(found), self._ids(name)):
                emptied = dump_notes([_emptied(note) for note in load_notes(content)])
                count += await self._rewrite(table, row_id, content, emptied)
        return count

    async def ledger_blocks(self) -> int:
        """Blocks tell of many records: those of the person are emptied in them."""
        table, count = self._tables.ledger_block, 0
        for name, ids in self._erased.records.items():
            wanted = sorted(ids)
            overlaps = sa.and_(
                table.c.object == name,
                table.c.last_id >= sa.bindparam("first", type_=UUID),
                table.c.first_id <= sa.bindparam("last", type_=UUID),
            )
            found = sa.select(table.c.id, table.c.content).where(overlaps)
            ends = {"first": wanted[0], "last": wanted[-1]}
            for row_id, content in await self._transaction.fetch(self._prepared(found), ends):
                block = load_block(content)
                mine = block.keys() & set(wanted)
                if mine:
                    emptied = [
                        (one, tuple(map(_emptied, notes)) if one in mine else notes) for one, notes in block.items()
                    ]
                    count += await self._rewrite(table, row_id, content, dump_block(emptied))
        return count

    async def approvals(self) -> int:
        """That there was one, and who decided, stays; the title and what people wrote go."""
        request, event, count = self._tables.approval_request, self._tables.approval_event, 0
        for name in self._erased.records:
            says = sa.and_(
                self._is_one_of(request, name), sa.or_(request.c.title != "", request.c.comment.is_not(None))
            )
            if self._is_rehearsal:
                count += await self._count(request, says, self._ids(name))
                continue
            requests = sa.select(request.c.id).where(self._is_one_of(request, name))
            silent = sa.update(event).where(event.c.request_id.in_(requests)).values(comment=None)
            await self._transaction.execute(self._prepared(silent), self._ids(name))
            change = sa.update(request).where(says).values(title="", comment=None)
            count += await self._transaction.execute(self._prepared(change), self._ids(name))
        return count

    async def answers(self) -> int:
        """What was answered to a request with an Idempotency-Key names the records; its fingerprint is made of what was sent."""
        table, count = self._tables.idempotency, 0
        for ids in self._erased.records.values():
            for one in ids:
                count += await self._delete(table, table.c.answer.contains(one, autoescape=True), {})
        return count

    async def _rewrite(self, table: sa.Table, row_id: Any, before: str, after: str) -> int:
        if before == after:
            return 0
        if not self._is_rehearsal:
            change = (
                sa.update(table)
                .where(table.c.id == sa.bindparam("row_id", type_=UUID))
                .values(content=sa.bindparam("after", type_=TEXT))
            )
            await self._transaction.execute(self._prepared(change), {"row_id": row_id, "after": after})
        return 1

    async def _delete(self, table: sa.Table, which: sa.ColumnElement[bool], values: Mapping[str, Any]) -> int:
        if self._is_rehearsal:
            return await self._count(table, which, values)
        return await self._transaction.execute(self._prepared(sa.delete(table).where(which)), values)

    async def _count(self, table: sa.Table, which: sa.ColumnElement[bool], values: Mapping[str, Any]) -> int:
        counted = sa.select(sa.func.count()).select_from(table).where(which)
        row = await self._transaction.fetch_one(self._prepared(counted), values)
        return int(row[0]) if row else 0

    def _is_one_of(self, table: sa.Table, name: str) -> sa.ColumnElement[bool]:
        return sa.and_(table.c.object == name, any_of(table.c.record_id, "ids", self._compiled.dialect))

    def _is_any(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """Whether a row is about a record of the person; one about none is not."""
        return sa.and_(table.c.record_id.is_not(None), any_of(table.c.record_id, "ids", self._compiled.dialect))

    def _ids(self, name: str) -> dict[str, Any]:
        return {"ids": self._encoded(self._erased.records[name])}

    def _all_ids(self) -> dict[str, Any]:
        return {"ids": self._encoded(one for ids in self._erased.records.values() for one in ids)}

    def _encoded(self, ids: Any) -> Any:
        return list_encoder(ColumnKind.UUID, self._compiled.dialect)(sorted(ids))

    def _prepared(self, statement: sa.ClauseElement) -> Any:
        return prepare(statement, self._compiled.dialect)


def _emptied(note: Note) -> Note:
    return note._replace(value=None, before=None, read=None)
