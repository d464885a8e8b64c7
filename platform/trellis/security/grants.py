"""What is granted to a user as data: permission sets, and the groups the user belongs to. What a set or a role means is metadata."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """Names. Those that the model in force does not know grant nothing."""

    permission_sets: frozenset[str] = frozenset()
    permission_groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()


NO_GRANTS = Grants()
_KEYS = {
    "permission_set": "permission_sets",
    "permission_group": "permission_groups",
    "role": "roles",
    "team": "teams",
    "queue": "queues",
}


def grants_text(memberships: Iterable[tuple[str, str]]) -> str:
    """The kinds and names of groups, as they are kept with the user: the same memberships give the same text."""
    found: dict[str, set[str]] = {}
    for kind, name in memberships:
        if kind in _KEYS:
            found.setdefault(_KEYS[kind], set()).add(name)
    return orjson.dumps({key: sorted(found[key]) for key in sorted(found)}).decode()


@lru_cache(maxsize=10_000)
def read_grants(text: str) -> Grants:
    """The inverse of grants_text; one object for one text."""
    return Grants(**{key: frozenset(names) for key, names in orjson.loads(text).items()})
