"""Records of Python values -> JSON bytes in the API's forms, for what the database cannot compute. Decimals keep every digit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import orjson

from metamodel.fields.field import Field


def json_array(fields: Mapping[str, Field], rows: Iterable[Mapping[str, Any]]) -> bytes:
    return orjson.dumps([_members(fields, row) for row in rows])


def json_object(fields: Mapping[str, Field], row: Mapping[str, Any]) -> bytes:
    """`fields`: by the name of the member."""
    return orjson.dumps(_members(fields, row))


def _members(fields: Mapping[str, Field], row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: exact(field.to_json(row[key])) for key, field in fields.items()}


def exact(value: Any) -> Any:
    """A JSON value for orjson, in which decimals keep their digits."""
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    if isinstance(value, Mapping):
        return {key: exact(inner) for key, inner in value.items()}
    return value
