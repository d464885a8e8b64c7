"""Fields that come, come back from the bin, go into it, or take another name -> draft steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from metamodel.changes import FieldAdded, FieldRemoved, FieldRenamed
from metamodel.columns import Column
from metamodel.fields.field import Field
from metamodel.fields.number import AutoNumberField
from metamodel.fields.system import RecordTypeField
from metamodel.words import word_for
from rule_engine.wording import Wording, say
from trellis.schema import operations as ops
from trellis.schema.binned import BinEntry, binned_field
from trellis.schema.checks import Check, Rule
from trellis.schema.defaults import constant_default, fills_existing
from trellis.schema.drafting import Drafting, DraftStep, Pair
from trellis.schema.shape import field_columns

HAVE_TYPE = say("records have a record type there that the object no longer has")
HINT_TYPE = say("Keep the type with `is_active: false`, or give these records another type first.")
HINT_BLANK = say("Give the field a default, which these records then get, or fill it first.")


def field_added(drafting: Drafting, change: FieldAdded) -> DraftStep:
    pair, field = drafting.pair_of(change.object.name), change.field
    target = f"{change.object.name}.{field.name}"
    if not field.is_stored:
        return DraftStep(cost="instant", summary=_added(field, target), target=target)
    entry = drafting.find_binned_field(pair.before.table, field)
    if entry is not None:
        return _restored(drafting, pair, field, entry, target)
    columns = field_columns(drafting.new, field)
    operations = tuple(new_field_operations(pair.after.table, field, columns))
    check = required_check(field, pair.before.table, (), is_new=True)
    fills = any(isinstance(one, ops.NumberRows) or getattr(one, "fill", None) is not None for one in operations)
    return DraftStep(
        cost="checked" if check else "backfill" if fills else "instant",
        summary=with_fill_note(_added(field, target), field, fills=fills),
        target=target,
        operations=operations,
        checks=check,
        counted=pair.before.table if fills else None,
        work=("update",) if fills and (drafting.dialect == "sqlite" or isinstance(field, AutoNumberField)) else (),
    )


def new_field_operations(table: str, field: Field, columns: tuple[ops.StoredColumn, ...]) -> Iterator[ops.Operation]:
    """Columns for a field in a table that may have rows."""
    default = constant_default(field) if fills_existing(field) else None
    values = field.column_values(default) if default is not None else (None,) * len(columns)
    for column, value in zip(columns, values, strict=True):
        yield ops.AddColumn(table=table, column=column, fill=value)
        if column.reference is not None:
            yield ops.AddForeignKey(table=table, column=column, is_new=True)
    if isinstance(field, AutoNumberField):
        prefix, _, rest = field.format_text.partition("{")
        zeros, _, suffix = rest.partition("}")
        yield ops.NumberRows(
            table=table, column=field.name, prefix=prefix, digits=len(zeros), suffix=suffix, start=field.start
        )


def kept_field_operations(
    table: str, field: Field, before: tuple[Column, ...], columns: tuple[ops.StoredColumn, ...]
) -> Iterator[ops.Operation]:
    """What a column needs that comes back from the bin under the name of `columns`: room, a live target, a value where required."""
    for old, column in zip(before, columns, strict=True):
        if replace(old, name=column.name) != column.column:
            source = ops.StoredColumn(column=replace(old, name=column.name))
            yield ops.ConvertColumn(table=table, old=source, new=column, conversion="same")
        if column.reference is not None:
            yield ops.ClearDangling(table=table, column=column)
            yield ops.AddForeignKey(table=table, column=column, is_new=False)
    yield from fill_blanks(table, field, columns)


def field_removed(drafting: Drafting, change: FieldRemoved) -> DraftStep:
    pair, field = drafting.pair_of(change.object.name), change.field
    target = f"{pair.old.name}.{field.name}"
    if not field.is_stored:
        summary = say("Remove %(type)s field %(target)s", type=word_for(field.type_name), target=target)
        return DraftStep(cost="instant", summary=summary, target=target)
    return DraftStep(
        cost="destructive",
        summary=_removed(field, change.object.name, target),
        target=target,
        operations=tuple(_into_bin(drafting, pair, field)),
        counted=pair.before.table,
        counted_columns=field.columns,
        work=("update",) if drafting.dialect == "sqlite" and any(column.references for column in field.columns) else (),
    )


def field_renamed(drafting: Drafting, change: FieldRenamed) -> DraftStep:
    pair, old, new = drafting.pair_of(change.object.name), change.old, change.new
    return DraftStep(
        cost="instant",
        summary=say("Rename field %(old)s to %(new)s", old=f"{pair.new.name}.{old.name}", new=new.name),
        target=f"{pair.new.name}.{new.name}",
        operations=tuple(_rename_operations(pair, old, new)),
    )


def required_check(field: Field, table: str, columns: tuple[Column, ...], *, is_new: bool = False) -> tuple[Check, ...]:
    """The check that a required field without a constant default is filled in everywhere."""
    if not field.required or constant_default(field) is not None or isinstance(field, AutoNumberField):
        return ()
    hint = HINT_BLANK
    if field.default_formula:
        hint = say(
            "A default that is a formula is for new records only: give a constant, or add the field and fill it first."
        )
    rule: Rule = "any_row" if is_new else "blank"
    message = say("%(field)s is required and blank there", field=field.name)
    return (Check(rule=rule, table=table, columns=columns, message=message, hint=hint),)


def _type_check(field: Field, table: str, in_bin: tuple[Column, ...]) -> tuple[Check, ...]:
    """The check that record types which come back from the bin are among those that the object has now."""
    if not isinstance(field, RecordTypeField):
        return ()
    known = tuple(value.name for value in field.values)
    return (Check(rule="unknown_value", table=table, columns=in_bin, values=known, message=HAVE_TYPE, hint=HINT_TYPE),)


def fill_blanks(table: str, field: Field, columns: tuple[ops.StoredColumn, ...]) -> Iterator[ops.Operation]:
    default = constant_default(field)
    if fills_existing(field) and default is not None:
        for column, value in zip(columns, field.column_values(default), strict=True):
            yield ops.FillBlanks(table=table, column=column.column, value=value)


def restored_field_operations(
    table: str, field: Field, entry: BinEntry, columns: tuple[ops.StoredColumn, ...]
) -> Iterator[ops.Operation]:
    """Brings a field's columns back from the bin."""
    binned = entry.only_field
    for name, column in zip(binned.names, columns, strict=True):
        last = column is columns[-1]
        yield ops.RestoreColumn(table=table, bin=name, column=column, number=entry.number, is_last=last)
    yield from kept_field_operations(table, field, binned.columns, columns)


