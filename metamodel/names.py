"""API names: which are allowed, which are reserved, and the nearest one to a misspelt name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from rule_engine.wording import say

NAME_LENGTH = 40
NAME = re.compile(r"[a-z](?:_?[a-z0-9])*_?\Z")
NAMESPACE = re.compile(r"[a-z][a-z0-9]{0,9}\Z")
NAME_RULE = say(
    "lower-case letters, digits and single underscores, beginning with a letter, at most %(most)s characters",
    most=NAME_LENGTH,
)

SYSTEM_FIELD_NAMES = (
    "id",
    "record_type",
    "owner",
    "owner_queue",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "version",
)
RESERVED_FIELD_NAMES = frozenset(
    (
        *SYSTEM_FIELD_NAMES,
        "deleted_at",
        "deleted_by",
        "rowid",
        "oid",
        "ctid",
        "xmin",
        "xmax",
        "cmin",
        "cmax",
        "tableoid",
    )
)
RESERVED_OBJECT_NAMES = frozenset(("user", "alembic_version"))
RESERVED_PREFIXES = ("trellis_", "sqlite_", "pg_")


def split_namespace(name: str) -> tuple[str, str]:
    """`acme__project` -> ("acme", "project"); no namespace -> ("", name)."""
    namespace, separator, rest = name.partition("__")
    return (namespace, rest) if separator else ("", name)


def name_fault(name: str, reserved: Iterable[str] = ()) -> str | None:
    """Why `name` (with or without a namespace) cannot be an API name, or None when it can."""
    namespace, plain = split_namespace(name)
    if (namespace and not NAMESPACE.match(namespace)) or (name.startswith("_") or not plain):
        return say("%(name)r is not a name: %(rule)s", name=name, rule=NAME_RULE)
    if len(plain) > NAME_LENGTH:
        return say(
            "%(name)r has %(count)s characters, at most %(most)s are allowed",
            name=name,
            count=len(plain),
            most=NAME_LENGTH,
        )
    if not NAME.match(plain):
        return say("%(name)r is not a name: %(rule)s", name=name, rule=NAME_RULE)
    if name in reserved:
        return say("%(name)r is kept by the platform", name=name)
    prefix = next((prefix for prefix in RESERVED_PREFIXES if name.startswith(prefix)), None)
    return say("names beginning with %(prefix)r are kept by the platform", prefix=prefix) if prefix else None


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `name` in any letter case, None when none is close."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    folded = name.casefold()
    if folded in by_folded:
        return by_folded[folded]
    matches = get_close_matches(folded, list(by_folded), n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """A hint for a misspelt name: the nearest candidate, else the candidates when they are few."""
    known = list(candidates)
    match = nearest(name, known)
    if match is not None:
        return say("Did you mean %(match)r?", match=match)
    if 0 < len(known) <= 12:
        return say("Allowed: %(names)s.", names=", ".join(sorted(known)))
    return None
