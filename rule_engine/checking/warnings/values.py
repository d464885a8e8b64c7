"""Sets of values of one ordered kind, blank being one more value: what a comparison with constants can tell exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Cut = tuple[Any, ...]
"""A place between values: before all, just before or just behind one, behind all."""
Span = tuple[Cut, Cut]

MAX_SPANS = 64
_BEFORE_ALL: Cut = (0,)
_BEHIND_ALL: Cut = (2,)


@dataclass(frozen=True, slots=True)
class Values:
    """`spans`: from one cut to another, in order and apart."""

    spans: tuple[Span, ...] = ()
    has_blank: bool = False

    def __and__(self, other: Values) -> Values:
        spans = self.spans if self.spans == other.spans else tuple(_shared(self.spans, other.spans))
        return Values(spans, self.has_blank and other.has_blank)

    def __or__(self, other: Values) -> Values:
        merged: list[Span] = []
        for start, end in sorted((*self.spans, *other.spans)):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return Values(tuple(merged), self.has_blank or other.has_blank)

    def __sub__(self, other: Values) -> Values:
        gaps, start = [], _BEFORE_ALL
        for begin, stop in other.spans:
            if start < begin:
                gaps.append((start, begin))
            start = stop
        if start < _BEHIND_ALL:
            gaps.append((start, _BEHIND_ALL))
        rest = self & Values(tuple(gaps))
        return Values(rest.spans, self.has_blank and not other.has_blank)

    def __bool__(self) -> bool:
        return bool(self.spans) or self.has_blank

    @property
    def is_simple(self) -> bool:
        """Whether it is worth computing with."""
        return len(self.spans) <= MAX_SPANS

    def contains(self, other: Values) -> bool:
        return not other - self


def _shared(first: tuple[Span, ...], second: tuple[Span, ...]) -> Iterator[Span]:
    """One walk along both."""
    one = other = 0
    while one < len(first) and other < len(second):
        (start, end), (begin, stop) = first[one], second[other]
        if (since := max(start, begin)) < (until := min(end, stop)):
            yield since, until
        if end < stop:
            one += 1
        else:
            other += 1


NONE = Values()
BLANK = Values((), has_blank=True)
PRESENT = Values(((_BEFORE_ALL, _BEHIND_ALL),))
ALL = PRESENT | BLANK


def only(values: Iterable[Any]) -> Values:
    """Just these."""
    return Values(tuple(((1, value, 0), (1, value, 1)) for value in sorted(set(values))))


def compared(operator: str, bound: Any) -> Values:
    """Those that are < <= > or >= the bound."""
    cut: Cut = (1, bound, 1 if operator in ("<=", ">") else 0)
    return Values(((_BEFORE_ALL, cut),) if operator.startswith("<") else ((cut, _BEHIND_ALL),))


def between(low: Any, high: Any | None) -> Values:
    """From low to high, both included; without an end when `high` is None."""
    return compared(">=", low) & (compared("<=", high) if high is not None else PRESENT)