def columns_in_bin(entry: BinEntry) -> tuple[Column, ...]:
    """A binned field's columns, as they are called in the bin."""
    binned = entry.only_field
    return tuple(replace(column, name=name) for column, name in zip(binned.columns, binned.names, strict=True))


def _restored(drafting: Drafting, pair: Pair, field: Field, entry: BinEntry, target: str) -> DraftStep:
    in_bin = columns_in_bin(entry)
    checks = required_check(field, pair.before.table, in_bin) + _type_check(field, pair.before.table, in_bin)
    columns = field_columns(drafting.new, field)
    return DraftStep(
        cost="checked" if checks else "backfill",
        summary=_added_back(field, pair.new.name, target),
        target=target,
        operations=tuple(restored_field_operations(pair.after.table, field, entry, columns)),
        checks=checks,
        counted=pair.before.table,
        counted_columns=in_bin,
    )


def _into_bin(drafting: Drafting, pair: Pair, field: Field) -> Iterator[ops.Operation]:
    number = drafting.take_number()
    table = pair.before.table
    stored = pair.before.fields[field.name]
    for column in stored:
        if column.reference is not None:
            yield ops.DropForeignKey(table=table, column=column)
    for column, name in zip(stored, binned_field(field, number).names, strict=True):
        yield ops.BinColumn(table=table, old=column.name, new=name)
    yield ops.NoteBin(
        entry=drafting.bin_entry(number=number, object_name=table, item=field, table=table, fields=(field,))
    )


def _rename_operations(pair: Pair, old: Field, new: Field) -> Iterator[ops.Operation]:
    for before, column in zip(pair.before.fields.get(old.name, ()), new.columns, strict=False):
        named = ops.StoredColumn(column=replace(before.column, name=column.name), reference=before.reference)
        yield ops.RenameColumn(table=pair.after.table, old=before.name, new=named)
    if isinstance(old, AutoNumberField) and isinstance(new, AutoNumberField):
        yield ops.RenameCounter(old=(pair.before.table, old.name), new=(pair.after.table, new.name))


def with_fill_note(summary: Wording, field: Field, *, fills: bool) -> Wording:
    """The summary, and what existing records get where they get something."""
    if not fills:
        return summary
    if isinstance(field, AutoNumberField):
        return say("%(summary)s; existing records are numbered, oldest first", summary=summary)
    value = repr(field.to_json(constant_default(field)))
    return say("%(summary)s; existing records get %(value)s", summary=summary, value=value)


def _removed(field: Field, object_name: str, target: str) -> Wording:
    if isinstance(field, RecordTypeField):
        return say(
            "Let records of %(object)s have no record types; those they have wait in the bin for 30 days",
            object=object_name,
        )
    return say(
        "Remove %(type)s field %(target)s; its values wait in the bin for 30 days",
        type=word_for(field.type_name),
        target=target,
    )


def _added_back(field: Field, object_name: str, target: str) -> Wording:
    if isinstance(field, RecordTypeField):
        return say("Give records of %(object)s record types; those they had come back from the bin", object=object_name)
    return say(
        "Add %(type)s field %(target)s; its values come back from the bin",
        type=word_for(field.type_name),
        target=target,
    )


def _added(field: Field, target: str) -> Wording:
    if isinstance(field, RecordTypeField):
        return say("Give records of %(object)s record types", object=target.partition(".")[0])
    return say("Add %(type)s field %(target)s", type=word_for(field.type_name), target=target)
