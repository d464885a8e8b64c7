"""Changes of objects -> draft steps: created, brought back from the bin, renamed, removed into it."""

from __future__ import annotations

from collections.abc import Iterator

from metamodel.changes import ObjectAdded, ObjectRemoved, ObjectRenamed
from metamodel.definitions import Object
from metamodel.fields.number import AutoNumberField
from rule_engine.wording import Wording, say, say_count
from trellis.schema import operations as ops
from trellis.schema.binned import PREFIX, BinEntry, BinnedField
from trellis.schema.checks import Check
from trellis.schema.drafting import Drafting, DraftStep, Work
from trellis.schema.field_steps import (
    columns_in_bin,
    kept_field_operations,
    new_field_operations,
    required_check,
    restored_field_operations,
)
from trellis.schema.shape import TableShape, short_name, table_shape


def object_added(drafting: Drafting, change: ObjectAdded) -> DraftStep:
    item = change.object
    shape = drafting.shape(item)
    entry = drafting.find_binned_object(item.name)
    if entry is not None:
        return _restored(drafting, item, shape, entry)
    keys = (
        ops.AddForeignKey(table=shape.table, column=column, is_new=True) for column in shape.columns if column.reference
    )
    indexes = (ops.CreateIndex(table=shape.table, index=index) for index in shape.indexes)
    return DraftStep(
        cost="instant",
        summary=_created(item),
        target=item.name,
        operations=(ops.CreateTable(table=shape.table, columns=shape.columns), *keys, *indexes),
    )


def object_removed(drafting: Drafting, change: ObjectRemoved) -> DraftStep:
    item = change.object
    shape = table_shape(drafting.old, item)
    number = drafting.take_number()
    name = short_name(f"{PREFIX}_{number}_{shape.table}")
    stored = [field for field in item.fields.values() if field.is_stored]
    entry = drafting.bin_entry(number=number, object_name=item.name, item=None, table=name, fields=stored)
    keys = [column for column in shape.columns if column.reference is not None]
    work: tuple[Work, ...] = tuple("update" for _ in keys) if drafting.dialect == "sqlite" else ()
    return DraftStep(
        cost="destructive",
        summary=say(
            "Remove object %(name)s (%(label)s); its records wait in the bin for 30 days",
            name=item.name,
            label=item.label,
        ),
        target=item.name,
        operations=(
            *(ops.DropIndex(table=shape.table, index=index) for index in shape.indexes),
            *(ops.DropForeignKey(table=shape.table, column=column) for column in keys),
            ops.BinTable(table=shape.table, new=name),
            ops.NoteBin(entry=entry),
        ),
        counted=shape.table,
        work=work,
    )


def object_renamed(drafting: Drafting, change: ObjectRenamed) -> DraftStep:
    pair = drafting.pair_of(change.new.name)
    counters = (
        ops.RenameCounter(old=(pair.before.table, old.name), new=(pair.after.table, new.name))
        for old, new in pair.fields.values()
        if isinstance(old, AutoNumberField) and old.name == new.name
    )
    return DraftStep(
        cost="instant",
        summary=say("Rename object %(old)s to %(new)s", old=change.old.name, new=change.new.name),
        target=change.new.name,
        operations=(ops.RenameTable(old=pair.before.table, new=pair.after.table), *counters),
    )


def _restored(drafting: Drafting, item: Object, shape: TableShape, entry: BinEntry) -> DraftStep:
    drafting.used.add(entry.number)
    kept = {name for name, binned in entry.fields.items() if name in shape.fields and binned.fits(item.fields[name])}
    operations: list[ops.Operation] = [ops.RestoreTable(bin=entry.table, table=shape.table, number=entry.number)]
    checks: list[Check] = []
    for name, columns in shape.fields.items():
        field = item.fields[name]
        earlier = None if name in kept else drafting.find_binned_field(entry.table, field)
        if name in kept:
            before = entry.fields[name].columns
            operations += kept_field_operations(shape.table, field, before, columns)
            checks += required_check(field, entry.table, before)
        elif earlier is not None:
            operations += restored_field_operations(shape.table, field, earlier, columns)
            checks += required_check(field, entry.table, columns_in_bin(earlier))
        else:
            operations += new_field_operations(shape.table, field, columns)
            checks += required_check(field, entry.table, (), is_new=True)
    for name, binned in entry.fields.items():
        if name not in kept:
            operations += _stays_in_bin(drafting, entry, name, binned)
    operations += [ops.CreateIndex(table=shape.table, index=index) for index in shape.indexes]
    return DraftStep(
        cost="checked" if checks else "backfill",
        summary=say(
            "Create object %(name)s (%(label)s); its records come back from the bin", name=item.name, label=item.label
        ),
        target=item.name,
        operations=tuple(operations),
        checks=tuple(checks),
        counted=entry.table,
        work=("update", "index"),
    )


def _stays_in_bin(drafting: Drafting, entry: BinEntry, name: str, binned: BinnedField) -> Iterator[ops.Operation]:
    """A field of a restored object that the object no longer has, or has as another type."""
    number = drafting.take_number()
    names = tuple(f"{PREFIX}_{number}_{place}" for place, _ in enumerate(binned.columns))
    for old, new in zip(binned.names, names, strict=True):
        yield ops.BinColumn(table=entry.table, old=old, new=new)
    moved = BinnedField(type_name=binned.type_name, columns=binned.columns, names=names)
    yield ops.NoteBin(
        entry=BinEntry(
            number=number,
            object=entry.table,
            field=name,
            table=entry.table,
            fields={name: moved},
            revision=entry.revision,
            removed_at=entry.removed_at,
            removed_by=entry.removed_by,
            expires_at=entry.expires_at,
        )
    )


def _created(item: Object) -> Wording:
    return say_count(
        "Create object %(name)s (%(label)s) with %(num)d field",
        "Create object %(name)s (%(label)s) with %(num)d fields",
        sum(1 for field in item.fields.values() if not field.is_system),
        name=item.name,
        label=item.label,
    )
