"""Changes of fields that stay -> draft steps: another type or limit, a reference that acts otherwise, required, computed or stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from metamodel.changes import FieldAdded, FieldChanged, FieldRemoved
from metamodel.fields.choice import PicklistField
from metamodel.fields.field import Field
from metamodel.fields.system import RecordTypeField
from metamodel.words import words_for_attributes
from rule_engine.wording import Wording, say
from trellis.schema import operations as ops
from trellis.schema.checks import Check, Rule
from trellis.schema.conversions import Conversion, conversion
from trellis.schema.drafting import Drafting, DraftStep, Pair, Work
from trellis.schema.field_steps import (
    HAVE_TYPE,
    HINT_TYPE,
    field_added,
    field_removed,
    fill_blanks,
    required_check,
    with_fill_note,
)
from trellis.schema.sealing import encryption_changed


def field_changed(drafting: Drafting, change: FieldChanged) -> Iterator[DraftStep]:
    pair, old, new = drafting.pair_of(change.object.name), change.old, change.new
    if new.is_stored and not old.is_stored:
        yield field_added(drafting, FieldAdded(object=change.object, field=new))
        return
    if old.is_stored and not new.is_stored:
        yield field_removed(drafting, FieldRemoved(object=change.object, field=old))
        return
    target = f"{pair.new.name}.{new.name}"
    summary = say("Change %(target)s: %(what)s", target=target, what=words_for_attributes(change.attributes))
    if not new.is_stored:
        yield DraftStep(cost="instant", summary=summary, target=target)
        return
    if old.encrypted != new.encrypted:
        yield encryption_changed(pair, old, new, change.attributes, summary, target)
        return
    yield _changed(drafting, pair, old, new, summary, target)


def picklist_followed(drafting: Drafting, picklist: str) -> Iterator[DraftStep]:
    """Fields over a global value set that changed: no record may hold a value that goes."""
    for pair in drafting.pairs:
        for old, new in pair.fields.values():
            if isinstance(new, PicklistField) and new.picklist == picklist and old.is_stored:
                before, after = pair.before.fields[old.name], pair.after.fields[new.name]
                change = conversion(old, new, drafting.as_they_will_be(before), after)
                checks = _conversion_checks(pair, old, new, change)
                if checks and not change.refusal:
                    target = f"{pair.new.name}.{new.name}"
                    summary = say("Check the values of %(target)s", target=target)
                    yield DraftStep(cost="checked", summary=summary, target=target, checks=checks)


def _changed(drafting: Drafting, pair: Pair, old: Field, new: Field, summary: Wording, target: str) -> DraftStep:
    before, after = pair.before.fields[old.name], pair.after.fields[new.name]
    change = conversion(old, new, drafting.as_they_will_be(before), after)
    if change.refusal:
        return DraftStep(cost="checked", summary=summary, target=target, refusal=change.refusal)
    operations = tuple(_change_operations(drafting, pair, old, new, change))
    becomes_required = new.required and not old.required
    checks = _conversion_checks(pair, old, new, change)
    if becomes_required:
        checks += required_check(new, pair.before.table, tuple(column.column for column in before))
    fills = any(isinstance(one, ops.FillBlanks) for one in operations)
    touches = change.work == "rewrite" or fills
    work: Work = "update" if drafting.dialect == "sqlite" or fills else "rewrite"
    return DraftStep(
        cost="checked" if checks else "backfill" if touches else "instant",
        summary=with_fill_note(summary, new, fills=fills),
        target=target,
        operations=operations,
        checks=checks,
        counted=pair.before.table if touches or checks else None,
        work=("scan",) if checks and not touches else (work,) if touches else (),
    )


def _change_operations(
    drafting: Drafting, pair: Pair, old: Field, new: Field, change: Conversion
) -> Iterator[ops.Operation]:
    table = pair.after.table
    for before, after in zip(pair.before.fields[old.name], pair.after.fields[new.name], strict=True):
        if drafting.as_they_will_be((before,))[0].reference != after.reference:
            if before.reference is not None:
                yield ops.DropForeignKey(table=pair.before.table, column=before)
            if after.reference is not None:
                yield ops.AddForeignKey(table=table, column=after, is_new=False)
        if change.work != "none":
            source = ops.StoredColumn(column=replace(before.column, name=after.name))
            yield ops.ConvertColumn(table=table, old=source, new=after, conversion=change.how)
    if new.required and not old.required:
        yield from fill_blanks(table, new, pair.after.fields[new.name])


def _conversion_checks(pair: Pair, old: Field, new: Field, change: Conversion) -> tuple[Check, ...]:
    values = tuple(value.name for value in new.values) if isinstance(new, PicklistField) else ()
    return tuple(
        Check(
            rule=rule,
            table=pair.before.table,
            columns=(before,),
            target=after,
            conversion=change.how,
            values=values,
            message=_message(rule, old),
            hint=_hint(rule, new),
        )
        for before, after in zip(old.columns, new.columns, strict=True)
        for rule in change.checks
    )


def _message(rule: Rule, old: Field) -> Wording:
    field = old.name
    if isinstance(old, RecordTypeField):
        return HAVE_TYPE
    if rule == "too_long":
        return say("%(field)s has more characters there than it may have", field=field)
    if rule == "converted_too_long":
        return say("%(field)s has more characters there, as text, than it may have", field=field)
    if rule == "too_many_digits":
        return say("%(field)s has more digits there than it may have", field=field)
    if rule == "too_many_decimals":
        return say("%(field)s has more decimals there than it may have", field=field)
    return say("%(field)s has a value there that the picklist no longer knows", field=field)


def _hint(rule: Rule, new: Field) -> Wording:
    if isinstance(new, RecordTypeField):
        return HINT_TYPE
    if rule == "unknown_value":
        return say("Keep the value in the list with `active: false`, or change these records first.")
    return say("Shorten these values first, or leave the field as wide as it is.")
