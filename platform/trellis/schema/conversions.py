"""Which changes of a field's type carry its values over, and as what: old field + new field -> a Conversion, or why not. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from metamodel.columns import Column, ColumnKind
from metamodel.fields.choice import PicklistField
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField
from metamodel.words import word_for
from rule_engine.wording import Wording, say
from trellis.schema.checks import Rule
from trellis.schema.operations import StoredColumn

Work = Literal["none", "instant", "rewrite"]

WIDE_TEXT = frozenset(("text", "text_area", "long_text"))
TEXT_WITH_A_FORM = frozenset(("email", "phone", "url"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """`work`: what the database does for it; `how`: the expression of trellis.schema.ddl for each value; `checks`: the names of the
    checks of trellis.schema.checks that every value must pass first; `refusal`: why it cannot be done."""

    work: Work = "none"
    how: str = "same"
    checks: tuple[Rule, ...] = ()
    refusal: Wording | None = None


def conversion(old: Field, new: Field, before: tuple[StoredColumn, ...], after: tuple[StoredColumn, ...]) -> Conversion:
    """How the values of `old` become values of `new`; both are stored fields, `before` and `after` their columns, with the tables
    they reference named as they will be."""
    if len(before) != 1 or len(after) != 1:
        return _compound(old, new, before, after)
    source, target = before[0].column, after[0].column
    if source.kind is ColumnKind.DECIMAL and target.kind is ColumnKind.DECIMAL:
        return _decimal(source, target)
    if source.kind is ColumnKind.TEXT and target.kind is ColumnKind.TEXT:
        return _text(old, new, source, target)
    if isinstance(old, LookupField) and isinstance(new, LookupField):
        if _target(before[0]) != _target(after[0]):
            return _refuse(old, new, say("its values point to %(old)s, not to %(new)s", old=old.object, new=new.object))
        return Conversion()
    if old.type_name == new.type_name:
        return Conversion(checks=unknown_value_check(old, new))
    if new.type_name in WIDE_TEXT:
        checks: tuple[Rule, ...] = () if target.length is None else ("converted_too_long",)
        return Conversion(work="rewrite", how=f"{source.kind.value}_to_text", checks=checks)
    return _refuse(old, new, _not_becoming(old, new))


def _decimal(source: Column, target: Column) -> Conversion:
    """More room is always fine; fewer digits only where no value needs them."""
    checks: list[Rule] = []
    if _whole_digits(target) < _whole_digits(source):
        checks.append("too_many_digits")
    if (target.scale or 0) < (source.scale or 0):
        checks.append("too_many_decimals")
    if target.scale != source.scale:
        return Conversion(work="rewrite", how="rescale", checks=tuple(checks))
    if target.precision != source.precision:
        return Conversion(work="instant" if not checks else "rewrite", checks=tuple(checks))
    return Conversion()


def _text(old: Field, new: Field, source: Column, target: Column) -> Conversion:
    checks: list[Rule] = []
    if old.type_name != new.type_name:
        if new.type_name in TEXT_WITH_A_FORM:
            return _refuse(old, new, say("texts there are need not be a valid %(type)s", type=word_for(new.type_name)))
        if new.type_name not in WIDE_TEXT and not isinstance(new, PicklistField):
            return _refuse(old, new, _not_becoming(old, new))
    if target.length is not None and (source.length is None or target.length < source.length):
        checks.append("too_long")
    checks += unknown_value_check(old, new)
    if source.length == target.length:
        return Conversion(checks=tuple(checks))
    return Conversion(work="rewrite" if "too_long" in checks else "instant", checks=tuple(checks))


def unknown_value_check(old: Field, new: Field) -> tuple[Rule, ...]:
    """The check that `old` holds no value that the picklist `new` does not know; () when it cannot."""
    if not isinstance(new, PicklistField) or not new.restricted:
        return ()
    known = {value.name for value in new.values}
    if isinstance(old, PicklistField) and old.restricted and all(value.name in known for value in old.values):
        return ()
    return ("unknown_value",)


def _compound(old: Field, new: Field, before: tuple[StoredColumn, ...], after: tuple[StoredColumn, ...]) -> Conversion:
    if old.type_name != new.type_name or len(before) != len(after):
        return _refuse(old, new, _not_becoming(old, new))
    return _decimal(before[0].column, after[0].column)


def _target(column: StoredColumn) -> str | None:
    return None if column.reference is None else column.reference.table


def _whole_digits(column: Column) -> int:
    return (column.precision or 18) - (column.scale or 0)


def _not_becoming(old: Field, new: Field) -> Wording:
    return say("values of type %(old)s do not become %(new)s", old=word_for(old.type_name), new=word_for(new.type_name))


def _refuse(old: Field, new: Field, reason: Wording) -> Conversion:
    return Conversion(
        refusal=say(
            "%(field)s cannot change from %(old)s to %(new)s: %(reason)s. Add a new field, copy what should be kept, "
            "then remove %(field)s.",
            field=old.name,
            old=word_for(old.type_name),
            new=word_for(new.type_name),
            reason=reason,
        )
    )
