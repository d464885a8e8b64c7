"""HTTP for queries: a query as data in the body."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from metamodel.definitions import Sort
from trellis.api.call import Call
from trellis.api.members import flag, known_members, optional_text, text, whole_number
from trellis.api.parameters import DEFAULT_LIMIT, MAX_LIMIT
from trellis.api.records import page_response
from trellis.errors import InvalidRequest
from trellis.query.query import Query

MEMBERS = ("object", "fields", "filter", "sort", "limit", "cursor", "count")


async def run_query(call: Call) -> Response:
    call.request.accept_no_parameters()
    query = parse_query(await call.request.read_object())
    return page_response(await call.runtime.queries(call.tenant).page(call.actor, query))


def parse_query(body: dict[str, Any]) -> Query:
    """Raises InvalidRequest."""
    known_members(body, MEMBERS)
    return Query(
        object=text(body, "object"),
        fields=_fields(body.get("fields")),
        filter=optional_text(body, "filter"),
        sort=_sort(body.get("sort")),
        limit=whole_number(body, "limit", default=DEFAULT_LIMIT, least=1, most=MAX_LIMIT) or DEFAULT_LIMIT,
        cursor=optional_text(body, "cursor"),
        count=flag(body, "count"),
    )


def _fields(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(name, str) and name for name in given):
        raise InvalidRequest("fields must be an array of field names.", hint='Such as ["name", "account.name"].')
    return tuple(given)


def _sort(given: Any) -> tuple[Sort, ...]:
    if given is None:
        return ()
    if not isinstance(given, list):
        raise InvalidRequest(
            "sort must be an array.", hint='Such as ["-created_at"] or [{"field": "created_at", "descending": true}].'
        )
    return tuple(_one_sort(item) for item in given)


def _one_sort(item: Any) -> Sort:
    if isinstance(item, str) and item:
        return Sort(field=item.removeprefix("-"), descending=item.startswith("-"))
    if isinstance(item, dict):
        known_members(item, ("field", "descending"))
        return Sort(field=text(item, "field"), descending=flag(item, "descending"))
    raise InvalidRequest('sort must hold field names or {"field", "descending"} objects.')
