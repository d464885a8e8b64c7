"""Query parameters: read into a Query, or refused by name."""

from __future__ import annotations

import pytest

from metamodel.definitions import Sort
from trellis.api.errors import InvalidParameter, UnknownParameter, UriTooLong
from trellis.api.parameters import parse_list_query, parse_parameters
from trellis.errors import TrellisError
from trellis.query.query import Query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        (b"", Query(object="lead")),
        (b"fields=name,account.name", Query(object="lead", fields=("name", "account.name"))),
        (b"filter=status%20%3D%20%22New%22", Query(object="lead", filter='status = "New"')),
        (b"filter=a+%3D+1", Query(object="lead", filter="a = 1")),
        (b"filter=", Query(object="lead")),
        (
            b"sort=-created_at,name",
            Query(object="lead", sort=(Sort(field="created_at", descending=True), Sort(field="name"))),
        ),
        (b"limit=1000&count=true&cursor=abc", Query(object="lead", limit=1000, count=True, cursor="abc")),
    ],
)
def test_a_query_string_says_what_to_read(text: bytes, query: Query) -> None:
    assert parse_list_query("lead", text) == query


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        (b"fitler=x", UnknownParameter, "Did you mean filter?"),
        (b"select=*", UnknownParameter, "Known here: fields, filter"),
        (b"limit=0", InvalidParameter, "from 1 to 1,000"),
        (b"limit=1001", InvalidParameter, "from 1 to 1,000"),
        (b"limit=-1", InvalidParameter, "from 1 to 1,000"),
        (b"limit=1e3", InvalidParameter, "from 1 to 1,000"),
        (b"limit=%D9%A3", InvalidParameter, "from 1 to 1,000"),
        (b"limit=", InvalidParameter, "from 1 to 1,000"),
        (b"count=yes", InvalidParameter, "true or false"),
        (b"fields=a,,b", InvalidParameter, "empty name"),
        (b"limit=1&limit=2", InvalidParameter, "twice"),
        (b"filter=%ff", InvalidParameter, "cannot be read"),
        (b"&".join([b"a=1"] * 200), InvalidParameter, "cannot be read"),
        (b"filter=" + b"x" * 100_000, UriTooLong, "at most 64,000"),
    ],
)
def test_what_cannot_be_read_is_refused(text: bytes, error: type[TrellisError], says: str) -> None:
    with pytest.raises(error) as refused:
        parse_list_query("lead", text)
    assert says in f"{refused.value.message} {refused.value.hint}"


def test_an_address_without_parameters_takes_none() -> None:
    with pytest.raises(UnknownParameter, match="no parameter"):
        parse_parameters(b"x=1", ())
