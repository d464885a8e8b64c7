"""Payload -> typed values: every name known and writable, every value what its field takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

from metamodel.fields.field import Field, FieldValueError, Locale
from metamodel.fields.sealed import Sealed
from trellis.errors import InvalidRequest
from trellis.query.suggestions import Suggestions
from trellis.records.masked import masked_or
from trellis.records.refusals import Refusals
from trellis.records.shape import Shape

Source = Literal["json", "form", "trusted"]
Parse = Callable[[Any], Any]

MAX_BATCH = 10_000
NEVER_WRITTEN = frozenset(("id", "version", "updated_at", "updated_by"))


def check_batch_size(size: int) -> None:
    """Raises InvalidRequest."""
    if size > MAX_BATCH:
        raise InvalidRequest(
            f"{size:,} records are too many for one batch; at most {MAX_BATCH:,}.", hint="Send several."
        )


def parse_payloads(
    shape: Shape,
    payloads: Sequence[Mapping[str, Any]],
    source: Source,
    locale: Locale,
    refusals: Refusals,
    suggestions: Suggestions | None = None,
) -> list[dict[str, Any]]:
    """One dict of Python values for each payload; what cannot be taken is left out of it and noted.

    `json`: JSON values, and only fields that a caller may write. `form`: texts that a person typed. `trusted`: Python values from
    the platform itself, which may set system fields too; numbers are rounded half up to their field's scale.
    """
    check_batch_size(len(payloads))
    parsers = _parsers(shape, source, locale)
    for name in shape.encrypted:
        if name in parsers:
            parsers[name] = partial(_unless_masked, shape.stored[name], parsers[name])
    named = partial(_fault, shape, suggestions)
    return [_parse_one(index, payload, parsers, refusals, named) for index, payload in enumerate(payloads)]


def fit(field: Field, value: Any) -> Any:
    """A Python value, made by a formula or given by the platform, as the field stores it. Raises FieldValueError, also for what is
    sealed: it belongs where it is."""
    if isinstance(value, Sealed):
        raise FieldValueError("masked", "Is sealed for another field or record.")
    return field.parse(field.to_json(value))


def _parsers(shape: Shape, source: Source, locale: Locale) -> dict[str, Parse]:
    """For each field that may be given, what takes its value."""
    fields = shape.object.fields
    if source == "json":
        return {name: fields[name].parse for name in shape.writable}
    if source == "form":
        return {name: partial(_typed, fields[name], locale) for name in shape.writable}
    return {name: partial(_trusted, fields[name]) for name in shape.settable}


def _unless_masked(field: Field, parse: Parse, value: Any) -> Any:
    return masked_or(field, value) or parse(value)


def _typed(field: Field, locale: Locale, value: Any) -> Any:
    return field.parse_text(value, locale) if isinstance(value, str) else field.parse(value)


def _trusted(field: Field, value: Any) -> Any:
    if value is None or not field.is_writable:
        return value
    try:
        return fit(field, value)
    except (TypeError, AttributeError, ArithmeticError) as error:
        raise FieldValueError("wrong_type", f"Takes no {type(value).__name__}.") from error


def _parse_one(
    index: int,
    payload: Mapping[str, Any],
    parsers: Mapping[str, Parse],
    refusals: Refusals,
    fault_of: Callable[[object], tuple[str, str]],
) -> dict[str, Any]:
    if not isinstance(payload, Mapping):
        refusals.add(
            index, None, "not_an_object", f"A record is an object of field names and values, not {payload!r:.60}."
        )
        return {}
    values: dict[str, Any] = {}
    for name, value in payload.items():
        parse = parsers.get(name)
        if parse is None:
            refusals.add(index, str(name)[:100], *fault_of(name))
            continue
        try:
            values[name] = parse(value)
        except FieldValueError as error:
            refusals.add(index, name, error.code, error.message)
    return values


def _fault(shape: Shape, suggestions: Suggestions | None, name: object) -> tuple[str, str]:
    """Code and message for a name that no value may be given for."""
    field = shape.object.fields.get(name) if isinstance(name, str) else None
    if field is None:
        hint = suggestions.near_field(shape.object, str(name)) if suggestions else None
        message = f"{shape.object.name} has no field {str(name)[:100]!r}."
        return "unknown_field", f"{message} {hint}" if hint else message
    why = "kept by the platform" if field.name in shape.stored else "computed"
    return "read_only", f"Is {why} and cannot be set."
