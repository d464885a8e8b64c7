"""What a record that is given another type must change with it: values of picklists that the new type does not offer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from builder_ui.forms.fields import form_fields
from builder_ui.forms.model import ChangeNote
from builder_ui.forms.typed import NOTHING, Typed, typed_from_value
from builder_ui.forms.values import default_of
from builder_ui.record_types import RecordKind, kind_of
from builder_ui.visit import Visit
from metamodel.fields.choice import MultiPicklistField, PicklistField
from metamodel.fields.field import Field
from metamodel.record_types import RECORD_TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeChange:
    """`fields`: of what no longer fits, those that the form does not show anyway; `typed`: what stands in their place, `errors` where
    one must choose; `values`: what to write beside what is typed."""

    fields: tuple[Field, ...] = ()
    typed: Mapping[str, Typed] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    note: ChangeNote | None = None


NO_CHANGE = TypeChange()


def type_change_of(visit: Visit, kind: RecordKind, row: Mapping[str, Any]) -> TypeChange:
    """`row`: the record as it is stored."""
    if kind.type is None or row.get(RECORD_TYPE) == kind.type.name:
        return NO_CHANGE
    misfits = tuple(_misfits(kind, row))
    placed = {one.name for one in form_fields(visit, kind)}
    typed = {one.name: _instead(visit, kind, one, row[one.name]) for one in misfits}
    return TypeChange(
        fields=tuple(one for one in misfits if one.name not in placed and visit.may_write(kind.object.name, one.name)),
        typed=typed,
        errors={
            one.name: visit.words.say("%(value)s is not offered here.", value=_said(visit, kind, one, row[one.name]))
            for one in misfits
            if typed[one.name] == NOTHING
        },
        values={RECORD_TYPE: kind.type.name},
        note=_note(visit, kind, misfits, row, typed),
    )


def _misfits(kind: RecordKind, row: Mapping[str, Any]) -> Iterator[PicklistField]:
    for name in kind.type.values if kind.type else ():
        shape = kind.object.fields.get(name)
        if isinstance(shape, PicklistField) and kind.refuses(shape, row.get(name)):
            yield shape


def _instead(visit: Visit, kind: RecordKind, shape: PicklistField, value: Any) -> Typed:
    """Those of several values that fit; else what a new record of the type begins with."""
    if isinstance(shape, MultiPicklistField):
        return Typed(chosen=tuple(one for one in value if not kind.refuses(shape, one)))
    return typed_from_value(shape, default_of(kind, shape), visit.formats)


def _said(visit: Visit, kind: RecordKind, shape: PicklistField, value: Any) -> str:
    values = (value,) if isinstance(value, str) else value
    return ", ".join(visit.labels.value(kind.object, shape, one) for one in values if kind.refuses(shape, one))


def _misfit_line(visit: Visit, kind: RecordKind, shape: PicklistField, value: Any, instead: Typed) -> str:
    words, labels, thing = visit.words, visit.labels, kind.object
    field, said = labels.field(thing, shape), _said(visit, kind, shape, value)
    if not instead.text:
        return words.say("%(field)s: %(value)s is not offered here.", field=field, value=said)
    return words.say(
        "%(field)s: %(value)s is not offered here and becomes %(instead)s.",
        field=field,
        value=said,
        instead=labels.value(thing, shape, instead.text),
    )


def _note(
    visit: Visit,
    kind: RecordKind,
    misfits: tuple[PicklistField, ...],
    row: Mapping[str, Any],
    typed: Mapping[str, Typed],
) -> ChangeNote:
    words, labels, thing = visit.words, visit.labels, kind.object
    assert kind.type is not None
    lines = [_misfit_line(visit, kind, one, row[one.name], typed[one.name]) for one in misfits]
    left_out = [labels.field(thing, one) for one in _left_out(visit, kind, row) if one not in misfits]
    if left_out:
        lines.append(
            words.say("This form does not show: %(fields)s. What is in them stays.", fields=", ".join(left_out))
        )
    before = thing.record_types.get(str(row.get(RECORD_TYPE)))
    return ChangeNote(
        title=words.say(
            "From %(before)s to %(after)s, once you save.",
            before=labels.record_type(thing, before) if before else row.get(RECORD_TYPE),
            after=labels.record_type(thing, kind.type),
        ),
        text=words.say("What no longer fits:") if misfits else words.say("All values fit."),
        lines=tuple(lines),
    )


def _left_out(visit: Visit, kind: RecordKind, row: Mapping[str, Any]) -> Iterator[Field]:
    """Fields with a value that the form of the type so far shows and this one does not."""
    now = {one.name for one in form_fields(visit, kind)}
    for one in form_fields(visit, kind_of(visit.model, kind.object, row.get(RECORD_TYPE))):
        if one.name not in now and not one.is_system and row.get(one.name) not in (None, False, ()):
            yield one
