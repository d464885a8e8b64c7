"""Scopes: what an API key or a token of OAuth is confined to. A scope only narrows what its user may do; it never grants anything.

Pure: words in, answers out. Scopes that are about something else, such as `openid`, cover no action here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from trellis.errors import FieldError, InvalidRecord

Scopes = frozenset[str]

READ = "records:read"
WRITE = "records:write"
METADATA = "metadata"
ADMIN = "admin"
SCIM = "scim"
KEY_SCOPES = (READ, WRITE, METADATA, ADMIN, SCIM)
"""Those that an API key may have, beside `objects.NAME:read` and `objects.NAME:write`."""
MOST_SCOPES = 100

_OF_OBJECT = re.compile(r"objects\.([a-z][a-z0-9_]{0,99}):(read|write)")
_WRITING = frozenset({"create", "update", "delete"})
_PROVISIONING = frozenset({"manage_users", "manage_access"})


def covers(scopes: Scopes | None, action: str, object_name: str | None = None) -> bool:
    """Whether a credential with these scopes may be used for an action of access.Action; None: for everything. Whoever may write records
    may read them: the answer to a write is the record."""
    if scopes is None:
        return True
    if action == "read":
        return bool(scopes & {READ, WRITE, f"objects.{object_name}:read", f"objects.{object_name}:write"})
    if action in _WRITING:
        return bool(scopes & {WRITE, f"objects.{object_name}:write"})
    if action == "customize":
        return METADATA in scopes
    return ADMIN in scopes or (SCIM in scopes and action in _PROVISIONING)


def parse_scopes(words: Iterable[str], objects: Collection[str]) -> Scopes:
    """The scopes of an API key. Raises InvalidRecord with every word that is none, or names an object not among `objects`."""
    wanted = frozenset(words)
    faults = [fault for word in sorted(wanted) if (fault := _fault(word, objects)) is not None]
    if not wanted:
        faults.append("A key needs one scope at least.")
    if len(wanted) > MOST_SCOPES:
        faults.append(f"There are {len(wanted)} scopes; a key has {MOST_SCOPES} at most.")
    if faults:
        fields = tuple(FieldError(field="scopes", code="invalid_scope", message=fault) for fault in faults)
        raise InvalidRecord(
            " ".join(faults),
            hint=f"Scopes: {', '.join(KEY_SCOPES)}, objects.NAME:read, objects.NAME:write.",
            fields=fields,
        )
    return wanted


def render_scopes(scopes: Scopes | None) -> str | None:
    """As OAuth writes them, and as they are stored: sorted, a space between."""
    return None if scopes is None else " ".join(sorted(scopes))


def read_scopes(stored: str | None) -> Scopes | None:
    """Of what render_scopes gave."""
    return None if stored is None else frozenset(stored.split())


def _fault(word: str, objects: Collection[str]) -> str | None:
    if word in KEY_SCOPES:
        return None
    of_object = _OF_OBJECT.fullmatch(word)
    if of_object and of_object[1] in objects:
        return None
    shown = word[:100]
    if of_object:
        return f'There is no object "{of_object[1]}" for the scope "{shown}".{_nearest(of_object[1], objects)}'
    return f'There is no scope "{shown}".{_nearest(shown, KEY_SCOPES)}'


def _nearest(word: str, known: Collection[str]) -> str:
    found = get_close_matches(word, sorted(known), n=1)
    return f" Did you mean {found[0]}?" if found else ""
