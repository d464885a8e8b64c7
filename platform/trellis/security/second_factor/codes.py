"""Recovery codes: ten, each good for one sign-in without the app. Long enough that a plain hash keeps them."""

from __future__ import annotations

import hashlib
import secrets

COUNT = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _SIZE = 6, 4


def new_codes() -> tuple[str, ...]:
    """118 bits each, such as abcd-efgh-jkmn-pqrs-tuvw-xyz2."""
    return tuple(_new_code() for _ in range(COUNT))


def hash_code(user_id: str, code: str) -> str:
    return hashlib.sha256(f"{user_id}:{plain_code(code)}".encode("utf-8", "surrogatepass")).hexdigest()


def plain_code(code: str) -> str:
    """As typed in any way: without spaces and dashes, in small letters."""
    return "".join(code.split()).replace("-", "").casefold()


def _new_code() -> str:
    letters = [secrets.choice(_LETTERS) for _ in range(_GROUPS * _SIZE)]
    return "-".join("".join(letters[start : start + _SIZE]) for start in range(0, len(letters), _SIZE))
