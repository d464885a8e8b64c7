"""A field becomes an encrypted one, or stops being one: the step of a plan, and what it does to the values that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import sqlalchemy as sa

from metamodel.fields.field import Field
from metamodel.fields.sealed import HIDDEN
from rule_engine.wording import Wording, say
from trellis.schema import operations as ops
from trellis.schema.drafting import DraftStep, Pair
from trellis.security.encryption.keyring import KeyRing
from trellis.storage.column_types import UUID
from trellis.storage.platform_tables import platform_tables

BATCH = 500
_ALONE = ("type_name", "length", "required")
"""What is not changed in the same deploy: each wants the values as they are."""


def encryption_changed(
    pair: Pair, old: Field, new: Field, attributes: tuple[str, ...], summary: Wording, target: str
) -> DraftStep:
    if any(name in attributes for name in _ALONE):
        refusal = say("%(target)s: change whether it is encrypted in a deploy of its own", target=target)
        return DraftStep(cost="checked", summary=summary, target=target, refusal=refusal)
    if new.encrypted:
        summary = say("Encrypt the values of %(target)s; its history keeps none of them", target=target)
        operations = tuple(_sealing(pair, old, new))
    else:
        summary = say("Store the values of %(target)s in the clear", target=target)
        operations = tuple(_opening(pair, old, new))
    return DraftStep(
        cost="backfill",
        summary=summary,
        target=target,
        operations=operations,
        counted=pair.before.table,
        counted_columns=(old.columns[0],),
        work=("update",),
    )


def _sealing(pair: Pair, old: Field, new: Field) -> Iterator[ops.Operation]:
    table, (sealed, mark) = pair.after.table, pair.after.fields[new.name]
    yield ops.ConvertColumn(table=table, old=pair.before.fields[old.name][0], new=sealed, conversion="same")
    yield ops.AddColumn(table=table, column=mark)
    yield ops.SealColumn(
        table=table,
        column=sealed.name,
        mark=mark.name,
        purpose=pair.new.purpose_of(new),
        object=pair.new.name,
        field=new.name,
    )


def _opening(pair: Pair, old: Field, new: Field) -> Iterator[ops.Operation]:
    table, (sealed, mark) = pair.after.table, pair.before.fields[old.name]
    (plain,) = pair.after.fields[new.name]
    yield ops.OpenColumn(table=table, column=plain.name, purpose=pair.old.purpose_of(old))
    yield ops.ConvertColumn(table=table, old=sealed, new=plain, conversion="same")
    yield ops.DropColumn(table=table, column=mark)


def seal_column(connection: sa.Connection, keys: KeyRing, operation: ops.SealColumn) -> None:
    """Raises NoMasterKey."""
    purpose = operation.purpose

    def sealed(record_id: str, value: str) -> dict[str, str]:
        text = keys.seal(purpose, value.encode(), about=record_id)
        return {operation.column: text, operation.mark: keys.mark(purpose, value.encode())}

    _rewrite(connection, operation.table, operation.column, (operation.column, operation.mark), sealed)
    _forget_history(connection, operation)


def open_column(connection: sa.Connection, keys: KeyRing, operation: ops.OpenColumn) -> None:
    """Raises CannotUnseal, NoMasterKey."""

    def opened(record_id: str, value: str) -> dict[str, str]:
        return {operation.column: keys.open(operation.purpose, value, about=record_id).decode()}

    _rewrite(connection, operation.table, operation.column, (operation.column,), opened)


def _rewrite(
    connection: sa.Connection,
    table_name: str,
    column: str,
    written: tuple[str, ...],
    values_of: Callable[[str, str], dict[str, str]],
) -> None:
    """Row after row by their keys, those in the bin too."""
    table = sa.table(table_name, sa.column("id", UUID), *(sa.column(name, sa.Text()) for name in written))
    rows_after = (
        sa.select(table.c.id, table.c[column])
        .where(table.c[column].is_not(None), table.c.id > sa.bindparam("after", type_=UUID))
        .order_by(table.c.id)
        .limit(BATCH)
    )
    new = {name: sa.bindparam(f"new_{name}", type_=sa.Text()) for name in written}
    change = sa.update(table).where(table.c.id == sa.bindparam("its_id", type_=UUID)).values(new)
    after: Any = "00000000-0000-0000-0000-000000000000"
    while rows := connection.execute(rows_after, {"after": after}).all():
        parameters = []
        for record_id, value in rows:
            changed = {f"new_{name}": one for name, one in values_of(str(record_id), value).items()}
            parameters.append({"its_id": record_id, **changed})
        connection.execute(change, parameters)
        after = rows[-1][0]


def _forget_history(connection: sa.Connection, operation: ops.SealColumn) -> None:
    table = platform_tables(None).field_history
    dots = sa.literal(orjson.dumps(HIDDEN).decode(), sa.Text())
    hidden = {name: sa.case((table.c[name].is_not(None), dots)) for name in ("before", "after")}
    is_it = (table.c.object == operation.object) & (table.c.field == operation.field)
    connection.execute(sa.update(table).where(is_it).values(hidden))
