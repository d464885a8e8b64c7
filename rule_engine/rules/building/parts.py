"""The parts of one grammar rule while its node is built: keyword tokens and finished nodes, in source order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from lark import Token

_T = TypeVar("_T")


class Parts:
    """Finds parts by their type or by the keyword before them; `place` is what every node begins with."""

    def __init__(self, parts: Sequence[Any]) -> None:
        self.parts = parts

    @property
    def place(self) -> dict[str, Any]:
        return {"start": start_of(self.parts[0]), "end": end_of(self.parts[-1])}

    def has(self, keyword: str) -> bool:
        return any(isinstance(part, Token) and part.type == keyword for part in self.parts)

    def after(self, keyword: str) -> Any:
        """What stands right after the keyword; None when the keyword is not there."""
        for part, following in zip(self.parts, self.parts[1:], strict=False):
            if isinstance(part, Token) and part.type == keyword:
                return following
        return None

    def first_token(self, kind: str) -> Token:
        return next(part for part in self.parts if isinstance(part, Token) and part.type == kind)

    def find(self, kind: type[_T]) -> _T | None:
        """The first part of the type, or None."""
        return next((part for part in self.parts if isinstance(part, kind)), None)

    def every(self, kind: type[_T]) -> tuple[_T, ...]:
        """The parts of the type, in order."""
        return tuple(part for part in self.parts if isinstance(part, kind))

    def keyword(self, position: int = 0) -> str:
        """The keyword at a position, in lower case."""
        return str(self.parts[position]).lower()


def start_of(part: Any) -> int:
    place: Any = part.start_pos if isinstance(part, Token) else part.start
    return int(place)


def end_of(part: Any) -> int:
    place: Any = part.end_pos if isinstance(part, Token) else part.end
    return int(place)
