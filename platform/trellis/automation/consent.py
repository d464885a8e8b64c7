"""Who has consented to what a message is for: the newest word of the person's record on the purpose holds. Entries are added and never
changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.ids import new_id
from trellis.storage.codecs import decoder, encoder, list_encoder
from trellis.storage.database import DialectName, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented:
    """What a message may rest on: that the person who is this record has consented to its purpose."""

    purpose: str
    object: str
    record_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWord:
    """`is_own`: the person said so by the link in a letter; nobody wrote it down for them."""

    is_given: bool
    is_own: bool


def consent_of(payload: Mapping[str, Any]) -> Consented | None:
    """What the message of an outbox row rests on; None for one that needs no consent."""
    kept = payload.get("consent")
    return None if kept is None else Consented(**kept)


def as_payload(consented: Consented) -> dict[str, str]:
    return asdict(consented)


async def add_consent(
    transaction: Transaction,
    schema: str | None,
    consented: Consented,
    *,
    is_given: bool,
    source: str,
    said_at: datetime,
    created_by: str | None,
    now: datetime,
) -> None:
    """`created_by`: the id of the user who wrote it down; None: the person did it themselves."""
    dialect: DialectName = transaction.dialect
    moment = encoder(ColumnKind.DATETIME, dialect)
    values: dict[str, Any] = {
        "id": new_id(),
        "object": consented.object,
        "record_id": consented.record_id,
        "purpose": consented.purpose,
        "is_given": encoder(ColumnKind.BOOLEAN, dialect)(is_given),
        "source": source,
        "said_at": moment(said_at),
        "created_at": moment(now),
        "created_by": created_by,
    }
    table = platform_tables(schema).consent
    columns = {column.name: sa.bindparam(column.name, type_=column.type) for column in table.columns}
    await transaction.execute(prepare(sa.insert(table).values(columns), dialect), values)


async def fetch_last_words(
    transaction: Transaction, schema: str | None, asked: Collection[Consented]
) -> Mapping[Consented, LastWord]:
    """Without those who were never asked. One query, none for nothing."""
    if not asked:
        return {}
    dialect: DialectName = transaction.dialect
    table = platform_tables(schema).consent
    chosen = (
        sa.select(table.c.purpose, table.c.object, table.c.record_id, table.c.is_given, table.c.created_by)
        .where(any_of(table.c.record_id, "ids", dialect))
        .order_by(table.c.said_at, table.c.id)
    )
    ids = list_encoder(ColumnKind.UUID, dialect)(sorted({one.record_id for one in asked}))
    flag = decoder(ColumnKind.BOOLEAN, dialect)
    found: dict[Consented, LastWord] = {}
    for purpose, object_name, record_id, is_given, created_by in await transaction.fetch(
        prepare(chosen, dialect), {"ids": ids}
    ):
        said = Consented(purpose=purpose, object=object_name, record_id=str(record_id))
        found[said] = LastWord(is_given=flag(is_given), is_own=created_by is None)
    return {one: found[one] for one in asked if one in found}


async def fetch_consenting(
    transaction: Transaction, schema: str | None, asked: Collection[Consented]
) -> frozenset[Consented]:
    """Those of them that hold."""
    words = await fetch_last_words(transaction, schema, asked)
    return frozenset(one for one, word in words.items() if word.is_given)
