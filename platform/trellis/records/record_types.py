"""What the record type of a record means for a save: what a new one begins with, and whether the record fits its type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metamodel.definitions import Object
from metamodel.fields.choice import PicklistField
from metamodel.record_types import RECORD_TYPE, RecordType
from rule_engine.wording import say, say_list
from trellis.records.draft import Draft
from trellis.records.refusals import Refusals
from trellis.records.shape import Shape
from trellis.security.access import Access
from trellis.security.actor import Actor

MOST_NAMED = 20


def check_given_types(shape: Shape, drafts: Sequence[Draft], access: Access, actor: Actor, refusals: Refusals) -> None:
    """What the caller said: whether they may give records these types. A type that stays is nobody's decision."""
    types = shape.object.record_types
    if not types:
        return
    allowed = access.record_types(actor, shape.object.name)
    for draft in drafts:
        name = draft.values[RECORD_TYPE]
        is_chosen = RECORD_TYPE in draft.given and name in types and draft.touches(RECORD_TYPE)
        if is_chosen and allowed is not None and name not in allowed:
            message = say("You may not give a record the type %(type)s.", type=types[name].label)
            refusals.add(draft.index, RECORD_TYPE, "access_denied", message)


def beginning_with_type(
    target: Object, given: Mapping[str, Any], defaults: Mapping[str, Any], allowed: frozenset[str] | None
) -> dict[str, Any]:
    """The values of a new record: what was given, else the default of its type, else that of the field where the type offers it. The type
    is the one given, else the first that is open to the writer."""
    named = target.record_types.get(given.get(RECORD_TYPE) or "")
    chosen = named or target.first_record_type(allowed)
    if chosen is None:
        return {**defaults, **given}
    offered = {name: _only_offered(target, chosen, name, defaults.get(name)) for name in chosen.values}
    return {**defaults, **offered, **chosen.defaults, **given, RECORD_TYPE: given.get(RECORD_TYPE) or chosen.name}


def begins_by_type(target: Object, values: Mapping[str, Any], field: str) -> bool:
    """Whether the record's type says what a new record has in the field."""
    chosen = target.record_types.get(values.get(RECORD_TYPE) or "")
    return chosen is not None and field in chosen.defaults


def offered_default(target: Object, values: Mapping[str, Any], field: str, default: Any) -> Any:
    """What a default formula gave, without what the record's type does not offer."""
    chosen = target.record_types.get(values.get(RECORD_TYPE) or "")
    return default if chosen is None or field not in chosen.values else _only_offered(target, chosen, field, default)


def check_record_types(shape: Shape, drafts: Sequence[Draft], refusals: Refusals) -> None:
    """Whether each record, as it would be written, has a type, and only values that the type offers. What was there before and stays is
    no fault."""
    types = shape.object.record_types
    if not types:
        return
    for draft in drafts:
        name = draft.values[RECORD_TYPE]
        if name is None and RECORD_TYPE not in refusals.names(draft.index):
            refusals.add(draft.index, RECORD_TYPE, "required", "Is required.")
        chosen = types.get(name or "")
        if chosen is not None:
            _check_values(shape, chosen, draft, refusals)


def _check_values(shape: Shape, chosen: RecordType, draft: Draft, refusals: Refusals) -> None:
    changes_type = draft.touches(RECORD_TYPE)
    for name, offered in chosen.values.items():
        field = shape.stored.get(name)
        if not isinstance(field, PicklistField) or not (changes_type or draft.touches(name)):
            continue
        strange = field.not_offered(draft.values[name], offered)
        if strange and name not in refusals.names(draft.index):
            message = say(
                "The record type %(type)s does not offer %(values)s. Offered: %(offered)s.",
                type=chosen.label,
                values=say_list([field.label_of(one) for one in strange]),
                offered=say_list([field.label_of(one) for one in offered[:MOST_NAMED]]),
            )
            refusals.add(draft.index, name, "not_offered", message)


def _only_offered(target: Object, chosen: RecordType, name: str, value: Any) -> Any:
    """The default of a field without what the type does not offer."""
    field = target.fields.get(name)
    if not isinstance(field, PicklistField) or value is None:
        return value
    strange = field.not_offered(value, chosen.values[name])
    if isinstance(value, str):
        return None if strange else value
    return tuple(one for one in value if one not in strange) or None
