"""Everything about a person as one JSON document, to hand to that person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from metamodel.columns import ColumnKind
from metamodel.definitions import Object
from metamodel.fields.sealed import Sealed
from trellis.automation.payload import mark_value, plain_value
from trellis.privacy.consents import entry_json, fetch_consents
from trellis.privacy.find import FoundRecord
from trellis.privacy.subject import Subject
from trellis.query.sealed import open_value
from trellis.storage.codecs import datetime_text, decoder, list_encoder
from trellis.storage.database import Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

FORMAT = "trellis-person-1"


async def archive(
    transaction: Transaction,
    compiled: CompiledModel,
    subject: Subject,
    found: Sequence[FoundRecord],
    now: datetime,
) -> dict[str, Any]:
    """Plain JSON values, numbers with decimals as texts: the marked fields of the records, what became of those that are tracked, and
    consents."""
    history = await _history(transaction, compiled, found)
    consents = await fetch_consents(transaction, compiled, [record.id for record in found])
    return {
        "format": FORMAT,
        "made_at": datetime_text(now),
        "asked_for": {
            "email": subject.email,
            "phone": subject.phone,
            "record": None if subject.record is None else {"object": subject.record[0], "id": subject.record[1]},
        },
        "records": [
            {
                **_record(compiled, record, history.get(record.key, [])),
                "consents": [entry_json(one) for one in consents.get(record.key, ())],
            }
            for record in found
        ],
    }


def _record(compiled: CompiledModel, record: FoundRecord, history: list[dict[str, Any]]) -> dict[str, Any]:
    target = compiled.model.object(record.object)
    return {
        "object": target.name,
        "label": target.label,
        "id": record.id,
        "is_in_bin": record.is_in_bin,
        "fields": {
            name: {
                "label": target.fields[name].label,
                "category": target.fields[name].personal_data,
                "value": _value(compiled, target, name, value),
            }
            for name, value in record.values.items()
        },
        "history": history,
    }


def _value(compiled: CompiledModel, target: Object, name: str, value: Any) -> Any:
    """Encrypted ones are opened: it is the person's own."""
    field = target.fields[name]
    if isinstance(value, Sealed):
        return open_value(compiled, target.name, field, value)
    return plain_value(mark_value(field.to_json(value)))


async def _history(
    transaction: Transaction, compiled: CompiledModel, found: Sequence[FoundRecord]
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """What became of marked fields, the oldest first. One query."""
    table, model = platform_tables(compiled.schema).field_history, compiled.model
    statement = (
        sa.select(table.c.object, table.c.record_id, table.c.field, table.c.before, table.c.after, table.c.changed_at)
        .where(any_of(table.c.record_id, "ids", compiled.dialect))
        .order_by(table.c.id)
    )
    ids = list_encoder(ColumnKind.UUID, compiled.dialect)(sorted({record.id for record in found}))
    moment = decoder(ColumnKind.DATETIME, compiled.dialect)
    changes: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for name, record_id, field, before, after, at in await transaction.fetch(
        prepare(statement, compiled.dialect), {"ids": ids}
    ):
        target = model.find_object(name)
        known = target.fields.get(field) if target else None
        if known is not None and known.personal_data is not None:
            change = {
                "field": field,
                "before": _plain(before),
                "after": _plain(after),
                "changed_at": datetime_text(moment(at)),
            }
            changes.setdefault((name, str(record_id)), []).append(change)
    return changes


def _plain(text: str | None) -> Any:
    return None if text is None else plain_value(orjson.loads(text))
