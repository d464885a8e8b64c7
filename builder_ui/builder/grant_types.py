"""Which record types a permission set lets people give to the records of one object: as its form shows them, and what was ticked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from starlette.datastructures import FormData

from builder_ui.builder.workspace import Body
from builder_ui.labels import Labels
from builder_ui.lists.model import Choice
from builder_ui.translation import Words
from metamodel import Model
from metamodel.definitions import Object

TYPES = "record_types"


def type_choices(words: Words, model: Model, thing: Object, granted: Body) -> tuple[Choice, ...]:
    """The record types that records may be given; none where there is nothing to choose."""
    if not may_write(granted.get("rights", ())):
        return ()
    labels, names = Labels(model, words), granted.get(TYPES)
    return tuple(
        Choice(
            value=one.name,
            label=labels.record_type(thing, one),
            hint="" if one.is_active else words.say("Out of use"),
            is_on=names is None or one.name in names,
        )
        for one in thing.record_types.values()
    )


def read_types(form: FormData, thing: Object, granted: Body) -> Body:
    """The permission on an object with what was ticked of its record types."""
    if not thing.record_types or not may_write(granted.get("rights", ())):
        return granted
    before: Sequence[str] | None = granted.get(TYPES)
    kept = {key: value for key, value in granted.items() if key != TYPES}
    if form.get("all_types"):
        return kept
    ticked = set(form.getlist("types"))
    names = [name for name in thing.record_types if name in ticked]
    return {**kept, TYPES: before if before is not None and set(before) == set(names) else names}


def types_said(words: Words, labels: Labels, thing: Object, granted: Body) -> str:
    """In words, "" for all of them."""
    names = granted.get(TYPES)
    if names is None or not thing.record_types:
        return ""
    known = [labels.record_type(thing, thing.record_types[name]) for name in names if name in thing.record_types]
    return words.say("Record types: %(names)s", names=", ".join(known)) if known else words.say("No record type")


def may_write(rights: Iterable[str]) -> bool:
    return bool({"create", "edit", "modify_all"} & set(rights))
