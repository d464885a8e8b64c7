"""PATCH operations on a resource (RFC 7644, 3.5.2) -> the resource after them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import orjson

from trellis.security.scim.errors import ScimRefused

JsonObject = dict[str, Any]
MOST_OPERATIONS = 1_000
_PATH = re.compile(
    r'([A-Za-z$][\w$-]*)(?:\[\s*(\w+)\s+eq\s+("(?:[^"\\]|\\.)*")\s*\])?(?:\.([A-Za-z$][\w$-]*))?\Z', re.I
)
_SCHEMA = re.compile(r"urn:[\w:.-]+:(?=[A-Za-z])")


def patched(resource: Mapping[str, Any], body: Mapping[str, Any]) -> JsonObject:
    """Attributes are found in any letter case. Raises ScimRefused."""
    operations = _member(body, "operations")
    if not isinstance(operations, list) or not 1 <= len(operations) <= MOST_OPERATIONS:
        raise ScimRefused(f"Operations must be a list of 1 to {MOST_OPERATIONS:,}.", kind="invalidSyntax")
    result = deepcopy(dict(resource))
    for operation in operations:
        _apply(result, operation)
    return result


def _apply(resource: JsonObject, operation: Any) -> None:
    if not isinstance(operation, dict):
        raise ScimRefused("Each operation must be an object.", kind="invalidSyntax")
    done, path, value = (_member(operation, name) for name in ("op", "path", "value"))
    done = str(done).lower()
    if done not in ("add", "replace", "remove"):
        raise ScimRefused(f"There is no operation {done[:40]!r}.", kind="invalidSyntax")
    if path is None:
        if done == "remove" or not isinstance(value, dict):
            raise ScimRefused("Without a path the value must be an object.", kind="noTarget")
        for name, inner in value.items():
            _at(resource, done, str(name), inner)
    else:
        _at(resource, done, str(path), value)


def _at(resource: JsonObject, done: str, path: str, value: Any) -> None:
    match = _PATH.match(_SCHEMA.sub("", path, count=1))
    if match is None:
        raise ScimRefused(f"The path {path[:100]!r} is not understood.", kind="invalidPath")
    name, chosen_by, chosen, inner = match[1], match[2], match[3], match[4]
    key = next((one for one in resource if one.lower() == name.lower()), name)
    if chosen_by is not None:
        try:
            wanted = str(orjson.loads(chosen))
        except orjson.JSONDecodeError:
            raise ScimRefused(f"The path {path[:100]!r} is not understood.", kind="invalidPath") from None
        _at_chosen(resource, key, done, chosen_by.lower(), wanted, inner, value)
    elif inner is not None:
        held = resource[key] = {} if resource.get(key) is None else resource[key]
        if not isinstance(held, dict):
            raise ScimRefused(f"{path[:100]} names no part of one value.", kind="invalidPath")
        _set(held, inner, done, value)
    else:
        _set(resource, key, done, value)


def _at_chosen(resource: JsonObject, key: str, done: str, by: str, wanted: str, inner: str | None, value: Any) -> None:
    """`emails[type eq "work"].value`, `members[value eq "…"]`."""
    items = resource[key] = [] if resource.get(key) is None else resource[key]
    if not isinstance(items, list):
        raise ScimRefused(f"{key[:100]} has one value only.", kind="invalidPath")
    found = [one for one in items if isinstance(one, dict) and str(_member(one, by)).lower() == wanted.lower()]
    if done == "remove" and inner is None:
        resource[key] = [one for one in items if one not in found]
        return
    if not found:
        if done == "remove":
            return
        found = [{by: wanted}]
        items.extend(found)
    for one in found:
        if inner is None:
            one.update(value if isinstance(value, dict) else {"value": value})
        else:
            _set(one, inner, done, value)


def _set(held: JsonObject, key: str, done: str, value: Any) -> None:
    key = next((one for one in held if one.lower() == key.lower()), key)
    before = held.get(key)
    if done == "remove":
        held[key] = _without(before, value) if isinstance(before, list) and value is not None else None
    elif done == "add" and isinstance(before, list):
        more = value if isinstance(value, list) else [value]
        held[key] = [*before, *(one for one in more if one not in before)]
    elif done == "add" and isinstance(before, dict) and isinstance(value, dict):
        held[key] = {**before, **value}
    else:
        held[key] = value


def _without(before: Sequence[Any], value: Any) -> list[Any]:
    """Some programs name members to remove by a value instead of a path."""
    gone = {
        str(_member(one, "value")) for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)
    }
    return [one for one in before if not isinstance(one, dict) or str(one.get("value")) not in gone]


def _member(held: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in held.items() if str(key).lower() == name), None)
