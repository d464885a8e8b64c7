"""A body against the schema of its kind -> problems for people. Knows JSON Schema, nothing of what the body means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain, islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from metamodel.component import Component
from metamodel.fields.registry import FIELD_TYPES
from metamodel.names import did_you_mean, nearest
from metamodel.problems import MetadataProblem
from metamodel.schema import FIELD_REFERENCE, field_reference, schema_for
from metamodel.words import word_for
from metamodel.yaml_reader import Path
from rule_engine.wording import Wording, say, say_choice

MAX_PROBLEMS = 200
_TYPE_WORDS = {
    "string": say("text"),
    "object": say("a mapping"),
    "array": say("a list"),
    "integer": say("a whole number"),
    "number": say("a number"),
    "boolean": say("true or false"),
}


def check_body(component: Component) -> list[MetadataProblem]:
    """Everything the schema finds in the component's body, in the order of the file, the first MAX_PROBLEMS of it."""
    errors = _validator(component.kind).iter_errors(component.body)
    found = chain.from_iterable(_problems(component, error) for error in errors)
    problems = dict.fromkeys(islice(found, MAX_PROBLEMS))
    return sorted(problems, key=lambda problem: problem.line)


@cache
def _validator(kind: str) -> Any:
    reference = Draft202012Validator.VALIDATORS["$ref"]

    def to_field_type(validator: Any, target: str, instance: Any, schema: Any) -> Iterator[Any]:
        """Goes straight to the type that a field names: trying all types in turn takes most of the time of a deploy."""
        type_name = instance.get("type") if target == FIELD_REFERENCE and isinstance(instance, Mapping) else None
        if isinstance(type_name, str) and type_name in FIELD_TYPES:
            target = field_reference(type_name)
        yield from reference(validator, target, instance, schema) or ()

    validator: Any = extend(Draft202012Validator, {"$ref": to_field_type, "pattern": _pattern})  # type: ignore[no-untyped-call]  # jsonschema leaves it untyped
    return validator(schema_for(kind))


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """As ECMA-262 has it: `$` is the end of the text, not a place before a last line feed."""
    expression = pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern
    if isinstance(instance, str) and not re.search(expression, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _problems(component: Component, error: Any) -> Iterator[MetadataProblem]:
    path: Path = tuple(error.absolute_path)
    match error.validator:
        case "additionalProperties":
            yield from _unknown_keys(component, error, path)
        case "required":
            missing = str(error.validator_value[_index_of_missing(error)])
            yield component.problem(
                "missing_key",
                path,
                say("the key %(missing)r is missing", missing=missing),
                _missing_hint(error, missing),
            )
        case "enum" | "const":
            yield _unknown_value(component, error, path)
        case "type":
            yield _wrong_type(component, error, path)
        case "pattern" if "propertyNames" in error.absolute_schema_path:
            yield component.problem(
                "bad_value",
                (*path, error.instance),
                say("must be %(expected)s, not %(instance).80r", expected=_expected(error), instance=error.instance),
            )
        case "pattern":
            yield component.problem(
                "bad_value",
                path,
                say("must be %(expected)s, not %(instance).80r", expected=_expected(error), instance=error.instance),
            )
        case _:
            yield component.problem("bad_value", path, _limit_message(error))


def _unknown_keys(component: Component, error: Any, path: Path) -> Iterator[MetadataProblem]:
    known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
    field_type = error.instance.get("type") if "fields" in path[:1] else None
    for key in error.instance:
        if key not in known:
            hint = did_you_mean(key, known) or say("Allowed: %(names)s.", names=", ".join(known))
            message = say("the key %(key)r is not known", key=key)
            if isinstance(field_type, str):
                message = say("the key %(key)r is not known in a %(type)s field", key=key, type=word_for(field_type))
            yield component.problem("unknown_key", (*path, key), message, hint)


def _index_of_missing(error: Any) -> int:
    return next(index for index, key in enumerate(error.validator_value) if error.message.startswith(repr(key)))


def _missing_hint(error: Any, missing: str) -> str | None:
    known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
    strangers = [key for key in error.instance if key not in known]
    match = nearest(missing, strangers)
    return say("Is it %(match)r?", match=match) if match else None


def _unknown_value(component: Component, error: Any, path: Path) -> MetadataProblem:
    allowed = [
        str(value) for value in (error.validator_value if error.validator == "enum" else [error.validator_value])
    ]
    code = "unknown_type" if path[-1:] == ("type",) else "unknown_value"
    message = say("there is no value %(value).80r", value=error.instance)
    if code == "unknown_type":
        message = say("there is no field type %(value).80r", value=error.instance)
    hint = did_you_mean(str(error.instance), allowed) or say("Allowed: %(names)s.", names=", ".join(allowed))
    return component.problem(code, path, message, hint)


def _wrong_type(component: Component, error: Any, path: Path) -> MetadataProblem:
    wanted: list[str] = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    words = say_choice([_TYPE_WORDS.get(kind, str(kind)) for kind in wanted])
    hint: str | None = None
    is_scalar = (
        error.instance is None or isinstance(error.instance, (bool, int)) or type(error.instance).__name__ == "Decimal"
    )
    if "string" in wanted and is_scalar and error.instance is not None:
        hint = say('Put it in quotes: "%(value)s".', value=_as_written(error.instance))
    elif wanted == ["boolean"] and isinstance(error.instance, str):
        hint = _boolean_hint(error.instance.lower())
    return component.problem(
        "wrong_type", path, say("must be %(wanted)s, not %(found)s", wanted=words, found=_shown(error.instance)), hint
    )


def _boolean_hint(text: str) -> str | None:
    if text in ("yes", "on"):
        return say("Write true.")
    return say("Write false.") if text in ("no", "off") else None


def _limit_message(error: Any) -> str:
    limit = error.validator_value
    match error.validator:
        case "minimum":
            return say("must be at least %(limit)s, not %(instance)s", limit=limit, instance=error.instance)
        case "maximum":
            return say("must be at most %(limit)s, not %(instance)s", limit=limit, instance=error.instance)
        case "minLength":
            return (
                say("must not be empty") if limit == 1 else say("must have at least %(limit)s characters", limit=limit)
            )
        case "maxLength":
            return say(
                "has %(count)s characters, at most %(limit)s are allowed",
                count=f"{len(error.instance):,}",
                limit=f"{limit:,}",
            )
        case "minItems" | "minProperties":
            return say("must not be empty") if limit == 1 else say("must have at least %(limit)s entries", limit=limit)
        case "maxItems" | "maxProperties":
            return say(
                "has %(count)s entries, at most %(limit)s are allowed",
                count=f"{len(error.instance):,}",
                limit=f"{limit:,}",
            )
        case "uniqueItems":
            twice = next((str(item) for index, item in enumerate(error.instance) if item in error.instance[:index]), "")
            return say("has %(twice)r twice", twice=twice)
        case _:
            return str(error.message)[:300]


def _expected(error: Any) -> str:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    known = schema.get("x-expected")
    return Wording(known, {}) if known else say("text that matches %(pattern)s", pattern=error.validator_value)


def _shown(value: Any) -> str:
    if value is None:
        return say("nothing")
    if isinstance(value, (list, tuple)):
        return say("a list")
    if isinstance(value, Mapping):
        return say("a mapping")
    return say("the text %(value).60r", value=value) if isinstance(value, str) else f"{_as_written(value)}"


def _as_written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
