"""A piece of a sentence, and how tightly it holds together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Noun(IntEnum):
    """Of a value: what stands inside something tighter is put in brackets."""

    LOOSE = 0
    JOINED = 1
    PHRASE = 2
    SUM = 3
    PRODUCT = 4
    ATOM = 5


class Clause(IntEnum):
    """Of a statement."""

    LOOSE = 0
    ANY = 1
    ALL = 2
    PLAIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`leans`: a phrase that may stand unbracketed at the open end of another: "the year of" before "the date of x"."""

    text: str
    level: Noun | Clause
    leans: bool = False
