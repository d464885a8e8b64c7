"""In-app notifications: the bell's rows, written in the transaction that settles their outbox rows, so exactly once."""

from __future__ import annotations

from collections.abc import Sequence

from metamodel.columns import ColumnKind
from trellis.automation.channels.channel import Batch, Message
from trellis.automation.claims import Outcome
from trellis.automation.errors import DeliveryFailed
from trellis.ids import new_id
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Transaction
from trellis.storage.errors import StorageError
from trellis.storage.insert_once import InsertOnce
from trellis.storage.platform_tables import platform_tables

COLUMNS = ("id", "user_id", "title", "body", "object", "record_id", "created_at", "idempotency_key")


class InAppChannel:
    def __init__(self) -> None:
        self._inserts: dict[tuple[str | None, DialectName], InsertOnce] = {}

    async def deliver(self, batch: Batch, messages: Sequence[Message]) -> Sequence[Outcome]:
        try:
            return await self._write(batch, messages)
        except StorageError as error:
            if len(messages) == 1:
                failed = batch.after_failure(
                    messages[0].row, DeliveryFailed(f"the database refused it: {error.message}")
                )
                await batch.settle([failed])
                return [failed]
        outcomes: list[Outcome] = []
        for message in messages:  # One of them is at fault: find out which, so that the others get through.
            outcomes.extend(await self.deliver(batch, [message]))
        return outcomes

    async def _write(self, batch: Batch, messages: Sequence[Message]) -> Sequence[Outcome]:
        now = batch.clock()
        insert = self._insert(batch.database.schema, batch.database.dialect)
        moment = encoder(ColumnKind.DATETIME, batch.database.dialect)(now)
        rows = [
            {
                "id": new_id(),
                "user_id": message.recipient.id,
                "title": message.notice.title,
                "body": message.notice.body,
                "object": message.row.object if message.notice.link else None,
                "record_id": message.row.record_id if message.notice.link else None,
                "created_at": moment,
                "idempotency_key": message.row.key,
            }
            for message in messages
            if message.recipient is not None
        ]
        outcomes = [Outcome(row=message.row) for message in messages]

        async def work(transaction: Transaction) -> None:
            await insert.write(transaction, rows)
            await batch.claims.settle_in(transaction, batch.lease_owner, outcomes, now)

        await batch.database.write(work)
        return outcomes

    def _insert(self, schema: str | None, dialect: DialectName) -> InsertOnce:
        if (schema, dialect) not in self._inserts:
            if len(self._inserts) > 1_000:
                self._inserts.clear()
            self._inserts[schema, dialect] = InsertOnce.build(platform_tables(schema).notification, COLUMNS, dialect)
        return self._inserts[schema, dialect]
