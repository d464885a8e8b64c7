"""Scopes narrow: what none of them is about is refused, and no word is taken on trust."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.errors import InvalidRecord
from trellis.security.access import Action
from trellis.security.scopes import KEY_SCOPES, covers, parse_scopes, read_scopes, render_scopes

ACTIONS = get_args(Action)
OBJECTS = ("account", "lead", "acme__project")
SYSTEM = set(ACTIONS) - {"read", "create", "update", "delete"}
CASES = (
    ("records:read", "account", {"read"}),
    ("records:write", "account", {"read", "create", "update", "delete"}),
    ("objects.account:read", "account", {"read"}),
    ("objects.account:write", "account", {"read", "create", "update", "delete"}),
    ("objects.account:write", "lead", set()),
    ("objects.account:read", None, set()),
    ("metadata", None, {"customize"}),
    ("admin", None, SYSTEM - {"customize"}),
    ("scim", None, {"manage_users", "manage_access"}),
    ("openid", None, set()),
    ("", "account", set()),
)
SCOPES = st.sampled_from((*KEY_SCOPES, *(f"objects.{name}:{right}" for name in OBJECTS for right in ("read", "write"))))


@pytest.mark.parametrize(("scope", "object_name", "covered"), CASES)
def test_a_scope_covers_what_it_names(scope: str, object_name: str | None, covered: set[str]) -> None:
    scopes = frozenset(scope.split())
    assert {action for action in ACTIONS if covers(scopes, action, object_name)} == covered


def test_a_credential_that_is_not_confined_is_refused_nothing() -> None:
    assert all(covers(None, action, name) for action in ACTIONS for name in (*OBJECTS, None))


@given(st.sets(SCOPES), st.sets(SCOPES), st.sampled_from(ACTIONS), st.sampled_from((*OBJECTS, None)))
def test_more_scopes_never_cover_less(some: set[str], more: set[str], action: str, name: str | None) -> None:
    assert not covers(frozenset(some), action, name) or covers(frozenset(some | more), action, name)


@given(st.none() | st.frozensets(SCOPES))
def test_scopes_are_stored_as_they_were(scopes: frozenset[str] | None) -> None:
    assert read_scopes(render_scopes(scopes)) == scopes


def test_a_key_gets_the_scopes_it_asked_for() -> None:
    words = ["records:read", "objects.acme__project:write", "records:read"]
    assert parse_scopes(words, OBJECTS) == frozenset(words)


def test_each_word_that_is_no_scope_is_told_with_the_nearest() -> None:
    words = ["record:read", "objects.acount:read", "objects.lead:erase", "admin"]
    with pytest.raises(InvalidRecord) as refused:
        parse_scopes(words, OBJECTS)
    assert [fault.message for fault in refused.value.fields] == [
        'There is no object "acount" for the scope "objects.acount:read". Did you mean account?',
        'There is no scope "objects.lead:erase".',
        'There is no scope "record:read". Did you mean records:read?',
    ]


@pytest.mark.parametrize("words", [[], [f"objects.x{number}:read" for number in range(101)]])
def test_a_key_has_some_scopes_and_not_too_many(words: list[str]) -> None:
    with pytest.raises(InvalidRecord):
        parse_scopes(words, [f"x{number}" for number in range(101)])
