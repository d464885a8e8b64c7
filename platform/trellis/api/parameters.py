"""The query string -> a Query. Unknown, doubled and unreadable parameters are refused, each by name."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from metamodel.definitions import Sort
from trellis.api.errors import InvalidParameter, UnknownParameter, UriTooLong
from trellis.api.members import nearest_hint
from trellis.query.query import Query

MAX_QUERY_BYTES = 64_000
DEFAULT_LIMIT = 50
MAX_LIMIT = 1_000
LIST_PARAMETERS = ("fields", "filter", "sort", "limit", "cursor", "count")


def parse_parameters(query_string: bytes, known: tuple[str, ...]) -> Mapping[str, str]:
    """Raises UriTooLong, UnknownParameter, InvalidParameter."""
    if not query_string:
        return {}
    if len(query_string) > MAX_QUERY_BYTES:
        raise UriTooLong(
            f"The query string has {len(query_string):,} bytes; at most {MAX_QUERY_BYTES:,} are read.",
            hint="Send long filters in the body of POST /api/v1/query.",
        )
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise InvalidParameter(
            f"The query string cannot be read: {error}.", hint="Percent-encode it as UTF-8."
        ) from None
    values: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            raise _unknown(name, known)
        if name in values:
            raise InvalidParameter(f"The parameter {name} is given twice.")
        values[name] = value
    return values


def parse_list_query(object_name: str, query_string: bytes) -> Query:
    """The parameters of a list of records."""
    values = parse_parameters(query_string, LIST_PARAMETERS)
    return Query(
        object=object_name,
        fields=parse_names(values.get("fields"), "fields"),
        filter=values.get("filter") or None,
        sort=parse_sort(values.get("sort")),
        limit=parse_limit(values.get("limit")),
        cursor=values.get("cursor") or None,
        count=parse_flag(values.get("count"), "count"),
    )


def parse_names(text: str | None, parameter: str) -> tuple[str, ...]:
    if not text:
        return ()
    names = tuple(name.strip() for name in text.split(","))
    if "" in names:
        raise InvalidParameter(
            f"The parameter {parameter} has an empty name between commas.", hint="Such as: name,account.name"
        )
    return names


def parse_sort(text: str | None) -> tuple[Sort, ...]:
    names = parse_names(text, "sort")
    return tuple(Sort(field=name.removeprefix("-"), descending=name.startswith("-")) for name in names)


def parse_limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= MAX_LIMIT):
        raise InvalidParameter(f"limit is {_quote(text)}; expected a whole number from 1 to {MAX_LIMIT:,}.")
    return int(text)


def parse_flag(text: str | None, parameter: str) -> bool:
    if text is None:
        return False
    if text not in ("true", "false"):
        raise InvalidParameter(f"{parameter} is {_quote(text)}; expected true or false.")
    return text == "true"


def _unknown(name: str, known: tuple[str, ...]) -> UnknownParameter:
    hint = nearest_hint(name, known) if known else "This address takes no parameters."
    return UnknownParameter(f"There is no parameter {_quote(name)}.", hint=hint)


def _quote(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:60]}…"'
