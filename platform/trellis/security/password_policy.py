"""Which passwords will do: long ones, that are not easy to guess, without the name of the user or of the organization. The lists of the
commonest passwords, of names and words in them, of rows of keys, repeats and dates are those of zxcvbn; nothing leaves the server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from trellis.errors import FieldError, InvalidRecord

SHORTEST = 10
LONGEST = 256

# How many guesses at least, by the powers of ten that zxcvbn estimates; argon2id makes each a slow one.
_LEAST_GUESSES = 7.0
# What it looks at: beyond, it takes long, and a password is long enough.
_LOOKED_AT = 72
_LEAST_NAME = 4


def check_password(password: str, about: Iterable[str] = ()) -> None:
    """`about`: the user's names and e-mail address, and the words of the context. Takes some milliseconds. Raises InvalidRecord."""
    fault = find_fault(password, about)
    if fault is not None:
        raise InvalidRecord(fault.message, fields=(fault,))


def find_fault(password: str, about: Iterable[str] = ()) -> FieldError | None:
    if not SHORTEST <= len(password) <= LONGEST:
        message = f"The password has {len(password)} characters; it must have {SHORTEST} to {LONGEST}."
        return FieldError(field="password", code="invalid_password", message=message)
    names = tuple(_names(about))
    if any(name in password.casefold() for name in names):
        message = "The password has the name of the user or of the organization in it; choose one without."
        return FieldError(field="password", code="personal_password", message=message)
    if _is_easy(password, names):
        message = "The password is easy to guess; a sentence of some words is hard to guess and easy to remember."
        return FieldError(field="password", code="common_password", message=message)
    return None


def _is_easy(password: str, names: tuple[str, ...]) -> bool:
    # Its lists take a while to read, and most processes never set a password.
    from zxcvbn import zxcvbn

    guesses = float(zxcvbn(password[:_LOOKED_AT], user_inputs=list(names))["guesses_log10"])
    return guesses < _LEAST_GUESSES


def _names(about: Iterable[str]) -> Iterator[str]:
    """The words of names, and what stands before the @ of an address; short ones may be in any word."""
    for text in about:
        for name in re.split(r"[\s._+-]+", text.partition("@")[0].casefold()):
            if len(name) >= _LEAST_NAME:
                yield name
