"""Record types in the source of an object: one is written, removed, brought back. Nothing here knows of pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from builder_ui.builder.workspace import Body

TYPES, USUAL = "record_types", "default_record_type"


def with_type(component: Body, name: str, body: Body, *, is_usual: bool) -> Body:
    """The first of an object is what new records are."""
    types = {**component.get(TYPES, {}), name: body}
    usual = name if is_usual or USUAL not in component else component[USUAL]
    return {**component, TYPES: types, USUAL: usual}


def without_type(component: Body, name: str) -> Body:
    """What new records are is the next one that is in use; without any type nothing is left."""
    types: Mapping[str, Body] = {key: one for key, one in component.get(TYPES, {}).items() if key != name}
    rest = {key: value for key, value in component.items() if key not in (TYPES, USUAL)}
    if not types:
        return rest
    usual = component.get(USUAL)
    if usual == name:
        usual = next((key for key, one in types.items() if one.get("is_active", True)), next(iter(types)))
    return {**rest, TYPES: dict(types), USUAL: usual}


def with_type_back(component: Body, live: Body, name: str) -> Body:
    """At its old place, and usual again if it was."""
    now: Mapping[str, Body] = component.get(TYPES, {})
    old = {key: now.get(key, one) for key, one in live[TYPES].items() if key in now or key == name}
    usual = name if live.get(USUAL) == name else component.get(USUAL, name)
    return {**component, TYPES: {**old, **now}, USUAL: usual}


def without_field(component: Body, field_name: str) -> Body:
    """No type says anything of the field any more."""
    if TYPES not in component:
        return component
    return {**component, TYPES: {name: _forgetting(one, field_name) for name, one in component[TYPES].items()}}


def _forgetting(body: Body, field_name: str) -> Body:
    picklists = {name: one for name, one in body.get("picklists", {}).items() if name != field_name}
    rest = {key: value for key, value in body.items() if key != "picklists"}
    return {**rest, "picklists": picklists} if picklists else rest


def in_known_order(chosen: Sequence[str], before: Sequence[str], all_of: Sequence[str]) -> list[str]:
    """As the picklist has them, unless somebody gave them an order of their own: that stays, and others come last."""
    by_picklist = [one for one in all_of if one in chosen]
    is_own_order = list(before) != [one for one in all_of if one in before]
    if not is_own_order:
        return by_picklist
    kept = [one for one in before if one in chosen]
    return [*kept, *(one for one in by_picklist if one not in kept)]
