"""Record types in the source of an object: one is written, removed, brought back. Nothing here knows of pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from builder_ui.builder.workspace import Body

TYPES, DEFAULT = "record_types", "default_record_type"


def with_type(component: Body, name: str, body: Body, *, is_default: bool, says_default: bool = True) -> Body:
    """The first of an object is what new records are, unless `says_default` has somebody else say it."""
    types = {**component.get(TYPES, {}), name: body}
    if not says_default:
        return {**component, TYPES: types}
    default = name if is_default or DEFAULT not in component else component[DEFAULT]
    return {**component, TYPES: types, DEFAULT: default}


def without_type(component: Body, name: str) -> Body:
    """What new records are is the next one that is in use; without any type nothing is left, but that somebody else's is the default."""
    types: Mapping[str, Body] = {key: one for key, one in component.get(TYPES, {}).items() if key != name}
    rest = {key: value for key, value in component.items() if key not in (TYPES, DEFAULT)}
    default = component.get(DEFAULT)
    if not types:
        return rest if default in (None, name) else {**rest, DEFAULT: default}
    if default is None:
        return {**rest, TYPES: dict(types)}
    if default == name:
        default = next((key for key, one in types.items() if one.get("is_active", True)), next(iter(types)))
    return {**rest, TYPES: dict(types), DEFAULT: default}


def with_type_back(component: Body, live: Body, name: str) -> Body:
    """At its old place, and default again if it was."""
    now: Mapping[str, Body] = component.get(TYPES, {})
    old = {key: now.get(key, one) for key, one in live[TYPES].items() if key in now or key == name}
    found = {**component, TYPES: {**old, **now}}
    if DEFAULT not in live:
        return found
    return {**found, DEFAULT: name if live[DEFAULT] == name else component.get(DEFAULT, name)}


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
