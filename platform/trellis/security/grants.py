"""What is granted to a user as data: permission sets, and the groups the user belongs to. What a set or a role means is metadata."""

from __future__ import annotations

from dataclasses import dataclass

ADMINISTRATOR = "administrator"
"""The permission set that every tenant has: it grants everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """Names. Those that the model in force doesn't know grant nothing."""

    permission_sets: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()


NO_GRANTS = Grants()
